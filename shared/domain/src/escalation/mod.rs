//! Who is told, through which channel, and what happens when a channel fails.
//!
//! An alarm is [`route`]d to a service and a severity, whose [`EscalationPolicy`] says who is notified and who next if
//! nobody takes it. The default is the seed's rule: a P0 pages the on-call engineer, a P1 goes to Slack, a P2 to e-mail. A
//! P0 always takes two channels, one of which needs neither a secret nor the table ([`Reach::channels`]).

mod arrival;
mod explanation;
mod lost;
mod matcher;
mod occasion;
mod policy;
mod profile;
mod retry;
mod route;
mod storm;
mod target;

use serde::{Deserialize, Serialize};

pub use self::arrival::{Arrival, SERVICE_TAG, SEVERITY_TAG};
pub use self::explanation::{Explanation, Tried, Verdict};
pub use self::lost::{Topics, broken_path};
pub use self::matcher::{Asked, Matcher, Pattern, Patterns};
pub use self::occasion::{Occasion, owed};
pub use self::policy::{EscalationPolicy, Height, Ladder, Reach, Repeat, Step};
pub use self::profile::Profile;
pub use self::retry::{Failure, backoff};
pub use self::route::{Because, By, Found, Route, Sighting, explain, route, sight};
pub use self::storm::{MANY_SERVICES, STORM, Trouble, digest, is_storm, over};
pub use self::target::{NoTarget, Target};
use crate::id::{PersonName, WebhookName};

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

    /// Whether it works when no secret can be read.
    pub fn needs_no_secret(&self) -> bool {
        matches!(self, Self::Pages | Self::Mail | Self::Person(_))
    }

    /// Whether it leads to people, and not to another function.
    pub fn is_for_people(&self) -> bool {
        *self != Self::Incidents
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
    /// Pass on that a person approved a plan: the bulletin `approved`.
    Approved,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_name_and_says_what_it_needs_and_whom_it_leads_to() {
        for (channel, name, needs_no_secret, for_people) in [
            (Channel::PagerDuty, "pagerduty", false, true),
            (Channel::Pages, "pages", true, true),
            (Channel::Slack, "slack", false, true),
            (Channel::SlackTo("C1".to_owned()), "slack_to", false, true),
            (Channel::Mail, "mail", true, true),
            (Channel::Person(PersonName::from("ada")), "person", true, true),
            (Channel::Webhook(WebhookName::from("chat")), "webhook", false, true),
            (Channel::Incidents, "incidents", false, false),
        ] {
            let said = (channel.as_str(), channel.needs_no_secret(), channel.is_for_people());
            assert_eq!(said, (name, needs_no_secret, for_people));
        }
    }
}
