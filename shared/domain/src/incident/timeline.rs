//! What happened in an incident, for people to read afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::alarm::text;

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
    /// It is over.
    Resolved,
}

/// The longest detail, in characters: an item of the table holds 400 KB.
const DETAIL: usize = 300;

/// Appends, leaving out the middle of what grows without end.
pub(super) fn push(timeline: &mut Vec<Entry>, mut entry: Entry) {
    entry.detail = text::bounded(&entry.detail, DETAIL);
    timeline.push(entry);
    if timeline.len() > KEEP_FIRST + KEEP_LAST {
        timeline.remove(KEEP_FIRST);
    }
}
