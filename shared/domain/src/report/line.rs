//! One labelled line of a story, and how moments, durations and lists stand in it.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::inert;
use crate::diagnosis::Diagnosis;
use crate::evidence::Source;

/// The longest text of a line, in characters.
const LINE: usize = 600;
/// Lists are cut after so many entries.
const LIST: usize = 6;

/// One labelled line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it tells.
    pub label: Label,
    /// The sentence.
    pub text: String,
    /// Facts below it.
    pub details: Vec<String>,
    /// A command to copy.
    pub command: Option<String>,
}

/// What a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Label {
    /// Which alarms fire.
    What,
    /// Since when.
    Since,
    /// How many targets, requests and tasks.
    Affected,
    /// What changed before it.
    Changed,
    /// Who is at it.
    Acked,
    /// Until when nobody is told, and why.
    Silenced,
    /// That it goes up and down.
    Flapping,
    /// How it came to be told like this, where no rule and no service says so.
    Route,
    /// What broke on the way of a notification.
    Path,
    /// Why.
    Cause,
    /// What was done.
    Did,
    /// What would be done.
    WouldDo,
    /// Why nothing was done.
    NotTouched,
    /// What a person can do.
    Next,
    /// What came of what was done.
    Verified,
    /// What could not be read.
    Unread,
    /// When it ended.
    Resolved,
    /// Whom to ask.
    Owner,
}

impl Label {
    /// As it stands before the colon.
    pub fn words(self) -> &'static str {
        match self {
            Self::What => "What",
            Self::Since => "Since",
            Self::Affected => "Affected",
            Self::Changed => "Changed",
            Self::Acked => "Acked",
            Self::Silenced => "Silenced",
            Self::Flapping => "Flapping",
            Self::Route => "Route",
            Self::Path => "Path",
            Self::Cause => "Cause",
            Self::Did => "Did",
            Self::WouldDo => "Would do",
            Self::NotTouched => "Not touched",
            Self::Next => "Next",
            Self::Verified => "Verified",
            Self::Unread => "Unread",
            Self::Resolved => "Resolved",
            Self::Owner => "Owner",
        }
    }
}

pub(super) fn line(label: Label, text: String) -> Line {
    Line { label, text: inert(&text, LINE), details: Vec::new(), command: None }
}

pub(super) fn list(items: impl Iterator<Item = String>) -> Vec<String> {
    list_of(items, LIST)
}

pub(super) fn list_of(items: impl Iterator<Item = String>, longest: usize) -> Vec<String> {
    let all: Vec<String> = items.collect();
    let more = all.len().saturating_sub(longest);
    let mut shown: Vec<String> = all.iter().take(longest).map(|item| inert(item, 300)).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown
}

pub(super) fn cause(diagnosis: &Diagnosis) -> Line {
    let top = diagnosis.top();
    let text = format!("{} ({} confidence)", top.cause, top.confidence);
    Line { details: list(top.facts.iter().cloned()), ..line(Label::Cause, text) }
}

pub(super) fn unread(diagnosis: &Diagnosis) -> Option<Line> {
    (!diagnosis.unread.is_empty()).then(|| line(Label::Unread, unread_by_reason(&diagnosis.unread)))
}

/// What could not be read, together where it is for one reason: mostly it is one.
pub(super) fn unread_by_reason(unread: &[(Source, String)]) -> String {
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for (source, why) in unread {
        match by_reason.iter_mut().find(|(known, _)| known == why) {
            Some((_, sources)) => sources.push(source.to_string()),
            None => by_reason.push((why, vec![source.to_string()])),
        }
    }
    let told: Vec<String> = by_reason.iter().map(|(why, sources)| format!("{} ({why})", sources.join(", "))).collect();
    told.join("; ")
}

pub(super) fn moment(at: jiff::Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

pub(super) fn duration(seconds: i64) -> String {
    match seconds {
        ..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} days", seconds / 86_400),
    }
}
