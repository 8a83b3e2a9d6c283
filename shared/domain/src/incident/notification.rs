//! One thing that is owed to somebody, and the record that it was told.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::escalation::{Channel, Failure, Kind, backoff};
use crate::severity::Severity;

/// How long a claim to send something holds. Whoever claimed it has recorded it by then, or is gone.
pub(super) const CLAIM: SignedDuration = SignedDuration::from_secs(30);

/// Something owed to somebody. Its text is not kept: it is made from the incident when it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its number within the incident.
    pub id: u32,
    /// The way it takes.
    pub channel: Channel,
    /// What it is.
    pub kind: Kind,
    /// The severity it was owed for; a page of a former severity has a key of its own.
    pub severity: Severity,
    /// Which of the incident's pages it is or is about, counted from 1: each page that was due has a key of its own.
    #[serde(default = "first")]
    pub page: u32,
    /// How far it is.
    pub progress: Progress,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub last_failure: Option<Failure>,
    /// Whether it was overtaken while somebody was sending it: what comes of that counts, and it is not tried again.
    #[serde(default)]
    pub overtaken: bool,
}

fn first() -> u32 {
    1
}

/// How far a notification is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// To be sent at that time.
    Owed {
        /// When.
        at: Timestamp,
    },
    /// Somebody is sending it.
    Claimed {
        /// When the claim is void.
        until: Timestamp,
    },
    /// The channel said that it has it.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// It was overtaken before it went out, such as an update of a page that was resolved.
    Moot,
}

/// What came of an attempt to send a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Which one.
    pub id: u32,
    /// The message it made on Slack, or nothing more than that the channel has it; or why it does not.
    pub result: Result<Option<super::MessageRef>, Failure>,
}

impl Notification {
    /// When something has to be done about it; `None` once it is settled.
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.progress {
            Progress::Owed { at } => Some(at),
            Progress::Claimed { until } => Some(until),
            Progress::Sent { .. } | Progress::Moot => None,
        }
    }

    /// Whether it is settled.
    pub fn is_settled(&self) -> bool {
        self.due_at().is_none()
    }

    /// Whether the channel answered at least once, well or badly, or need not be asked any more.
    pub(super) fn is_answered(&self) -> bool {
        self.attempts > 0 || self.is_settled()
    }

    /// It is no longer true: it is not sent any more. Whoever is sending it now may have done so already.
    pub(super) fn overtake(&mut self) {
        match self.progress {
            Progress::Owed { .. } => self.progress = Progress::Moot,
            Progress::Claimed { .. } => self.overtaken = true,
            Progress::Sent { .. } | Progress::Moot => {}
        }
    }

    /// What was overtaken while somebody was sending it is settled once that somebody is gone.
    pub(super) fn lapse(&mut self, now: Timestamp) {
        if self.overtaken && self.due_at().is_some_and(|at| at <= now) {
            self.progress = Progress::Moot;
        }
    }

    /// Takes it for sending if it is due.
    pub(super) fn claim(&mut self, now: Timestamp) -> bool {
        let due = self.due_at().is_some_and(|at| at <= now);
        if due {
            self.progress = Progress::Claimed { until: now + CLAIM };
        }
        due
    }

    pub(super) fn record(&mut self, result: &Result<Option<super::MessageRef>, Failure>, now: Timestamp) {
        if matches!(self.progress, Progress::Sent { .. }) {
            return;
        }
        self.attempts = self.attempts.saturating_add(1);
        match result {
            Ok(_) => {
                self.progress = Progress::Sent { at: now };
                self.last_failure = None;
            }
            Err(failure) if self.overtaken => {
                self.progress = Progress::Moot;
                self.last_failure = Some(failure.clone());
            }
            Err(failure) => {
                self.progress = Progress::Owed { at: now + backoff(failure, self.attempts) };
                self.last_failure = Some(failure.clone());
            }
        }
    }
}
