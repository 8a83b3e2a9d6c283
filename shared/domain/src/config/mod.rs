//! `paramedic.toml`: the services that are watched, the channels that are told, and the limits that hold.
//!
//! The file is packaged beside each function's code, so that a change of configuration is deployed, versioned and rolled
//! back like code, and can be read when everything else is down. It names secrets, it never holds them.

mod error;
mod freeze;
mod heartbeat;
mod maintenance;
mod moment;
mod person;
mod policy;
mod rotation;
mod route;
mod service;
mod timing;
mod unlisted;
mod webhook;
mod window;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use toml::Spanned;

pub use self::error::ConfigError;
pub use self::freeze::Freeze;
pub use self::heartbeat::Heartbeat;
pub use self::person::Person;
pub use self::route::Rule;
pub use self::service::{Mode, Service};
pub use self::timing::{Timing, Velocity};
pub use self::unlisted::TELLING_DIMENSIONS;
pub(crate) use self::unlisted::cache_group;
pub use self::webhook::WebhookConfig;
use crate::escalation::{EscalationPolicy, Target};
use crate::id::{PersonName, PolicyName, ServiceName};
use crate::inbound::slack::UserId;
use crate::oncall::{Override, Roster, Rotation};
use crate::silence::Silence;

/// The only format version there is.
const VERSION: i64 = 1;

/// A checked `paramedic.toml`.
#[derive(Clone, Debug)]
pub struct Config {
    /// The Slack workspace that is told, if one is.
    pub slack: Option<SlackConfig>,
    /// The PagerDuty service that is paged, if one is.
    pub pagerduty: Option<PagerDutyConfig>,
    /// How long things may take.
    pub timing: Timing,
    /// How often Paramedic may act.
    pub velocity: Velocity,
    /// The escalation policies. The one called `default` is that of whatever names none.
    pub policies: BTreeMap<PolicyName, EscalationPolicy>,
    /// How Paramedic shows that it lives.
    pub heartbeat: Heartbeat,
    /// The receivers of signed requests.
    pub webhooks: Vec<WebhookConfig>,
    /// The services, in the order of the file.
    pub services: Vec<Service>,
    /// The rules of routing, in the order of the file.
    pub routes: Vec<Rule>,
    /// The people who can be told, in the order of the file.
    pub persons: Vec<Person>,
    /// The on-call rotations, in the order of the file.
    pub rotations: Vec<Rotation>,
    /// The maintenance windows, in the order of the file.
    pub maintenance: Vec<Silence>,
    /// The times in which nothing is touched, in the order of the file.
    pub freezes: Vec<Freeze>,
}

/// Where and as whom to speak on Slack.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackConfig {
    /// The name of the secret holding `{"bot_token": "xoxb-…"}`.
    pub secret: String,
    /// The channel's id or `#name`.
    pub channel: String,
    /// The base address of the Web API.
    #[serde(default = "slack_api")]
    api_url: Spanned<String>,
    /// Who may acknowledge and silence by a button; absent: every member of the workspace.
    pub responders: Option<Vec<UserId>>,
    /// Who may have a plan carried out by a button; absent: nobody.
    #[serde(default)]
    pub approvers: Vec<UserId>,
}

/// Which PagerDuty service to page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagerDutyConfig {
    /// The name of the secret holding `{"routing_key": "…"}`.
    pub secret: String,
    /// The base address of the Events API; accounts in the EU have one of their own.
    #[serde(default = "pagerduty_events")]
    events_url: Spanned<String>,
}

impl SlackConfig {
    /// The base address of the Web API, without a trailing slash.
    pub fn api_url(&self) -> &str {
        self.api_url.get_ref().trim_end_matches('/')
    }
}

impl PagerDutyConfig {
    /// The base address of the Events API, without a trailing slash.
    pub fn events_url(&self) -> &str {
        self.events_url.get_ref().trim_end_matches('/')
    }
}

fn slack_api() -> Spanned<String> {
    Spanned::new(0..0, "https://slack.com/api".to_owned())
}

fn pagerduty_events() -> Spanned<String> {
    Spanned::new(0..0, "https://events.pagerduty.com".to_owned())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<i64>,
    slack: Option<SlackConfig>,
    pagerduty: Option<PagerDutyConfig>,
    #[serde(default)]
    timing: Timing,
    #[serde(default)]
    remediation: Velocity,
    #[serde(default, rename = "policy")]
    policies: Vec<policy::Entry>,
    #[serde(default)]
    heartbeat: Heartbeat,
    #[serde(default, rename = "webhook")]
    webhooks: Vec<webhook::Entry>,
    #[serde(default, rename = "service")]
    services: Vec<service::Entry>,
    #[serde(default, rename = "route")]
    routes: Vec<route::Entry>,
    #[serde(default, rename = "person")]
    persons: Vec<person::Entry>,
    #[serde(default, rename = "rotation")]
    rotations: Vec<rotation::Entry>,
    #[serde(default)]
    maintenance: Vec<maintenance::Entry>,
    #[serde(default, rename = "freeze")]
    freezes: Vec<freeze::Entry>,
}

impl Config {
    /// Reads and checks a configuration; `file` is its name in error messages.
    ///
    /// # Errors
    ///
    /// Says file, line, what is wrong and what is allowed, for the first thing that is wrong.
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        let place = error::Place { text, file };
        let raw: File = toml::from_str(text).map_err(|error| place.syntax(&error))?;
        if *raw.version.get_ref() != VERSION {
            return Err(place.at(
                raw.version.span(),
                format!("version {} is not known", raw.version.get_ref()),
                format!("this release reads version = {VERSION}"),
            ));
        }
        if let Some(slack) = &raw.slack {
            check_address(&place, &slack.api_url)?;
        }
        if let Some(pagerduty) = &raw.pagerduty {
            check_address(&place, &pagerduty.events_url)?;
        }
        let webhooks = webhook::check(raw.webhooks, &place)?;
        let persons = person::check(raw.persons, &place)?;
        let rotations = rotation::check(raw.rotations, &persons, &place)?;
        let configured = |target: &Target| match target {
            Target::PagerDuty if raw.pagerduty.is_none() => Err("add a [pagerduty] table".to_owned()),
            Target::Slack | Target::SlackTo(_) if raw.slack.is_none() => Err("add a [slack] table".to_owned()),
            Target::Person(name) if persons.iter().all(|person| person.name != *name) => {
                Err("add a [[person]] table of that name".to_owned())
            }
            Target::OnCall(name) if rotations.iter().all(|rotation| rotation.name != *name) => {
                Err("add a [[rotation]] table of that name".to_owned())
            }
            Target::Webhook(name) if webhooks.iter().all(|webhook| webhook.name != *name) => {
                Err("add a [[webhook]] table of that name".to_owned())
            }
            _ => Ok(()),
        };
        let policies = policy::check(raw.policies, &configured, &place)?;
        let exists = |name: &PolicyName| name.as_str() == EscalationPolicy::DEFAULT || policies.contains_key(name);
        route::require_policies(&raw.routes, &raw.services, exists, &place)?;
        let services = service::check(raw.services, &place)?;
        let routes = route::check(raw.routes, &place)?;
        let maintenance = maintenance::check(raw.maintenance, &place)?;
        let freezes = freeze::check(raw.freezes, &services, &place)?;
        Ok(Self {
            slack: raw.slack,
            pagerduty: raw.pagerduty,
            timing: raw.timing,
            velocity: raw.remediation,
            policies,
            heartbeat: raw.heartbeat,
            webhooks,
            services,
            routes,
            persons,
            rotations,
            maintenance,
            freezes,
        })
    }

    /// Everybody who can be on call, with what people ordered meanwhile.
    pub fn roster(&self, overrides: Vec<Override>) -> Roster {
        let persons = self.persons.iter().map(|person| person.name.clone()).collect();
        Roster { persons, rotations: self.rotations.clone(), overrides }
    }

    /// The configured service of that name.
    pub fn service(&self, name: &ServiceName) -> Option<&Service> {
        self.services.iter().find(|service| service.name == *name)
    }

    /// The freeze that keeps Paramedic from touching that service now, and until when.
    pub fn frozen(&self, service: &ServiceName, now: Timestamp) -> Option<(&Freeze, Timestamp)> {
        self.freezes.iter().find_map(|freeze| Some((freeze, freeze.holds_until(service, now)?)))
    }

    /// The configured person of that name.
    pub fn person(&self, name: &PersonName) -> Option<&Person> {
        self.persons.iter().find(|person| person.name == *name)
    }
}

/// Tokens travel to these addresses, so they must be encrypted on the way; only the loopback interface needs no TLS.
fn check_address(place: &error::Place<'_>, url: &Spanned<String>) -> Result<(), ConfigError> {
    let text = url.get_ref();
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(':') || rest.starts_with('/'))
    });
    if text.starts_with("https://") || loopback {
        return Ok(());
    }
    Err(place.at(
        url.span(),
        format!("{text:?} is not an address a token may be sent to"),
        "use https://…; http:// is allowed for 127.0.0.1, localhost and [::1] only".to_owned(),
    ))
}

#[cfg(test)]
mod on_call_tests;
#[cfg(test)]
mod tests;
