//! An incident put into words, once, for every channel; and what it was, afterwards: a report of one incident
//! ([`post_incident`]) and one of a month ([`monthly`]).
//!
//! A [`Story`] is made from the state of an incident alone. Slack, PagerDuty, mail and SMS each lay it out in their own way
//! and within their own limits; none of them words anything itself.

mod button;
mod chapters;
mod document;
mod history;
mod line;
mod monthly;
mod post_incident;
mod scene;
mod story;

pub use self::button::{Binding, Button, Press};
pub use self::chapters::{chapters, others};
pub use self::document::{Block, Document, Inline, Moment, Section};
pub use self::line::{Label, Line};
pub use self::monthly::{Figures, Hours, Month, Monthly, NoMonth, Noise, Spread, monthly};
pub use self::post_incident::post_incident;
pub use self::scene::scene;
pub use self::story::{Status, Story, story};
pub use crate::picture::Link;

use crate::alarm::text;
use crate::alarm::{Delivery, NotAnAlarm};
use crate::escalation::Channel;
use crate::incident::{Entry, Incident};
use crate::redaction::redacted;

/// The longest summary of a PagerDuty event, in characters ("Send an event to PagerDuty", Events API v2).
const SUMMARY: usize = 1024;
/// One part of an SMS in the smallest character set ("SMS character limits", Amazon SNS Developer Guide).
const SMS: usize = 140;
/// The longest line about something that happened.
const HAPPENING: usize = 400;
/// The longest subject of an SNS e-mail ("Publish", Amazon SNS API Reference).
const SUBJECT: usize = 99;

/// Who is behind a channel, in words.
pub fn whom(channel: &Channel) -> String {
    history::whom(channel)
}

/// The one line that a pager shows.
pub fn summary(incident: &Incident) -> String {
    let leading = incident.leading();
    let reason = leading.map_or("", |alarm| alarm.reason.as_str());
    let name = leading.map_or("", |alarm| alarm.name.as_str());
    let reason = inert(reason, SUMMARY);
    text::bounded(&format!("{}: {reason}", titled(incident, name)), SUMMARY)
}

/// The text of an SMS.
pub fn sms(incident: &Incident) -> String {
    let name = incident.leading().map_or("", |alarm| alarm.name.as_str());
    let state = if incident.is_open() { "is in ALARM" } else { "is resolved" };
    text::bounded(&format!("{} {state}. {}", titled(incident, name), incident.id), SMS)
}

/// One entry of an incident's timeline, on one line.
pub fn happening(entry: &Entry) -> String {
    let by = entry.by.as_ref().map(|actor| format!(", by {actor}")).unwrap_or_default();
    let at = entry.at.strftime("%H:%M:%S UTC");
    inert(&format!("{at} {}: {}{by}", entry.what.words(), entry.detail), HAPPENING)
}

/// The subject of a mail: printable ASCII, as SNS demands.
pub fn subject(incident: &Incident) -> String {
    let state = if incident.is_open() { "ALARM" } else { "resolved" };
    let name = incident.leading().map_or("", |alarm| alarm.name.as_str());
    ascii(&format!("{} {} {state}: {name}", incident.severity, incident.service))
}

/// The body of a mail.
pub fn mail(story: &Story) -> String {
    format!("{}\n{}\n\n{}", story.headline, story.status.words(), plain(&story.lines, &story.links))
}

/// Lines and links as plain text.
pub fn plain(lines: &[Line], links: &[Link]) -> String {
    let mut body = String::new();
    for line in lines {
        body.push_str(&format!("{}: {}\n", line.label.words(), line.text));
        for detail in &line.details {
            body.push_str(&format!("  - {detail}\n"));
        }
        if let Some(command) = &line.command {
            body.push_str(&format!("  $ {command}\n"));
        }
    }
    for link in links {
        body.push_str(&format!("{}: {}\n", link.text, link.url));
    }
    body
}

/// The subject and the body of the notice that something came which is no alarm.
pub fn quarantine_notice(refused: &[(Delivery, NotAnAlarm)]) -> (String, String) {
    let subject = ascii(&format!("Paramedic quarantined what is no alarm ({})", refused.len()));
    let mut body = format!("Not read as alarms: {}. Kept in the table under quarantine#DAY.\n", refused.len());
    for (delivery, not_an_alarm) in refused.iter().take(20) {
        let what = &not_an_alarm.why;
        body.push_str(&format!(
            "\nvia {:?}: {what}\n  hint: {}\n  sha256: {}\n  begins: {}\n",
            delivery.via,
            what.hint(),
            not_an_alarm.digest,
            not_an_alarm.excerpt
        ));
    }
    (subject, body)
}

/// How bad it is, whose it is, and what rings. Each name is looked at by itself: behind a service whose name ends in `auth`
/// the name of its alarm is no password.
fn titled(incident: &Incident, name: &str) -> String {
    let service = inert(incident.service.as_str(), SUMMARY);
    format!("{} {service}: {}", incident.severity, inert(name, SUMMARY))
}

/// Text as it may be shown: without secrets, on one line that acts on no terminal, bounded.
fn inert(text: &str, limit: usize) -> String {
    text::escaped(&redacted(text), limit)
}

fn ascii(subject: &str) -> String {
    let plain: String =
        redacted(subject).chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect();
    text::bounded(plain.trim(), SUBJECT).replace('…', ".")
}

#[cfg(test)]
mod tests;
