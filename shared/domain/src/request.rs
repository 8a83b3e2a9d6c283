//! What people ask of an incident: by a button in Slack, in PagerDuty, or on the command line.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

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
