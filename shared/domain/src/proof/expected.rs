//! What the checks hold the readings against.

use jiff::SignedDuration;

use crate::config::Config;
use crate::id::PersonName;

/// What should be there, by the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The account, for the conditions of policies.
    pub account: String,
    /// The ARN of the router, which a P0 alarm names as its second path.
    pub router: String,
    /// The name of the alarm that is the heartbeat.
    pub heartbeat_alarm: Option<String>,
    /// How often it beats.
    pub beat_every: SignedDuration,
    /// Whether somebody outside is called at every beat.
    pub beats_outside: bool,
    /// How often the tick reconciles.
    pub reconcile_every: SignedDuration,
    /// The channel on Slack, if Slack is configured.
    pub slack_channel: Option<String>,
    /// The people who are told by name.
    pub people: Vec<PersonName>,
}

/// A field of a secret that the configuration makes necessary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NeededSecret {
    /// The secret's name.
    pub name: String,
    /// The field of its JSON object.
    pub field: &'static str,
}

impl Expected {
    /// What a configuration asks for in an account whose router has that ARN.
    pub fn of(config: &Config, account: &str, router: &str, heartbeat_alarm: Option<&str>) -> Self {
        Self {
            account: account.to_owned(),
            router: router.to_owned(),
            heartbeat_alarm: heartbeat_alarm.map(str::to_owned),
            beat_every: config.heartbeat.every,
            beats_outside: config.heartbeat.secret.is_some(),
            reconcile_every: config.timing.reconcile_every,
            slack_channel: config.slack.as_ref().map(|slack| slack.channel.clone()),
            people: config.persons.iter().map(|person| person.name.clone()).collect(),
        }
    }
}

impl NeededSecret {
    /// The secrets a configuration makes necessary.
    pub fn of(config: &Config) -> Vec<Self> {
        let slack =
            config.slack.iter().flat_map(|slack| [(&slack.secret, "bot_token"), (&slack.secret, "signing_secret")]);
        let pagerduty = config.pagerduty.iter().map(|pagerduty| (&pagerduty.secret, "routing_key"));
        let heartbeat = config.heartbeat.secret.iter().map(|secret| (secret, "url"));
        let all = slack.chain(pagerduty).chain(heartbeat);
        all.map(|(name, field)| Self { name: name.clone(), field }).collect()
    }
}
