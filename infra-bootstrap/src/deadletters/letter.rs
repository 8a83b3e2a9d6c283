//! One dead letter: what it is, in words that are safe to print.

use std::time::Duration;

use paramedic_domain::alarm::{Parsed, parse, text};

/// The longest piece of a message that is shown, in characters.
const SHOWN: usize = 200;

/// A message that failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its id in SQS.
    pub id: String,
    /// The function that failed on it.
    pub function: String,
    /// How long ago it was sent first.
    pub age: Option<Duration>,
    /// How often it was delivered, also to whoever looked at it.
    pub deliveries: u32,
    /// What it is.
    pub subject: Subject,
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What kind of message.
    pub kind: &'static str,
    /// What it is about: an alarm's name, a service. Printable, bounded.
    pub about: String,
    /// When it happened, where it says so.
    pub at: Option<String>,
    /// More: the reason, or how it begins. Printable, bounded.
    pub says: String,
}

impl Subject {
    /// What a message's body is. Whatever somebody sent is data: it is bounded, and control characters are written out.
    pub fn of(body: &str) -> Self {
        let begins = || text::escaped(body, SHOWN);
        match parse(body) {
            Ok(Parsed::Alarm(alarm)) => Self {
                kind: "alarm",
                about: format!("{} is {}", text::escaped(&alarm.name, 255), alarm.state),
                at: Some(alarm.changed_at.to_string()),
                says: text::escaped(&alarm.reason, SHOWN),
            },
            Ok(Parsed::EcsEvent(event)) => Self {
                kind: "ECS event",
                about: text::escaped(&event.name, 255),
                at: None,
                says: event.service.map(|service| text::escaped(service.as_str(), 255)).unwrap_or_default(),
            },
            Ok(Parsed::Tick) => Self { kind: "tick", about: String::new(), at: None, says: String::new() },
            Ok(_) => of_json(body, begins()),
            Err(why) => {
                Self { kind: "unknown", about: text::escaped(&why.why.to_string(), SHOWN), at: None, says: begins() }
            }
        }
    }
}

/// Paramedic's own messages say in `event` what they are, and name their service.
fn of_json(body: &str, begins: String) -> Subject {
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let field = |name: &str| json.get(name).and_then(serde_json::Value::as_str).map(|text| text::escaped(text, 255));
    let event = field("event").unwrap_or_else(|| "message".to_owned());
    let service = field("service").or_else(|| {
        let whose = json.get("whose")?.as_object()?.values().next()?;
        Some(text::escaped(whose.get("service").or_else(|| whose.get("dedup_key"))?.as_str()?, 255))
    });
    let about = service.map_or_else(|| event.clone(), |service| format!("{event} for {service}"));
    Subject { kind: "bulletin", about, at: field("at"), says: field("incident_id").unwrap_or(begins) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_told_by_name_state_time_and_reason() {
        let body = include_str!("../../../tests/fixtures/alarms/sns-metric.json");
        let subject = Subject::of(body);
        assert_eq!(subject.kind, "alarm");
        assert!(subject.about.ends_with(" is ALARM"), "{subject:?}");
        assert!(subject.at.is_some() && !subject.says.is_empty());
    }

    #[test]
    fn a_bulletin_is_told_by_event_service_and_incident() {
        let subject = Subject::of(r#"{"event":"diagnosed","service":"web","incident_id":"inc-1"}"#);
        assert_eq!((subject.kind, subject.about.as_str()), ("bulletin", "diagnosed for web"));
        assert_eq!(subject.says, "inc-1");
    }

    #[test]
    fn what_is_neither_is_shown_as_it_begins_without_acting_on_the_terminal() {
        let subject = Subject::of(&format!("\u{1b}[2J\u{202e}{}", "x".repeat(5_000)));
        assert_eq!(subject.kind, "unknown");
        assert!(!subject.says.contains('\u{1b}') && !subject.says.contains('\u{202e}'), "{subject:?}");
        assert!(subject.says.chars().count() <= SHOWN);
    }
}
