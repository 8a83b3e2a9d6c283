//! The topics behind telephones and mailboxes. They need no secret and no table, and SNS delivers by SMS and e-mail.

pub(super) mod mail;
pub(super) mod pages;
pub(super) mod people;

use paramedic_domain::alarm::text;
use paramedic_domain::escalation::Kind;
use paramedic_domain::report;

use super::Note;
use crate::topic::Message;

/// The longest subject and the longest SMS of one part, in characters ("Publish" and "SMS character limits", Amazon SNS).
const SUBJECT: usize = 99;
const SMS: usize = 140;
/// The longest value that is put into a message attribute.
const ATTRIBUTE: usize = 256;

/// By SMS in one short text, by e-mail with the whole story.
fn short_and_long(note: &Note<'_>) -> Message {
    let sms = text::bounded(&headed(note, &report::sms(note.incident)), SMS);
    // The key is made of names from outside; SNS takes no control characters.
    let key = text::escaped(&note.incident.page_key(note.severity, note.page), ATTRIBUTE);
    Message { sms: Some(sms), attributes: vec![("dedup_key", key)], ..long(note) }
}

/// The whole story, as a mail.
fn long(note: &Note<'_>) -> Message {
    let subject: String = headed(note, &report::subject(note.incident)).chars().take(SUBJECT).collect();
    Message { subject: Some(subject), body: report::mail(note.story), ..Message::default() }
}

/// What tells a message apart from the incident's first one, before its text. That it is over, the text says itself.
fn headed(note: &Note<'_>, text: &str) -> String {
    match (note.kind, note.page) {
        (Kind::Resolve, _) | (Kind::Page, 0..=1) => text.to_owned(),
        (Kind::Page, page) => format!("Page {page}: {text}"),
        _ => format!("Update: {text}"),
    }
}

#[cfg(test)]
mod tests;
