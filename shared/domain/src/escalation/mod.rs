//! Who is told, through which channel, and what happens when a channel fails.
//!
//! The default policy is the seed's: a P0 pages the on-call engineer, a P1 goes to Slack, a P2 to e-mail. A P0 always also
//! takes the pages topic, which needs neither a secret nor the table.

mod arrival;
mod explanation;
mod lost;
mod matcher;
mod profile;
mod retry;
mod route;
mod target;

use serde::{Deserialize, Serialize};

pub use self::arrival::{Arrival, SERVICE_TAG, SEVERITY_TAG};
pub use self::explanation::{Explanation, Tried, Verdict};
pub use self::lost::{Topics, broken_path};
pub use self::matcher::{Asked, Matcher, Pattern, Patterns};
pub use self::profile::Profile;
pub use self::retry::{Failure, backoff};
pub use self::route::{Because, By, Found, Route, Sighting, explain, route, sight};
pub use self::target::{NoTarget, Target};
use crate::config::Config;
use crate::id::{PersonName, WebhookName};
use crate::severity::Severity;

/// A way by which a notification leaves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// PagerDuty's Events API.
    PagerDuty,
    /// The pages topic: SMS and e-mail of the people on call.
    Pages,
    /// The team's Slack channel, with the incident's one message.
    Slack,
    /// Another channel or a user on Slack, by name or id.
    SlackTo(String),
    /// The mail topic.
    Mail,
    /// The people topic, for one person: SMS and e-mail.
    Person(PersonName),
    /// A signed request to one of the configured webhooks.
    Webhook(WebhookName),
    /// The incidents topic: the enricher is told, not a person.
    Incidents,
}

impl Channel {
    /// The name as it stands in logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::PagerDuty => "pagerduty",
            Self::Pages => "pages",
            Self::Slack => "slack",
            Self::SlackTo(_) => "slack_to",
            Self::Mail => "mail",
            Self::Person(_) => "person",
            Self::Webhook(_) => "webhook",
            Self::Incidents => "incidents",
        }
    }
}

/// What a notification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Wake somebody, or write a mail: the incident's first word on that channel.
    Page,
    /// A new Slack message.
    Post,
    /// A reply in the thread of the incident's Slack message that the channel sees too: an edit notifies nobody.
    Broadcast,
    /// More about what was paged, under the same key.
    Update,
    /// Somebody took it: whoever else was paged need not.
    Acknowledge,
    /// It is over.
    Resolve,
    /// Ask for an explanation: the bulletin `opened`.
    Opened,
    /// Ask for another: the bulletin `escalated`.
    Escalated,
}

/// Something that happened to an incident and has to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// It began, began again, or became worse.
    Began {
        /// Whether it is the first time.
        first: bool,
    },
    /// Another P0 alarm joined a P0 incident.
    Worsened {
        /// Whether people were last told so long ago that they may have turned to something else.
        long_ago: bool,
    },
    /// It was explained.
    Explained,
    /// A remedy did not help, or nobody knows.
    RemedyFailed,
    /// It is time to look again.
    LookAgain,
    /// It is over.
    Resolved,
}

/// Which channels exist. Topics always do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    /// Slack is configured.
    pub slack: bool,
    /// PagerDuty is configured.
    pub pagerduty: bool,
}

impl Channels {
    /// The channels of a configuration.
    pub fn of(config: &Config) -> Self {
        Self { slack: config.slack.is_some(), pagerduty: config.pagerduty.is_some() }
    }

    fn has(self, channel: &Channel) -> bool {
        match channel {
            Channel::Slack | Channel::SlackTo(_) => self.slack,
            Channel::PagerDuty => self.pagerduty,
            Channel::Pages | Channel::Mail | Channel::Person(_) | Channel::Webhook(_) | Channel::Incidents => true,
        }
    }
}

/// What is owed to whom on an occasion.
///
/// Slack's own message is a view and is kept current apart from this; only what must notify is a new message. Where Slack
/// is not configured, a P1 is mailed.
pub fn owed(occasion: Occasion, severity: Severity, channels: Channels) -> Vec<(Channel, Kind)> {
    use Channel::{Incidents, Mail, PagerDuty, Pages, Slack};
    let mut owed: Vec<(Channel, Kind)> = match (occasion, severity) {
        (Occasion::Began { first }, severity) => {
            let ask = if first { Kind::Opened } else { Kind::Escalated };
            match severity {
                Severity::P0 => {
                    vec![(PagerDuty, Kind::Page), (Pages, Kind::Page), (Slack, Kind::Post), (Incidents, ask)]
                }
                Severity::P1 if channels.slack => vec![(Slack, Kind::Post), (Incidents, ask)],
                Severity::P1 => vec![(Mail, Kind::Page), (Incidents, ask)],
                Severity::P2 => vec![(Mail, Kind::Page)],
            }
        }
        // The key is that of the first page: PagerDuty folds it, unless somebody resolved that page by hand.
        (Occasion::Worsened { long_ago: false }, Severity::P0) => vec![(PagerDuty, Kind::Page)],
        (Occasion::Worsened { long_ago: true }, Severity::P0) => {
            vec![(PagerDuty, Kind::Page), (Pages, Kind::Page), (Slack, Kind::Post)]
        }
        (Occasion::Explained, Severity::P0) => vec![(PagerDuty, Kind::Update)],
        // An update of an open page notifies nobody, so a failed remedy is also told where it does.
        (Occasion::RemedyFailed, Severity::P0) => {
            vec![(PagerDuty, Kind::Update), (Pages, Kind::Page), (Slack, Kind::Post)]
        }
        (Occasion::RemedyFailed, Severity::P1) if channels.slack => vec![(Slack, Kind::Post)],
        (Occasion::RemedyFailed, Severity::P1) => vec![(Mail, Kind::Page)],
        (Occasion::LookAgain, Severity::P0 | Severity::P1) => vec![(Incidents, Kind::Escalated)],
        (Occasion::Resolved, Severity::P0) => vec![(PagerDuty, Kind::Resolve), (Mail, Kind::Resolve)],
        (Occasion::Resolved, Severity::P2) => vec![(Mail, Kind::Resolve)],
        (Occasion::Resolved, Severity::P1) if !channels.slack => vec![(Mail, Kind::Resolve)],
        (
            Occasion::Worsened { .. }
            | Occasion::Explained
            | Occasion::RemedyFailed
            | Occasion::LookAgain
            | Occasion::Resolved,
            _,
        ) => vec![],
    };
    owed.retain(|(channel, _)| channels.has(channel));
    owed
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Channels = Channels { slack: true, pagerduty: true };
    const NEITHER: Channels = Channels { slack: false, pagerduty: false };

    fn first(severity: Severity, channels: Channels) -> Vec<Channel> {
        owed(Occasion::Began { first: true }, severity, channels).into_iter().map(|(channel, _)| channel).collect()
    }

    #[test]
    fn the_seeds_rule_holds() {
        assert_eq!(first(Severity::P0, BOTH), [Channel::PagerDuty, Channel::Pages, Channel::Slack, Channel::Incidents]);
        assert_eq!(first(Severity::P1, BOTH), [Channel::Slack, Channel::Incidents]);
        assert_eq!(first(Severity::P2, BOTH), [Channel::Mail]);
    }

    #[test]
    fn a_p0_reaches_people_without_any_secret() {
        assert!(first(Severity::P0, NEITHER).contains(&Channel::Pages));
    }

    #[test]
    fn every_severity_reaches_a_person_whatever_is_configured() {
        for severity in [Severity::P0, Severity::P1, Severity::P2] {
            for channels in
                [BOTH, NEITHER, Channels { slack: true, ..NEITHER }, Channels { pagerduty: true, ..NEITHER }]
            {
                let people = first(severity, channels).into_iter().filter(|channel| *channel != Channel::Incidents);
                assert!(people.count() > 0, "{severity} with {channels:?}");
            }
        }
    }

    #[test]
    fn whoever_was_paged_is_told_that_it_is_over() {
        let resolved = owed(Occasion::Resolved, Severity::P0, BOTH);
        assert!(resolved.contains(&(Channel::PagerDuty, Kind::Resolve)));
        assert!(resolved.contains(&(Channel::Mail, Kind::Resolve)));
    }
}
