//! What was read of the way of an alarm. The checks look at nothing else.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::heartbeat::Beat;
use crate::alarm::text;
use crate::evidence::Reading;

/// Everything that was read, each thing by itself: what could not be read leaves the rest standing.
#[derive(Clone, Debug, PartialEq)]
pub struct Readings {
    /// The topics of the ops stack.
    pub topics: BTreeMap<Topic, Reading<TopicFacts>>,
    /// What AWS allows by SMS.
    pub sms: Reading<SmsFacts>,
    /// The secrets that the configuration names.
    pub secrets: Vec<SecretRead>,
    /// What Slack says.
    pub slack: Reading<SlackFacts>,
    /// What PagerDuty says.
    pub pagerduty: Reading<PagerDutyFacts>,
    /// All alarms of the account and region.
    pub alarms: Reading<Vec<AlarmWiring>>,
    /// The queues that the functions take from.
    pub queues: Reading<Vec<QueueFacts>>,
    /// The functions of the ops stack; `None` where there is none of that name.
    pub functions: BTreeMap<Role, Reading<Option<FunctionFacts>>>,
    /// When the tick last did its reconciliation.
    pub ticked_at: Reading<Option<Timestamp>>,
    /// The newest heartbeat that came back.
    pub beat: Reading<Option<Beat>>,
    /// Who covers which step of an escalation policy.
    pub rotations: Reading<Vec<Cover>>,
}

/// The topics by which alarms come in and people are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Alarms come in.
    Alarms,
    /// SMS and e-mail for a P0.
    Pages,
    /// E-mail.
    Mail,
    /// SMS and e-mail for one person.
    People,
    /// What is told past all functions.
    Watchdog,
}

impl Topic {
    /// The topic in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Alarms => "the alarms topic",
            Self::Pages => "the pages topic",
            Self::Mail => "the mail topic",
            Self::People => "the people topic",
            Self::Watchdog => "the watchdog topic",
        }
    }

    /// Whether CloudWatch itself publishes there.
    pub fn takes_alarms(self) -> bool {
        matches!(self, Self::Alarms | Self::Watchdog)
    }
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicFacts {
    /// Its ARN.
    pub arn: String,
    /// The key it is encrypted under, if it is (`KmsMasterKeyId`).
    pub key: Option<String>,
    /// Its policy, as JSON.
    pub policy: Option<String>,
    /// Who subscribed.
    pub subscriptions: Vec<Subscription>,
}

/// One subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// `email`, `sms`, `sqs`, `https`…
    pub protocol: String,
    /// The address, the number or the ARN. Data about people: shown only through [`Subscription::masked`].
    pub endpoint: String,
    /// Whether it was confirmed.
    pub confirmed: bool,
    /// The persons it is for: the values of `to` in its filter policy. Empty where it has none.
    pub people: BTreeSet<String>,
}

impl Subscription {
    /// Whether a person stands behind it.
    pub fn reaches_a_person(&self) -> bool {
        // The sandbox's mailbox is an HTTP endpoint; a chat bot or a paging service is one too.
        matches!(self.protocol.as_str(), "email" | "email-json" | "sms" | "http" | "https" | "application")
    }

    /// Protocol and just enough of the endpoint to recognise one's own.
    pub fn masked(&self) -> String {
        let endpoint = &self.endpoint;
        let shown = match endpoint.split_once('@') {
            Some((name, host)) => format!("{}…@{}", name.chars().take(1).collect::<String>(), text::escaped(host, 60)),
            None if self.protocol == "sms" => {
                let digits = endpoint.chars().count().saturating_sub(2);
                format!("…{}", endpoint.chars().skip(digits).collect::<String>())
            }
            None if endpoint.starts_with("arn:") => text::escaped(endpoint.rsplit(':').next().unwrap_or_default(), 80),
            // The path of a webhook is often its password.
            None => endpoint.split('/').take(3).collect::<Vec<_>>().join("/"),
        };
        format!("{} {shown}", text::escaped(&self.protocol, 20))
    }
}

/// What AWS allows by SMS.
#[derive(Clone, Debug, PartialEq)]
pub struct SmsFacts {
    /// Whether the account is in the SMS sandbox, where only verified numbers get any.
    pub in_sandbox: bool,
    /// The numbers that were verified; only read in the sandbox.
    pub verified: BTreeSet<String>,
    /// The monthly spending limit in US dollars; AWS's own is 1.
    pub monthly_limit: f64,
}

/// One field of one secret that the configuration needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRead {
    /// The secret's name.
    pub name: String,
    /// The field.
    pub field: String,
    /// Whether it is there; why not, if not. Never the value.
    pub result: Result<(), String>,
}

/// What Slack says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlackFacts {
    /// Why the token is refused, in Slack's words; `None` if it is taken.
    pub refused: Option<String>,
    /// What the token may do (`x-oauth-scopes`).
    pub scopes: BTreeSet<String>,
    /// The channel; `None` if there is none of that name or id that the bot can see.
    pub channel: Reading<Option<SlackChannelFacts>>,
}

/// The channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlackChannelFacts {
    /// Whether the bot is in it.
    pub member: bool,
    /// Whether it was archived.
    pub archived: bool,
}

/// What PagerDuty says to an event that pages nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagerDutyFacts {
    /// Why the key is refused; `None` if it is taken.
    pub refused: Option<String>,
}

/// An alarm, as far as its wiring goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmWiring {
    /// Its name.
    pub name: String,
    /// Whether it belongs to a configured service.
    pub configured: bool,
    /// Whether it acts at all.
    pub actions_enabled: bool,
    /// What it acts on when it goes off.
    pub on_alarm: Vec<String>,
    /// What it acts on when it recovers.
    pub on_ok: Vec<String>,
    /// The metrics it watches: namespace, name and dimensions.
    pub watches: Vec<(String, String, BTreeMap<String, String>)>,
}

impl AlarmWiring {
    /// Whether going off tells this ARN.
    pub fn tells(&self, arn: &str) -> bool {
        self.actions_enabled && self.on_alarm.iter().any(|action| action == arn)
    }
}

/// A queue that a function takes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueFacts {
    /// Its ARN.
    pub arn: String,
    /// Where messages go that fail for good, as an ARN; `None` if nowhere.
    pub dead_letters: Option<String>,
}

/// The name at the end of a queue's ARN.
pub(super) fn queue_name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

/// The functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Tells people.
    Router,
    /// Explains.
    Enricher,
    /// Acts.
    Remediator,
    /// Listens to people.
    SlackActions,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Router, Self::Enricher, Self::Remediator, Self::SlackActions];

    /// The function's name within the stack: `STACK-escalation-router`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Router => "escalation-router",
            Self::Enricher => "alert-enricher",
            Self::Remediator => "remediator",
            Self::SlackActions => "slack-actions",
        }
    }

    /// Whether it takes from a queue; slack-actions is called over the web.
    pub fn takes_from_a_queue(self) -> bool {
        self != Self::SlackActions
    }
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionFacts {
    /// Its state: `Active`, `Inactive`, `Pending` or `Failed`.
    pub state: String,
    /// What it takes from.
    pub sources: Vec<Source>,
}

/// An event source mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The queue's ARN.
    pub queue: String,
    /// Its state: `Enabled`, `Disabled`, or one of those in between.
    pub state: String,
    /// Whether it reports the failures of single messages; without that one bad message repeats the whole batch.
    pub partial: bool,
}

/// How far somebody is on call in the rotations of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The rotations, joined by "and".
    pub rotation: String,
    /// When nobody is, within the days that were looked at.
    pub gaps: Vec<Gap>,
}

/// A time in which nobody is on call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// From then.
    pub from: Timestamp,
    /// Until then.
    pub until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(protocol: &str, endpoint: &str) -> String {
        let (protocol, endpoint) = (protocol.to_owned(), endpoint.to_owned());
        Subscription { protocol, endpoint, confirmed: true, people: BTreeSet::new() }.masked()
    }

    #[test]
    fn an_address_is_shown_so_that_only_its_owner_recognises_it() {
        assert_eq!(masked("email", "ada.lovelace@example.com"), "email a…@example.com");
        assert_eq!(masked("sms", "+15550100"), "sms …00");
        assert_eq!(masked("https", "https://hooks.example.com/T0/secret"), "https https://hooks.example.com");
        assert_eq!(masked("sqs", "arn:aws:sqs:eu-west-1:123456789012:router"), "sqs router");
    }
}
