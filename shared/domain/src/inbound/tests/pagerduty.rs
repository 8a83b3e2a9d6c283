use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::inbound::pagerduty::{Event, Ignored, MAX_AGE, NotAnEvent, read};
use crate::request::{Ask, Petition, Whose};

const KEY: &str = "paramedic/123456789012/eu-west-1/web/P0";

/// An event as PagerDuty's documentation shows it.
fn event(kind: &str) -> Value {
    json!({ "event": {
        "id": "5ac64822-4adc-4fda-ade0-410becf0de4f",
        "event_type": kind,
        "resource_type": "incident",
        "occurred_at": "2026-03-01T02:59:30.169Z",
        "agent": {
            "html_url": "https://acme.pagerduty.com/users/PLH1HKV",
            "id": "PLH1HKV",
            "self": "https://api.pagerduty.com/users/PLH1HKV",
            "summary": "Tenex Engineer",
            "type": "user_reference",
        },
        "client": { "name": "PagerDuty" },
        "data": {
            "id": "PGR0VU2", "type": "incident", "number": 2, "status": "acknowledged", "incident_key": KEY,
            "created_at": "2026-03-01T02:59:00Z", "title": "P0 web",
            "service": { "id": "PF9KMXH", "summary": "API Service", "type": "service_reference" },
            "urgency": "high", "resolve_reason": null,
        },
    } })
}

/// An acknowledgement with the field at `pointer` changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut event = event("incident.acknowledged");
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

fn read_json(event: &Value) -> Result<Event, NotAnEvent> {
    read(&of_pagerduty(event.to_string().as_bytes()), now())
}

fn petition(event: &Value) -> Petition {
    match read_json(event) {
        Ok(Event::Asks { petition, .. }) => petition,
        other => panic!("a petition, not {other:?}"),
    }
}

#[test]
fn an_acknowledgement_is_an_ack_of_that_page_by_that_person_at_that_time() {
    let petition = petition(&event("incident.acknowledged"));
    assert_eq!(petition.whose, Whose::Page { dedup_key: KEY.to_owned() });
    assert_eq!(petition.request.ask, Ask::Ack);
    assert_eq!(petition.request.by.to_string(), "Tenex Engineer (PagerDuty)");
    assert_eq!(petition.request.at.to_string(), "2026-03-01T02:59:30.169Z");
}

#[test]
fn a_person_who_resolves_has_it_in_hand_but_the_alarm_says_when_it_is_over() {
    assert_eq!(petition(&event("incident.resolved")).request.ask, Ask::Ack);
}

#[test]
fn what_no_person_did_is_ignored_so_that_our_own_messages_do_not_come_back_as_acks() {
    let agents = [
        Value::Null,
        json!({ "id": "P1", "summary": "Events API", "type": "inbound_integration_reference" }),
        json!({ "id": "P1", "summary": "API Service", "type": "service_reference" }),
        json!({ "id": "P1", "summary": "nobody says what this is" }),
        json!({ "type": "user_reference", "summary": " " }),
    ];
    for kind in ["incident.acknowledged", "incident.resolved"] {
        for agent in &agents {
            let mut event = event(kind);
            event["event"]["agent"] = agent.clone();
            assert_eq!(read_json(&event), Ok(Event::Ignored(Ignored::NoPerson)), "{kind} {agent}");
        }
    }
}

#[test]
fn other_events_and_the_test_event_are_ignored_whatever_they_hold() {
    for kind in ["incident.triggered", "incident.unacknowledged", "incident.annotated", "service.updated", ""] {
        assert_eq!(read_json(&event(kind)), Ok(Event::Ignored(Ignored::OtherType)), "{kind}");
    }
    let ping = json!({ "event": {
        "id": "01CBPE6W1ZQ", "event_type": "pagey.ping", "resource_type": "pagey", "occurred_at": "2026-03-01T03:00:00Z",
        "agent": null, "client": null, "data": { "message": "Hello from your friend Pagey!", "type": "ping" },
    } });
    assert_eq!(read_json(&ping), Ok(Event::Ignored(Ignored::OtherType)));
}

#[test]
fn incidents_that_others_opened_are_ignored() {
    for key in ["d3640fbd41094207a1c11e58e46b1662", "", "Paramedic/1", &format!("{KEY}/{}", "9".repeat(255))] {
        assert_eq!(
            read_json(&with("/event/data/incident_key", json!(key))),
            Ok(Event::Ignored(Ignored::NotOurs)),
            "{key}"
        );
    }
}

#[test]
fn a_late_event_keeps_its_own_time_until_it_is_too_old_to_be_from_pagerduty() {
    let aged = |age: SignedDuration| read_json(&with("/event/occurred_at", json!((now() - age).to_string())));
    assert!(matches!(aged(MAX_AGE), Ok(Event::Asks { .. })));
    assert_eq!(aged(MAX_AGE + SignedDuration::from_millis(1)), Ok(Event::Ignored(Ignored::TooOld)));
    let ahead = petition(&with("/event/occurred_at", json!("2999-01-01T00:00:00Z")));
    assert_eq!(ahead.request.at, now());
}

#[test]
fn the_same_event_has_the_same_mark_however_it_is_delivered() {
    let mark = |event: &Value| match read_json(event) {
        Ok(Event::Asks { mark, .. }) => mark,
        other => panic!("a petition, not {other:?}"),
    };
    let first = event("incident.acknowledged");
    let redelivered = with("/event/data/title", json!("P0 web, renamed"));
    assert_eq!(mark(&first), mark(&redelivered));
    assert_ne!(mark(&first), mark(&with("/event/id", json!("another"))));
}

#[test]
fn names_are_data_of_bounded_length() {
    let named = |name: &str| petition(&with("/event/agent/summary", json!(name))).request.by.name;
    assert_eq!(named("Zoë\n<!channel>"), r"Zoë\n<!channel>");
    assert_eq!(named(&"x".repeat(100_000)).chars().count(), 80);
    assert_eq!(named(" "), "PLH1HKV");
}

#[test]
fn what_is_no_event_is_refused_by_name() {
    let cases = [
        (with("/event/id", Value::Null), NotAnEvent::Field("id")),
        (with("/event/id", json!("x".repeat(1000))), NotAnEvent::Field("id")),
        (with("/event/occurred_at", json!("yesterday")), NotAnEvent::Field("occurred_at")),
        (with("/event/occurred_at", Value::Null), NotAnEvent::Field("occurred_at")),
        (with("/event/data", json!([1])), NotAnEvent::Field("data.incident_key")),
        (with("/event/data/incident_key", json!(7)), NotAnEvent::Field("data.incident_key")),
        (with("/event/event_type", json!(7)), NotAnEvent::Json),
        (json!({ "messages": [] }), NotAnEvent::Json),
    ];
    for (event, why) in cases {
        assert_eq!(read_json(&event), Err(why), "{event}");
    }
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let deep = format!(r#"{{"event":{{"event_type":"incident.resolved","data":{deep}}}}}"#);
    for body in [b"".as_slice(), b"\0", b"null", b"\xff\xfe{}", deep.as_bytes()] {
        assert!(read(&of_pagerduty(body), now()).is_err());
    }
}
