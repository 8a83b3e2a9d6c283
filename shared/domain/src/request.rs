//! What people ask of an incident: by a button in Slack, in PagerDuty, or on the command line.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{IncidentId, ServiceName};

/// Somebody's request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What is asked.
    pub ask: Ask,
    /// By whom.
    pub by: Actor,
    /// When, by the clock of the way it came.
    pub at: Timestamp,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Somebody is at it: stop paging, until that expires.
    Ack,
    /// It is over, whatever its alarms say.
    Resolve,
    /// Tell nobody of this service for so long.
    Silence {
        /// How long.
        lasts: SignedDuration,
        /// Why.
        reason: String,
    },
    /// Carry out this very plan.
    Approve {
        /// Which plan: its digest, as the message showed it.
        plan: String,
    },
    /// Do not carry out this plan.
    Refuse {
        /// Which plan.
        plan: String,
    },
}

impl Ask {
    /// The request in a word, for logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Resolve => "resolve",
            Self::Silence { .. } => "silence",
            Self::Approve { .. } => "approve",
            Self::Refuse { .. } => "refuse",
        }
    }
}

/// Who asked, and by which way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Their name as that way knows it: data from outside.
    pub name: String,
    /// The way.
    pub via: Via,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.via.as_str())
    }
}

/// The ways by which people ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A button in Slack.
    Slack,
    /// PagerDuty's webhook.
    PagerDuty,
    /// The command line.
    Cli,
}

impl Via {
    /// The way in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "Slack",
            Self::PagerDuty => "PagerDuty",
            Self::Cli => "command line",
        }
    }
}

/// A request and the incident it is about: what travels from the ways people ask to the router, as JSON with `event` =
/// `requested` and with the same word as the message attribute `event`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename = "requested")]
pub struct Petition {
    /// Which incident is meant.
    pub whose: Whose,
    /// The request.
    pub request: Request,
}

impl Petition {
    /// The value of the message attribute `event`.
    pub const EVENT: &'static str = "requested";
}

/// How a request names the incident it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// This very incident: a button is bound to the message it stands in.
    Incident {
        /// Its id.
        incident_id: IncidentId,
        /// Its service.
        service: ServiceName,
    },
    /// The incident that was paged under this deduplication key.
    Page {
        /// The key as PagerDuty has it.
        dedup_key: String,
    },
    /// Whatever is open for this service.
    Service {
        /// The service.
        service: ServiceName,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_petition_travels_under_its_name() {
        let whose = Whose::Incident { incident_id: IncidentId::from("inc-1"), service: ServiceName::from("web") };
        let by = Actor { name: "ada".to_owned(), via: Via::Slack };
        let ask = Ask::Silence { lasts: SignedDuration::from_hours(1), reason: "known".to_owned() };
        let request = Request { ask, by, at: "2026-03-01T03:00:00Z".parse().unwrap() };
        let sent = Petition { whose, request };
        let json = serde_json::to_value(&sent).unwrap();
        assert_eq!(json.get("event").unwrap(), Petition::EVENT);
        assert_eq!(serde_json::from_value::<Petition>(json).unwrap(), sent);
    }
}
