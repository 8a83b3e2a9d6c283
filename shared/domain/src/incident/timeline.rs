//! What happened in an incident, for people to read afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Incident;
use crate::alarm::text;
use crate::redaction::redacted;
use crate::request::Actor;

/// How many entries are kept: the first ones tell how it began, the last how it ended.
const KEEP_FIRST: usize = 20;
const KEEP_LAST: usize = 80;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
    /// In words.
    pub detail: String,
    /// Who did it, where it was a person.
    pub by: Option<Actor>,
    /// Its number, counted from 1 without gaps, although old ones are left out of what is kept.
    pub number: u32,
}

/// The kinds of things that happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The incident began, or began again.
    Opened,
    /// An alarm joined or changed.
    Alarm,
    /// It became worse.
    Raised,
    /// Somebody was told.
    Told,
    /// Somebody could not be told.
    NotTold,
    /// It was explained.
    Diagnosed,
    /// Nothing was touched.
    Refused,
    /// Something was done.
    Acted,
    /// What came of it.
    Verified,
    /// What was done for the time being was undone, or left to people.
    SetBack,
    /// Somebody took it.
    Acked,
    /// An acknowledgement expired or no longer counts.
    AckEnded,
    /// Nobody took it in time: the next step is notified.
    Climbed,
    /// A silence covers it: nobody is told.
    Silenced,
    /// No silence covers it any more.
    Unsilenced,
    /// It goes up and down.
    Flapping,
    /// A person approved or refused a plan.
    Ruled,
    /// It is over.
    Resolved,
}

impl Happening {
    /// In a word or two, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Alarm => "alarm",
            Self::Raised => "raised",
            Self::Told => "told",
            Self::NotTold => "not told",
            Self::Diagnosed => "diagnosed",
            Self::Refused => "not touched",
            Self::Acted => "acted",
            Self::Verified => "verified",
            Self::SetBack => "set back",
            Self::Acked => "acknowledged",
            Self::AckEnded => "acknowledgement ended",
            Self::Climbed => "escalated",
            Self::Silenced => "silenced",
            Self::Unsilenced => "silence ended",
            Self::Flapping => "flapping",
            Self::Ruled => "ruled",
            Self::Resolved => "resolved",
        }
    }
}

/// The longest detail, in characters: an item of the table holds 400 KB.
const DETAIL: usize = 300;

impl Incident {
    /// Notes what happened, leaving out the middle of what grows without end.
    pub(super) fn note(&mut self, at: Timestamp, what: Happening, detail: &str) {
        self.note_by(at, what, detail, None);
    }

    /// Notes what somebody did.
    pub(super) fn note_by(&mut self, at: Timestamp, what: Happening, detail: &str, by: Option<Actor>) {
        let number = self.timeline.last().map_or(0, |last| last.number).saturating_add(1);
        self.timeline.push(Entry { at, what, detail: text::bounded(&redacted(detail), DETAIL), by, number });
        if self.timeline.len() > KEEP_FIRST + KEEP_LAST {
            self.timeline.remove(KEEP_FIRST);
        }
    }
}
