//! What arrives and is routed, and what it says by itself of its service and its severity.

use super::{By, Matcher, Profile};
use crate::alarm::{Alarm, EcsEvent, text};
use crate::config::{Config, Service, cache_group};
use crate::id::ServiceName;
use crate::severity::Severity;

/// The tag that names the service.
pub const SERVICE_TAG: &str = "paramedic:service";
/// The tag that says how bad it is.
pub const SEVERITY_TAG: &str = "paramedic:severity";

/// An alarm, or what ECS says about a service.
#[derive(Clone, Copy, Debug)]
pub enum Arrival<'a> {
    /// An alarm of CloudWatch.
    Alarm(&'a Alarm),
    /// An event of ECS.
    Ecs(&'a EcsEvent),
}

impl<'a> From<&'a Alarm> for Arrival<'a> {
    fn from(alarm: &'a Alarm) -> Self {
        Self::Alarm(alarm)
    }
}

impl<'a> From<&'a EcsEvent> for Arrival<'a> {
    fn from(event: &'a EcsEvent) -> Self {
        Self::Ecs(event)
    }
}

impl<'a> Arrival<'a> {
    /// Its profile, with the severity that it claims and without a service.
    pub(super) fn profile(self) -> Profile {
        match self {
            Self::Alarm(alarm) => Profile::of(alarm),
            Self::Ecs(event) => Profile::of_ecs(event),
        }
    }

    fn dimension(self, name: &str) -> Option<&'a str> {
        match (self, name) {
            (Self::Alarm(alarm), _) => alarm.dimension(name),
            (Self::Ecs(event), "ServiceName") => event.service.as_ref().map(|service| service.as_str()),
            (Self::Ecs(event), "ClusterName") => event.cluster.as_ref().map(|cluster| cluster.as_str()),
            (Self::Ecs(_), _) => None,
        }
    }

    fn tag(self, key: &str) -> Option<&'a str> {
        match self {
            Self::Alarm(alarm) => alarm.tags.get(key).map(String::as_str),
            Self::Ecs(_) => None,
        }
    }

    /// The configured service that it names by its tag `paramedic:service`, else by its dimensions, else at the beginning
    /// of its name.
    pub(super) fn service(self, config: &Config) -> Option<(&Service, By)> {
        let tagged = self.tag(SERVICE_TAG);
        let by_tag = || config.services.iter().find(|service| tagged == Some(service.name.as_str()));
        by_tag()
            .map(|service| (service, By::Tag(SERVICE_TAG.to_owned())))
            .or_else(|| self.watched(config).map(|(service, name)| (service, By::Dimension(name.to_owned()))))
            .or_else(|| self.named_after(config).map(|service| (service, By::Name)))
    }

    /// The severity that it claims.
    pub(super) fn severity(self) -> Option<(Severity, By)> {
        let Self::Alarm(alarm) = self else { return None };
        let tagged = self.tag(SEVERITY_TAG).is_some_and(|tag| Severity::read(tag).is_some());
        let by = if tagged { By::Tag(SEVERITY_TAG.to_owned()) } else { By::Name };
        Some((alarm.severity_hint()?, by))
    }

    /// Whether a rule that hits this also hits what will say that it is over. The name of an alarm stays; trouble and
    /// recovery of an ECS service are two kinds of events, and both have to find the same incident.
    pub(super) fn lasts(self, matcher: &Matcher) -> bool {
        match self {
            Self::Alarm(_) => true,
            Self::Ecs(_) => matcher.name.is_none() && matcher.metric.is_none(),
        }
    }

    /// A name for what no service claims: it gets an incident of its own. No configured service has such a name, since an
    /// alarm that bears a service's name is taken for that service's, and names of services have no slash.
    pub(super) fn own_name(self) -> ServiceName {
        let name = match self {
            Self::Alarm(alarm) => alarm.name.clone(),
            Self::Ecs(event) => {
                let cluster = event.cluster.as_ref().map_or("ECS", |cluster| cluster.as_str());
                format!("{cluster}/{}", event.service.as_ref().map_or(event.resource.as_str(), |name| name.as_str()))
            }
        };
        ServiceName::new(text::bounded(&name, 128))
    }

    /// What it says of itself and what is not understood, for the person who wrote it.
    pub(super) fn remarks(self, config: &Config) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(name) = self.tag(SERVICE_TAG)
            && !config.services.iter().any(|service| service.name.as_str() == name)
        {
            remarks.push(format!("its tag {SERVICE_TAG} names {name:?}, and there is no [[service]] of that name"));
        }
        if let Some(severity) = self.tag(SEVERITY_TAG)
            && Severity::read(severity).is_none()
        {
            remarks.push(format!("its tag {SEVERITY_TAG} is {severity:?}, and only P0, P1 and P2 are severities"));
        }
        remarks
    }

    /// The service that one of the alarm's metrics is about, and the dimension that tells. What names a service alone is
    /// asked of all services before what several may share: a load balancer counts only if one service names it, and a
    /// cluster's name alone not at all.
    fn watched(self, config: &Config) -> Option<(&Service, &'static str)> {
        let is = |dimension: &str, value: Option<&str>| value.is_some() && self.dimension(dimension) == value;
        let find = |dimension, fits: &dyn Fn(&Service) -> bool| {
            config.services.iter().find(|service| fits(service)).map(|service| (service, dimension))
        };
        let by_name = |service: &Service| {
            let cluster = self.dimension("ClusterName").is_none_or(|cluster| cluster == service.cluster.as_str());
            is("ServiceName", Some(service.ecs_service.as_str())) && cluster
        };
        let mut balanced = config
            .services
            .iter()
            .filter(|service| is("LoadBalancer", service.load_balancer_dimension()))
            .map(|service| (service, "LoadBalancer"));
        find("ServiceName", &by_name)
            .or_else(|| find("TargetGroup", &|service| is("TargetGroup", service.target_group_dimension())))
            .or_else(|| find("ReplicationGroupId", &|service| is("ReplicationGroupId", service.cache.as_deref())))
            .or_else(|| find("CacheClusterId", &|service| self.is_cache_member(service)))
            .or_else(|| balanced.next().filter(|_| balanced.next().is_none()))
    }

    /// Whether it watches the service's cache or one of its nodes.
    fn is_cache_member(self, service: &Service) -> bool {
        let watched = self.dimension("CacheClusterId");
        watched.is_some_and(|member| [member, cache_group(member)].map(Some).contains(&service.cache.as_deref()))
    }

    /// The configured service whose name the alarm's name begins with; the longest, so that `web-api` is not taken for
    /// `web`.
    fn named_after(self, config: &Config) -> Option<&Service> {
        let Self::Alarm(alarm) = self else { return None };
        let named = |service: &&Service| {
            alarm
                .name
                .strip_prefix(service.name.as_str())
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        };
        config.services.iter().filter(named).max_by_key(|service| service.name.as_str().len())
    }
}
