//! What happened, in the order it happened, with times since the fault: for people and as JSON.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::observed::{Gesture, Observation, Observed, PeopleTopic, SlackRequest};

/// The machine-readable result of a scenario.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// The verdict.
    pub passed: bool,
    /// What happened.
    pub events: Vec<Event>,
    /// What people received.
    pub notifications: Vec<Notification>,
    /// Calls that change something.
    pub actions: Vec<Action>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Milliseconds since the fault.
    pub t_ms: i64,
    /// Its kind.
    pub kind: EventKind,
    /// The service it is about.
    pub service: String,
    /// For people.
    pub detail: String,
}

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The scenario did something to the cloud.
    Fault,
    /// An alarm changed its state.
    Alarm,
    /// A page went out, by PagerDuty or SMS.
    Page,
    /// A person did something in Slack or PagerDuty.
    Person,
    /// A new Slack message.
    Message,
    /// The message explains the cause.
    Diagnosed,
    /// The message says what would be done.
    Plan,
    /// The message says why nothing is done.
    Refused,
    /// A call that changes something.
    Action,
    /// The message says that the recovery was verified.
    Verified,
    /// The message says that it is over.
    Resolved,
}

impl EventKind {
    /// The word that is printed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Alarm => "alarm",
            Self::Page => "page",
            Self::Person => "person",
            Self::Message => "message",
            Self::Diagnosed => "diagnosed",
            Self::Plan => "plan",
            Self::Refused => "refused",
            Self::Action => "action",
            Self::Verified => "verified",
            Self::Resolved => "resolved",
        }
    }
}

/// Something that a person received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notification {
    /// Milliseconds since the fault.
    pub t_ms: i64,
    /// `pagerduty`, `sms`, `slack`, `mail`, `person` or `watchdog`.
    pub channel: &'static str,
    /// `page`, `message`, `broadcast`, `reply`, `update`, `answer`, `mail`, `acknowledge` or `resolve`.
    pub kind: &'static str,
    /// The text.
    pub text: String,
}

/// A call that changes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// Milliseconds since the fault.
    pub t_ms: i64,
    /// As IAM names it, such as `ecs:UpdateService`.
    pub call: String,
    /// What it was about.
    pub target: String,
    /// `ok`, or the error code.
    pub outcome: String,
}

/// The labels that begin a line of the Slack message, and the event that the line's first appearance is.
const LABELS: [(&str, EventKind); 5] = [
    ("Cause:", EventKind::Diagnosed),
    ("Would do:", EventKind::Plan),
    ("Not touched:", EventKind::Refused),
    ("Verified:", EventKind::Verified),
    ("Resolved:", EventKind::Resolved),
];

/// Makes the report of a scenario.
#[must_use]
pub fn report(scenario: &str, passed: bool, service: &str, fault_at: Timestamp, seen: &[Observation]) -> Report {
    Report {
        scenario: scenario.to_owned(),
        passed,
        events: events(service, fault_at, seen),
        notifications: seen.iter().filter_map(|each| notification(each, fault_at)).collect(),
        actions: seen.iter().filter_map(|each| action(each, fault_at)).collect(),
    }
}

/// The events of a service, oldest first.
#[must_use]
pub fn events(service: &str, fault_at: Timestamp, seen: &[Observation]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut known_lines = BTreeSet::new();
    for each in seen {
        let t_ms = since(fault_at, each.at);
        let mut push = |kind, detail: String| events.push(Event { t_ms, kind, service: service.to_owned(), detail });
        match &each.what {
            Observed::Fault { detail, .. } => push(EventKind::Fault, detail.clone()),
            Observed::AlarmChanged { alarm, state, reason } if alarm.starts_with(service) => {
                push(EventKind::Alarm, format!("{alarm} is {state}: {reason}"));
            }
            Observed::PagerDuty(request) if request.opened => {
                push(EventKind::Page, format!("PagerDuty: {}", request.summary));
            }
            Observed::Topic { topic: PeopleTopic::Pages, text, .. } => {
                push(EventKind::Page, format!("SMS: {}", first_line(text)));
            }
            Observed::Topic { topic: PeopleTopic::People, to, text, .. } => {
                let who = to.as_deref().unwrap_or("everybody");
                push(EventKind::Page, format!("SMS to {who}: {}", first_line(text)));
            }
            Observed::Topic { topic: PeopleTopic::Watchdog, subject, .. } => {
                push(EventKind::Page, format!("watchdog: {subject}"));
            }
            Observed::ByPerson(gesture) => {
                let Gesture { who, what, place, status, .. } = gesture;
                push(EventKind::Person, format!("{who}: {what} in {place}, answered with {status}"));
            }
            Observed::Slack(request) if request.refused.is_none() => {
                if let Some(kind @ ("message" | "broadcast")) = slack_kind(request) {
                    let where_to = if kind == "broadcast" { "Slack, broadcast" } else { "Slack" };
                    push(
                        EventKind::Message,
                        format!("{where_to}: {}", request.lines.first().map_or("", String::as_str)),
                    );
                }
                for (kind, line) in labelled(request) {
                    if known_lines.insert((request.ts.clone(), line.to_owned())) {
                        push(kind, line.to_owned());
                    }
                }
            }
            Observed::Call(owned) if owned.is_change() => {
                push(EventKind::Action, format!("{} {}: {}", owned.call.action, owned.call.target, owned.call.outcome));
            }
            _ => {}
        }
    }
    events
}

/// What a request to Slack is for people; `None` when they see nothing of it.
fn slack_kind(request: &SlackRequest) -> Option<&'static str> {
    Some(match request.method.as_str() {
        "chat.postMessage" if request.thread_ts.is_none() => "message",
        "chat.postMessage" if request.broadcast => "broadcast",
        "chat.postMessage" => "reply",
        "chat.update" => "update",
        _ if request.is_graph() => "graph",
        "response_url" => "answer",
        _ => return None,
    })
}

fn labelled(request: &SlackRequest) -> impl Iterator<Item = (EventKind, &str)> {
    request.lines.iter().filter_map(|line| {
        LABELS.iter().find(|(label, _)| line.starts_with(label)).map(|(_, kind)| (*kind, line.as_str()))
    })
}

fn notification(each: &Observation, fault_at: Timestamp) -> Option<Notification> {
    let t_ms = since(fault_at, each.at);
    let (channel, kind, text) = match &each.what {
        Observed::Slack(request) if request.refused.is_none() => {
            ("slack", slack_kind(request)?, request.lines.join("\n"))
        }
        Observed::PagerDuty(request) if request.refused.is_none() => match request.event_action.as_str() {
            _ if request.opened => ("pagerduty", "page", request.summary.clone()),
            "trigger" => ("pagerduty", "update", request.summary.clone()),
            "acknowledge" => ("pagerduty", "acknowledge", request.dedup_key.clone()),
            "resolve" => ("pagerduty", "resolve", request.dedup_key.clone()),
            _ => return None,
        },
        Observed::Topic { topic: PeopleTopic::Pages, text, .. } => ("sms", "page", text.clone()),
        Observed::Topic { topic: PeopleTopic::Mail, subject, text, .. } => {
            ("mail", "mail", format!("{subject}\n{text}"))
        }
        Observed::Topic { topic: PeopleTopic::People, to, text, .. } => {
            ("person", "page", format!("{}: {text}", to.as_deref().unwrap_or("everybody")))
        }
        Observed::Topic { topic: PeopleTopic::Watchdog, subject, text, .. } => {
            ("watchdog", "page", format!("{subject}\n{text}"))
        }
        _ => return None,
    };
    Some(Notification { t_ms, channel, kind, text })
}

fn action(each: &Observation, fault_at: Timestamp) -> Option<Action> {
    match &each.what {
        Observed::Call(owned) if owned.is_change() => Some(Action {
            t_ms: since(fault_at, each.at),
            call: owned.call.action.clone(),
            target: owned.call.target.clone(),
            outcome: owned.call.outcome.clone(),
        }),
        _ => None,
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn since(fault_at: Timestamp, at: Timestamp) -> i64 {
    at.as_millisecond() - fault_at.as_millisecond()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use serde_json::json;

    use super::*;
    use crate::cloud::Call;
    use crate::observed::{OwnedCall, PagerDutyRequest};

    fn at(ms: i64, what: Observed) -> Observation {
        Observation { at: Timestamp::from_millisecond(1_000_000 + ms).unwrap(), what }
    }

    fn slack(method: &str, lines: &[&str]) -> Observed {
        Observed::Slack(SlackRequest {
            method: method.to_owned(),
            ts: "1.0".to_owned(),
            channel: "#ops".to_owned(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            ..SlackRequest::default()
        })
    }

    #[test]
    fn the_json_has_the_shape_that_was_promised() {
        let call = Call {
            at: Timestamp::from_millisecond(1_004_000).unwrap(),
            caller: "AKIA".to_owned(),
            action: "ecs:UpdateService".to_owned(),
            target: "arn:shop".to_owned(),
            outcome: "ok".to_owned(),
            is_write: true,
        };
        let page = PagerDutyRequest {
            event_action: "trigger".to_owned(),
            dedup_key: "k".to_owned(),
            summary: "shop is down".to_owned(),
            opened: true,
            refused: None,
        };
        let seen = [
            at(0, Observed::Fault { service: "shop".to_owned(), detail: "credential rotated".to_owned() }),
            at(1000, Observed::PagerDuty(page)),
            at(1200, slack("chat.postMessage", &["shop is down"])),
            at(3000, slack("chat.update", &["shop is down", "Cause: stale tasks"])),
            at(3100, slack("chat.update", &["shop is down", "Cause: stale tasks", "Verified: well"])),
            at(4000, Observed::Call(OwnedCall { call, forced: true })),
        ];
        let fault_at = seen[0].at;
        let value = serde_json::to_value(report("stale-tasks", true, "shop", fault_at, &seen)).unwrap();
        assert_eq!(
            value,
            json!({
                "scenario": "stale-tasks", "passed": true,
                "events": [
                    {"t_ms": 0, "kind": "fault", "service": "shop", "detail": "credential rotated"},
                    {"t_ms": 1000, "kind": "page", "service": "shop", "detail": "PagerDuty: shop is down"},
                    {"t_ms": 1200, "kind": "message", "service": "shop", "detail": "Slack: shop is down"},
                    {"t_ms": 3000, "kind": "diagnosed", "service": "shop", "detail": "Cause: stale tasks"},
                    {"t_ms": 3100, "kind": "verified", "service": "shop", "detail": "Verified: well"},
                    {"t_ms": 4000, "kind": "action", "service": "shop", "detail": "ecs:UpdateService arn:shop: ok"},
                ],
                "notifications": [
                    {"t_ms": 1000, "channel": "pagerduty", "kind": "page", "text": "shop is down"},
                    {"t_ms": 1200, "channel": "slack", "kind": "message", "text": "shop is down"},
                    {"t_ms": 3000, "channel": "slack", "kind": "update", "text": "shop is down\nCause: stale tasks"},
                    {"t_ms": 3100, "channel": "slack", "kind": "update",
                     "text": "shop is down\nCause: stale tasks\nVerified: well"},
                ],
                "actions": [{"t_ms": 4000, "call": "ecs:UpdateService", "target": "arn:shop", "outcome": "ok"}],
            })
        );
    }

    #[test]
    fn a_trigger_that_opens_an_incident_is_a_page_and_one_that_folds_into_it_an_update() {
        let event = |ms, action: &str, opened| {
            at(
                ms,
                Observed::PagerDuty(PagerDutyRequest {
                    event_action: action.to_owned(),
                    dedup_key: "k".to_owned(),
                    summary: "shop".to_owned(),
                    opened,
                    refused: None,
                }),
            )
        };
        let seen = [
            event(0, "trigger", true),
            event(1, "trigger", false),
            event(2, "resolve", false),
            event(3, "trigger", true),
        ];
        let report = report("s", true, "shop", seen[0].at, &seen);
        let kinds: Vec<_> = report.notifications.iter().map(|notification| notification.kind).collect();
        assert_eq!(kinds, ["page", "update", "resolve", "page"]);
        assert_eq!(report.events.len(), 2);
    }

    #[test]
    fn what_a_channel_refused_is_no_notification() {
        let refused = Observed::Slack(SlackRequest {
            method: "chat.postMessage".to_owned(),
            ts: String::new(),
            channel: "#ops".to_owned(),
            lines: vec!["x".to_owned()],
            refused: Some("invalid_auth".to_owned()),
            ..SlackRequest::default()
        });
        let seen = [at(0, refused)];
        let report = report("s", false, "shop", seen[0].at, &seen);
        assert!(report.notifications.is_empty());
        assert!(report.events.is_empty());
    }
}
