//! What an engineer who was just woken has to know, drawn from the evidence and its diagnosis: since when, who is affected,
//! what changed, and what to do next.
//!
//! Each part is one file with one pure function. All text that was written by others is redacted and bounded here, so a
//! [`Picture`] can be stored, published and shown as it is.

mod affected;
mod changes;
mod command;
mod console;
mod since;
mod steps;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::affected::{Affected, Failing, Latency, Percentiles, Targets};
pub use self::changes::{Change, Sort};
pub use self::command::Command;
pub(crate) use self::command::quoted;
pub use self::console::{Link, Place, links};
pub use self::since::{Beginning, Since};
pub use self::steps::Step;
use crate::alarm::text;
use crate::config::Service;
use crate::diagnosis::Diagnosis;
use crate::evidence::Evidence;
use crate::redaction::redacted;

/// The longest text of a picture, in characters: with all of its lists it stays far below the 256 KB of a message and the
/// 400 KB of an item of the table.
const TEXT: usize = 300;
const DETAIL: usize = 200;

/// A service in trouble, as one reading showed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// When the reading began.
    pub gathered_at: Timestamp,
    /// Since when; absent if neither a metric nor an alarm tells.
    #[serde(default)]
    pub since: Option<Since>,
    /// Who is affected, as far as it could be read.
    #[serde(default)]
    pub affected: Affected,
    /// What changed, newest first.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// What to do next, the most telling first.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Where to look.
    #[serde(default)]
    pub links: Vec<Link>,
}

/// Draws the picture. `place` is where the service runs.
pub fn draw(evidence: &Evidence, diagnosis: &Diagnosis, service: &Service, place: &Place) -> Picture {
    let since = since::of(evidence, service);
    let alarms: Vec<&str> = since::ringing(evidence, service).iter().map(|alarm| alarm.name.as_str()).collect();
    Picture {
        gathered_at: evidence.gathered_at,
        affected: affected::of(evidence, since.as_ref()),
        changes: changes::of(evidence, since.as_ref()),
        steps: steps::of(evidence, diagnosis, service, place),
        links: console::links(Some(service), place, &alarms),
        since,
    }
}

/// A detail below a text, the same way and shorter.
fn detail(text: &str) -> String {
    text::escaped(&redacted(text), DETAIL)
}

/// Text of others on one line, without secrets and bounded. Redacted before it is cut, since a secret that was cut in two no
/// longer looks like one.
fn told(text: &str) -> String {
    text::escaped(&redacted(text), TEXT)
}

#[cfg(test)]
mod tests;
