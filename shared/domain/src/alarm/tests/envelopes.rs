//! Envelopes: each shape opened, and no record at the mercy of another.

use serde_json::{Value, json};

use super::super::envelope::{self, Delivery, Path};
use super::{Parsed, alarm, fixture, parse};

fn opened(event: &Value) -> Vec<Delivery> {
    envelope::open(event.to_string().as_bytes())
}

fn only(name: &str) -> Delivery {
    let mut deliveries = envelope::open(fixture(name).as_bytes());
    assert_eq!(deliveries.len(), 1, "{name}");
    deliveries.remove(0)
}

fn change(delivery: &Delivery) -> String {
    match parse(&delivery.body) {
        Ok(Parsed::Alarm(alarm)) => alarm.change().to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_is_the_same_in_every_envelope() {
    let expected = alarm("alarms/sns-math.json").change().to_string();
    for (name, via) in [
        ("alarms/sns-math.json", Path::Unknown),
        ("events/sqs-raw.json", Path::Queue),
        ("events/sns.json", Path::Topic),
        ("events/sqs-sns-event.json", Path::Queue),
        ("alarms/direct-math.json", Path::Direct),
        ("alarms/eventbridge-math-with-tags.json", Path::EventBridge),
    ] {
        let delivery = only(name);
        assert_eq!(delivery.via, via, "{name}");
        assert_eq!(change(&delivery), expected, "{name}");
    }
}

#[test]
fn any_shape_may_come_through_a_queue() {
    for name in super::names().into_iter().filter(|name| name.starts_with("alarms/") || name.starts_with("ecs/")) {
        let bare = parse(&fixture(&name)).unwrap();
        let raw = json!({"Records": [{"messageId": "m-1", "body": fixture(&name)}]});
        let wrapped = json!({"Type": "Notification", "Message": fixture(&name)}).to_string();
        let wrapped = json!({"Records": [{"messageId": "m-1", "body": wrapped}]});
        for event in [raw, wrapped] {
            let [delivery] = opened(&event).try_into().unwrap();
            assert_eq!((delivery.id.as_deref(), delivery.via), (Some("m-1"), Path::Queue), "{name}");
            assert_eq!(parse(&delivery.body).unwrap(), bare, "{name}");
        }
    }
}

#[test]
fn the_tick_comes_by_eventbridge_and_needs_no_answer() {
    let tick = only("events/tick.json");
    assert_eq!((tick.id, tick.via), (None, Path::EventBridge));
}

#[test]
fn a_broken_record_costs_its_siblings_nothing() {
    let deliveries = envelope::open(fixture("events/sqs-mixed-batch.json").as_bytes());
    let read: Vec<_> = deliveries.iter().map(|delivery| parse(&delivery.body).is_ok()).collect();
    assert_eq!(read, [true, false, false, false, false, false, true, true]);
    let with_id = deliveries.iter().filter(|delivery| delivery.id.is_some()).count();
    assert_eq!(with_id, 7, "all but the record that is a number can be reported by their id");
}

#[test]
fn a_record_nested_beyond_reason_costs_its_siblings_nothing() {
    let abyss = "[".repeat(10_000) + &"]".repeat(10_000);
    let good = json!({"messageId": "good", "body": fixture("alarms/sns-metric.json")});
    let event = format!(r#"{{"Records":[{{"messageId":"bad","body":{abyss}}},{good}]}}"#);
    let deliveries = envelope::open(event.as_bytes());
    assert_eq!(deliveries.iter().filter_map(|delivery| delivery.id.as_deref()).collect::<Vec<_>>(), ["bad", "good"]);
    assert!(parse(&deliveries[0].body).is_err());
    assert!(parse(&deliveries[1].body).is_ok());
}

#[test]
fn bytes_that_are_not_utf_8_cost_the_siblings_nothing() {
    let event = json!({"Records": [{"messageId": "bad", "body": "XX"},
        {"messageId": "good", "body": fixture("alarms/sns-metric.json")}]});
    let mut bytes = event.to_string().into_bytes();
    let at = bytes.windows(2).position(|pair| pair == b"XX").unwrap();
    bytes[at..at + 2].copy_from_slice(&[0xff, 0xc3]);
    let deliveries = envelope::open(&bytes);
    assert_eq!(deliveries.len(), 2);
    assert!(parse(&deliveries[0].body).is_err());
    assert!(parse(&deliveries[1].body).is_ok());
}

#[test]
fn an_event_without_records_is_never_nothing() {
    for event in ["", "null", "[]", r#"{"Records":[]}"#, r#"{"Records":7}"#, r#"[[{"body":"x"}]]"#, "{"] {
        let deliveries = envelope::open(event.as_bytes());
        assert_eq!(deliveries.len(), 1, "{event}");
        assert_eq!(deliveries[0].via, Path::Unknown, "{event}");
        assert!(parse(&deliveries[0].body).is_err(), "{event}");
    }
}

#[test]
fn a_queue_may_carry_several_records_under_one_id() {
    let sns = |name: &str| json!({"Sns": {"Type": "Notification", "Message": fixture(name)}});
    let inner = json!({"Records": [sns("alarms/sns-metric.json"), sns("alarms/sns-math.json")]});
    let deliveries = opened(&json!({"Records": [{"messageId": "m-1", "body": inner.to_string()}]}));
    assert_eq!(deliveries.len(), 2);
    assert!(deliveries.iter().all(|delivery| delivery.id.as_deref() == Some("m-1")));
}
