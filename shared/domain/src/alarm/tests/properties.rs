//! Whatever arrives: no panic, nothing lost, every bound kept.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use super::super::{Parsed, envelope, field};
use super::{fixture, names, parse};

fn any_fixture() -> impl Strategy<Value = String> {
    select(names()).prop_map(|name| fixture(&name))
}

/// Opens and reads, and checks what must hold of any result.
fn check(event: &[u8]) -> Result<(), TestCaseError> {
    let deliveries = envelope::open(event);
    prop_assert!(!deliveries.is_empty(), "something arrived, so something is delivered");
    for delivery in deliveries {
        match parse(&delivery.body) {
            Ok(Parsed::Alarm(alarm)) => {
                prop_assert!(alarm.name.chars().count() <= field::NAME);
                prop_assert!(alarm.reason.chars().count() <= field::REASON);
                prop_assert!(alarm.description.iter().all(|text| text.chars().count() <= field::DESCRIPTION));
                prop_assert_eq!(alarm.arn.region(), Some(alarm.region.clone()));
                prop_assert_eq!(alarm.arn.account(), Some(alarm.account.clone()));
                prop_assert!(field::is_account(alarm.account.as_str()) && field::is_region(alarm.region.as_str()));
                let stored = serde_json::to_string(&alarm).unwrap();
                prop_assert_eq!(serde_json::from_str::<super::Alarm>(&stored).unwrap().change(), alarm.change());
            }
            Ok(Parsed::EcsEvent(event)) => {
                prop_assert!(event.reason.iter().all(|text| text.chars().count() <= field::REASON));
                prop_assert!(field::is_account(event.account.as_str()) && field::is_region(event.region.as_str()));
            }
            Ok(Parsed::Tick | Parsed::Bulletin(_) | Parsed::Petition(_) | Parsed::Order(_)) => {}
            Err(refusal) => {
                prop_assert!(refusal.excerpt.chars().count() <= 300);
                prop_assert!(!refusal.excerpt.chars().any(char::is_control));
                prop_assert_eq!(refusal.digest.len(), 64);
            }
        }
    }
    Ok(())
}

/// A JSON value to put where another was.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        (0..3_000_usize).prop_map(|length| Value::from("\u{202e}é\0".repeat(length))),
        Just(Value::from(vec![1, 2])),
        Just(serde_json::json!({"name": "x", "Value": [null]})),
    ]
}

/// All the places of a JSON value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                places(inner, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                places(inner, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..2_000)) {
        check(&bytes)?;
    }

    #[test]
    fn a_fixture_with_bytes_changed_is_read_or_refused(
        text in any_fixture(),
        changes in vec((any::<Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = text.into_bytes();
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        check(&bytes)?;
    }

    #[test]
    fn a_fixture_cut_off_anywhere_is_read_or_refused(text in any_fixture(), end in any::<Index>()) {
        let bytes = text.as_bytes();
        check(&bytes[..end.index(bytes.len() + 1)])?;
    }

    #[test]
    fn a_fixture_with_odd_values_is_read_or_refused(
        text in any_fixture(),
        changes in vec((any::<Index>(), odd_value()), 1..5),
    ) {
        if let Ok(mut value) = serde_json::from_str::<Value>(&text) {
            for (at, odd) in changes {
                let mut found = Vec::new();
                places(&value, "", &mut found);
                *value.pointer_mut(at.get(found.as_slice()).as_str()).unwrap() = odd;
            }
            check(value.to_string().as_bytes())?;
            let queued = serde_json::json!({"Records": [{"messageId": "m-1", "body": value.to_string()}]});
            check(queued.to_string().as_bytes())?;
        }
    }

    #[test]
    fn a_batch_delivers_as_many_as_it_has(bodies in vec(".{0,60}", 1..8)) {
        let records: Vec<_> = bodies.iter().map(|body| serde_json::json!({"messageId": "m", "body": body})).collect();
        let event = serde_json::json!({"Records": records}).to_string();
        let deliveries = envelope::open(event.as_bytes());
        prop_assert_eq!(deliveries.iter().map(|delivery| &delivery.body).collect::<Vec<_>>(), bodies.iter().collect::<Vec<_>>());
    }
}
