//! Stand-in until the silences land.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::escalation::{Matcher, Profile};
use crate::id::SilenceId;

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Its id.
    pub id: SilenceId,
    /// Which alarms.
    pub matcher: Matcher,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A silence that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    /// Its id.
    pub id: SilenceId,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// Until when.
    pub until: Timestamp,
}

/// The silence that holds for an alarm.
pub fn active(silences: &[Silence], profile: &Profile, now: Timestamp) -> Option<Active> {
    silences
        .iter()
        .filter(|s| s.from <= now && now < s.until && s.matcher.matches(profile))
        .max_by_key(|s| s.until)
        .map(|s| Active { id: s.id.clone(), reason: s.reason.clone(), by: s.by.clone(), until: s.until })
}
