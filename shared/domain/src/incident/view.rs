//! The one Slack message that shows an incident as it stands.
//!
//! An edit notifies nobody, so the message is a view: it has a revision, and the router brings it up to date whenever the
//! incident is ahead of it. Any number of changes in between cost one edit.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::notification::CLAIM;
use crate::escalation::{Failure, backoff};

/// Where the message is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRef {
    /// The channel's id.
    pub channel: String,
    /// The message's id within the channel.
    pub ts: String,
}

/// How far the message is behind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Counts what the message should show.
    pub revision: u32,
    /// What it shows.
    pub shown: u32,
    /// The message, once there is one.
    pub message: Option<MessageRef>,
    /// Not before then: an edit is under way, or Slack asked to wait.
    pub not_before: Option<Timestamp>,
    /// Failed edits in a row.
    pub failures: u32,
    /// The number of the last entry of the timeline that stands in the message's thread.
    pub thread: u32,
}

impl View {
    /// When the message has to be brought up to date; `None` while it is, or while there is none.
    pub fn due_at(&self) -> Option<Timestamp> {
        let behind = self.message.is_some() && self.shown < self.revision;
        behind.then(|| self.not_before.unwrap_or(Timestamp::MIN))
    }

    /// Takes the edit if it is due; says which revision to show.
    pub(super) fn claim(&mut self, now: Timestamp) -> Option<u32> {
        self.due_at().filter(|at| *at <= now)?;
        self.not_before = Some(now + CLAIM);
        Some(self.revision)
    }

    /// A new message shows this revision. The newest message is the one that is kept current.
    pub(super) fn posted(&mut self, message: MessageRef, revision: u32) {
        self.message = Some(message);
        self.shown = revision;
        self.not_before = None;
        self.failures = 0;
    }

    /// What came of an edit, and up to which entry of the timeline the thread has the history.
    pub(super) fn edited(&mut self, revision: u32, thread: u32, result: &Result<(), Failure>, now: Timestamp) {
        self.thread = self.thread.max(thread);
        match result {
            Ok(()) => {
                self.shown = self.shown.max(revision);
                self.not_before = None;
                self.failures = 0;
            }
            Err(failure) => {
                self.failures = self.failures.saturating_add(1);
                self.not_before = Some(now + backoff(failure, self.failures).max(SignedDuration::from_secs(1)));
            }
        }
    }
}
