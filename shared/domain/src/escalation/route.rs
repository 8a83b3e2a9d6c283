//! To which service an alarm belongs, how bad it is, and how it climbs.
//!
//! The rules of the configuration (`[[route]]`) are tried in their order. The first that matches decides; after one that
//! goes on, the following are tried too and fill in what is not said yet. What no rule says is what the alarm says by
//! itself, and then a default: every alarm gets a service and a severity.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::arrival::Arrival;
use super::explanation::{Explanation, Tried, Verdict};
use super::profile::Profile;
use crate::alarm::{Alarm, AlarmState, EcsEvent};
use crate::config::{Config, Rule, Service};
use crate::id::{AccountId, Arn, PolicyName, Region, RuleName, ServiceName};
use crate::severity::Severity;

/// The severity of what claims none. Somebody should look, nobody need be woken.
const DEFAULT_SEVERITY: Severity = Severity::P1;

/// Where an alarm goes, and why there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The service: a configured one, one that a rule names, or one made up from the alarm's name.
    pub service: ServiceName,
    /// Whether it is configured.
    pub configured: bool,
    /// How bad it is.
    pub severity: Severity,
    /// How it climbs; none for the default policy.
    #[serde(default)]
    pub policy: Option<PolicyName>,
    /// Where the runbook is.
    #[serde(default)]
    pub runbook: Option<String>,
    /// Who owns it.
    #[serde(default)]
    pub owner: Option<String>,
    /// What the rules say besides.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// How that was found.
    #[serde(default)]
    pub because: Because,
}

/// How the service, the severity and the policy of an alarm were found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Because {
    /// The rules that hit, in their order.
    pub rules: Vec<RuleName>,
    /// How the service was found.
    pub service: By,
    /// How the severity was found.
    pub severity: By,
    /// How the policy was found.
    pub policy: By,
}

/// By what something about an alarm was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// This rule says so.
    Rule(RuleName),
    /// Its tag of this key.
    Tag(String),
    /// The dimension of this name.
    Dimension(String),
    /// Its name: the service's stands at its beginning, or a severity stands in it.
    Name,
    /// The configuration of the service it belongs to.
    Service,
    /// Nothing says so.
    #[default]
    Default,
    /// No rule and no service claims it at all: it stands for itself.
    Unrouted,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(name) => write!(f, "route \"{name}\""),
            Self::Tag(key) => write!(f, "its tag {key}"),
            Self::Dimension(name) => write!(f, "its dimension {name}"),
            Self::Name => f.write_str("its name"),
            Self::Service => f.write_str("the service's configuration"),
            Self::Default => f.write_str("default"),
            Self::Unrouted => f.write_str("unrouted: no route and no service claims it"),
        }
    }
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
    /// What silences can match of it, with the service and the severity it was found to have.
    #[serde(default)]
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

impl Route {
    /// The route of what is known without a rule, such as Paramedic's own trouble.
    pub fn new(service: ServiceName, configured: bool, severity: Severity) -> Self {
        Self {
            service,
            configured,
            severity,
            policy: None,
            runbook: None,
            owner: None,
            labels: BTreeMap::new(),
            because: Because::default(),
        }
    }

    /// Whether no rule and no service claims the alarm, so that the defaults are all there is to say about it.
    pub fn is_unrouted(&self) -> bool {
        self.because.service == By::Unrouted
    }

    /// How the alarm came here, in one line for a message.
    pub fn sentence(&self) -> String {
        let because = &self.because;
        if self.is_unrouted() {
            return format!("{}; severity {} by {}", because.service, self.severity, because.severity);
        }
        let policy = self.policy.as_ref().map_or("default", |name| name.as_str());
        format!(
            "service by {}, severity {} by {}, policy {policy} by {}",
            because.service, self.severity, because.severity, because.policy
        )
    }
}

/// Finds the service, the severity and the policy of an alarm or of an event of ECS. A pure function of what arrived and
/// the configuration.
pub fn route<'a>(arrival: impl Into<Arrival<'a>>, config: &Config) -> Route {
    explain(arrival, config).route
}

/// The same with every rule that was tried, and why it hit or did not.
pub fn explain<'a>(arrival: impl Into<Arrival<'a>>, config: &Config) -> Explanation {
    let arrival = arrival.into();
    let (service, severity) = (arrival.service(config), arrival.severity());
    // The rules see what the alarm says by itself, never what another rule said: so each can be understood alone.
    let mut profile = arrival.profile();
    profile.service = service.as_ref().map(|(service, _)| service.name.clone());
    let mut said = Said::default();
    let mut tried = Vec::with_capacity(config.routes.len());
    let mut remarks = arrival.remarks(config);
    let mut decided: Option<RuleName> = None;
    for rule in &config.routes {
        let asked = rule.matcher.asks(&profile);
        let hits = asked.iter().all(|asked| asked.fits);
        let verdict = match &decided {
            Some(by) => Verdict::NotTried { decided: by.clone() },
            None if !hits => Verdict::Missed,
            None => {
                let lasts = arrival.lasts(&rule.matcher);
                if rule.service.is_some() && !lasts {
                    remarks.push(format!(
                        "the service of route \"{}\" is not taken: it asks for one kind of event, and the event that ends the \
                         trouble is of another",
                        rule.name
                    ));
                }
                said.add(rule, lasts);
                decided = (!rule.goes_on).then(|| rule.name.clone());
                if rule.goes_on { Verdict::HitAndWentOn } else { Verdict::Hit }
            }
        };
        tried.push(Tried { rule: rule.name.clone(), verdict, asked });
    }
    let route = said.settle(arrival, service, severity, config);
    profile.service = Some(route.service.clone());
    profile.severity = Some(route.severity);
    Explanation { profile, tried, route, remarks }
}

/// What the rules that hit say together; the first to say something has it.
#[derive(Default)]
struct Said<'a> {
    rules: Vec<RuleName>,
    service: Option<(&'a ServiceName, &'a RuleName)>,
    severity: Option<(Severity, &'a RuleName)>,
    policy: Option<(&'a PolicyName, &'a RuleName)>,
    runbook: Option<&'a str>,
    owner: Option<&'a str>,
    labels: BTreeMap<String, String>,
}

impl<'a> Said<'a> {
    /// Takes over what the rule says; its service only if the rule will hit again when it is over.
    fn add(&mut self, rule: &'a Rule, lasts: bool) {
        let name = &rule.name;
        self.rules.push(name.clone());
        let service = rule.service.as_ref().filter(|_| lasts);
        self.service = self.service.or(service.map(|service| (service, name)));
        self.severity = self.severity.or(rule.severity.map(|severity| (severity, name)));
        self.policy = self.policy.or(rule.policy.as_ref().map(|policy| (policy, name)));
        self.runbook = self.runbook.or(rule.runbook.as_deref());
        self.owner = self.owner.or(rule.owner.as_deref());
        for (key, value) in &rule.labels {
            self.labels.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Completes it by what the alarm says itself, by what its service says, and by the defaults.
    fn settle(
        self,
        arrival: Arrival<'_>,
        claimed: Option<(&Service, By)>,
        severity: Option<(Severity, By)>,
        config: &Config,
    ) -> Route {
        let by_rule = |rule: &RuleName| By::Rule(rule.clone());
        let (service, by_service) = match (self.service, claimed) {
            (Some((name, rule)), _) => (name.clone(), by_rule(rule)),
            (None, Some((service, by))) => (service.name.clone(), by),
            (None, None) if self.rules.is_empty() => (arrival.own_name(), By::Unrouted),
            (None, None) => (arrival.own_name(), By::Default),
        };
        let (severity, by_severity) = match (self.severity, severity) {
            (Some((severity, rule)), _) => (severity, by_rule(rule)),
            (None, Some(claimed)) => claimed,
            (None, None) => (DEFAULT_SEVERITY, By::Default),
        };
        let configured = config.service(&service);
        let (policy, by_policy) = match (self.policy, configured.and_then(|service| service.policy.as_ref())) {
            (Some((policy, rule)), _) => (Some(policy.clone()), by_rule(rule)),
            (None, Some(policy)) => (Some(policy.clone()), By::Service),
            (None, None) => (None, By::Default),
        };
        Route {
            configured: configured.is_some(),
            severity,
            policy,
            runbook: self.runbook.map(str::to_owned).or_else(|| configured.and_then(|service| service.runbook.clone())),
            owner: self.owner.map(str::to_owned).or_else(|| configured.and_then(|service| service.owner.clone())),
            labels: self.labels,
            because: Because { rules: self.rules, service: by_service, severity: by_severity, policy: by_policy },
            service,
        }
    }
}

/// A delivered alarm with its route.
pub fn sight(alarm: &Alarm, config: &Config) -> Sighting {
    let Explanation { route, profile, .. } = explain(alarm, config);
    Sighting {
        route,
        alarm: alarm.arn.clone(),
        name: alarm.name.clone(),
        account: alarm.account.clone(),
        region: alarm.region.clone(),
        state: alarm.state,
        changed_at: alarm.changed_at,
        reason: alarm.reason.clone(),
        found: Found::Delivered,
        profile,
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
        event.service.as_ref()?;
        let Explanation { route, profile, .. } = explain(event, config);
        Some(Self {
            route,
            alarm: Arn::new(format!("{}#ecs", event.resource)),
            name: profile.name.clone(),
            account: event.account.clone(),
            region: event.region.clone(),
            state,
            changed_at: event.at,
            reason: event.reason.clone().unwrap_or_default(),
            found: Found::Delivered,
            profile,
        })
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
