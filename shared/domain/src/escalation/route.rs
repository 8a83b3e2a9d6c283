//! To which service an alarm belongs, and how bad it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Profile;
use crate::alarm::{Alarm, AlarmState, EcsEvent, text};
use crate::config::{Config, Service};
use crate::id::{AccountId, Arn, PolicyName, Region, ServiceName};
use crate::severity::Severity;

/// The severity of what claims none. Somebody should look, nobody need be woken.
const DEFAULT_SEVERITY: Severity = Severity::P1;

/// Where an alarm goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The service: a configured one, or one made up from the alarm's name.
    pub service: ServiceName,
    /// Whether it is configured.
    pub configured: bool,
    /// How bad it is.
    pub severity: Severity,
    /// The escalation policy that a rule or the service names.
    #[serde(default)]
    pub policy: Option<PolicyName>,
}

/// The state of one alarm as it was seen: what an incident is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Where it goes.
    pub route: Route,
    /// The alarm's ARN, or that of the ECS service with the event's name for what ECS says.
    pub alarm: Arn,
    /// The alarm's name.
    pub name: String,
    /// Its account.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// Its state.
    pub state: AlarmState,
    /// Since when.
    pub changed_at: Timestamp,
    /// Why, in CloudWatch's words.
    pub reason: String,
    /// How it was seen.
    pub found: Found,
    /// What silences can match of it.
    pub profile: Profile,
}

/// How the state of an alarm came to be known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It was delivered.
    Delivered,
    /// Nobody delivered it; the reconciliation found it.
    Reconciled {
        /// What is wrong with its path, for a person.
        broken_path: String,
    },
}

/// Finds the service and the severity of an alarm: by its tag `paramedic:service`, else by its dimensions, else by the
/// service's name at the start of its name, else by its own name.
pub fn route(alarm: &Alarm, config: &Config) -> Route {
    let by_tag = alarm.tags.get("paramedic:service");
    let service = by_tag
        .and_then(|name| config.services.iter().find(|service| service.name.as_str() == name))
        .or_else(|| watched(alarm, config))
        .or_else(|| named_after(&alarm.name, config));
    Route {
        configured: service.is_some(),
        service: service.map_or_else(|| made_up(&alarm.name), |service| service.name.clone()),
        severity: alarm.severity_hint().unwrap_or(DEFAULT_SEVERITY),
        policy: None,
    }
}

/// A delivered alarm with its route.
pub fn sight(alarm: &Alarm, config: &Config) -> Sighting {
    Sighting {
        profile: Profile::of(alarm),
        route: route(alarm, config),
        alarm: alarm.arn.clone(),
        name: alarm.name.clone(),
        account: alarm.account.clone(),
        region: alarm.region.clone(),
        state: alarm.state,
        changed_at: alarm.changed_at,
        reason: alarm.reason.clone(),
        found: Found::Delivered,
    }
}

impl Sighting {
    /// What an ECS event amounts to: trouble is an alarm, and the service's or the deployment's good end is its recovery.
    /// `None` for events that say neither.
    pub fn of_ecs(event: &EcsEvent, config: &Config) -> Option<Self> {
        let state = if event.is_trouble() {
            AlarmState::Alarm
        } else if matches!(event.name.as_str(), "SERVICE_STEADY_STATE" | "SERVICE_DEPLOYMENT_COMPLETED") {
            AlarmState::Ok
        } else {
            return None;
        };
        let service = event.service.as_ref()?;
        let configured = config.services.iter().find(|candidate| {
            candidate.ecs_service == *service
                && event.cluster.as_ref().is_none_or(|cluster| *cluster == candidate.cluster)
        });
        Some(Self {
            route: Route {
                configured: configured.is_some(),
                service: configured.map_or_else(|| made_up(service.as_str()), |service| service.name.clone()),
                severity: DEFAULT_SEVERITY,
                policy: None,
            },
            profile: Profile::default(),
            alarm: Arn::new(format!("{}#ecs", event.resource)),
            name: format!("ECS: {}", event.name),
            account: event.account.clone(),
            region: event.region.clone(),
            state,
            changed_at: event.at,
            reason: event.reason.clone().unwrap_or_default(),
            found: Found::Delivered,
        })
    }
}

/// The service that one of the alarm's metrics is about. What names a service alone is asked of all services before what
/// several may share: a load balancer counts only if one service names it, and a cluster's name alone not at all.
fn watched<'a>(alarm: &Alarm, config: &'a Config) -> Option<&'a Service> {
    let is = |dimension: &str, value: Option<&str>| value.is_some() && alarm.dimension(dimension) == value;
    let by_name = |service: &Service| {
        let cluster = alarm.dimension("ClusterName").is_none_or(|cluster| cluster == service.cluster.as_str());
        is("ServiceName", Some(service.ecs_service.as_str())) && cluster
    };
    let by_target_group = |service: &Service| is("TargetGroup", service.target_group_dimension());
    let by_cache =
        |service: &Service| is("ReplicationGroupId", service.cache.as_deref()) || cache_member(alarm, service);
    let mut balanced = config.services.iter().filter(|service| is("LoadBalancer", service.load_balancer_dimension()));
    let services = || config.services.iter();
    services()
        .find(|service| by_name(service))
        .or_else(|| services().find(|service| by_target_group(service)))
        .or_else(|| services().find(|service| by_cache(service)))
        .or_else(|| balanced.next().filter(|_| balanced.next().is_none()))
}

/// Nodes of a replication group are called by its id and a number, `web-redis-001` ("Creating a replication group",
/// Amazon ElastiCache User Guide).
fn cache_member(alarm: &Alarm, service: &Service) -> bool {
    match (alarm.dimension("CacheClusterId"), service.cache.as_deref()) {
        (Some(member), Some(cache)) => {
            member == cache
                || member
                    .strip_prefix(cache)
                    .and_then(|rest| rest.strip_prefix('-'))
                    .is_some_and(|number| number.len() == 3 && number.chars().all(|c| c.is_ascii_digit()))
        }
        _ => false,
    }
}

/// The configured service whose name the alarm's name begins with; the longest, so that `web-api` is not taken for `web`.
fn named_after<'a>(alarm: &str, config: &'a Config) -> Option<&'a Service> {
    config
        .services
        .iter()
        .filter(|service| {
            alarm
                .strip_prefix(service.name.as_str())
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        })
        .max_by_key(|service| service.name.as_str().len())
}

/// A name for what no service claims: it gets an incident of its own.
fn made_up(name: &str) -> ServiceName {
    ServiceName::new(text::bounded(name, 128))
}

#[cfg(test)]
mod tests;
