//! Bounds on what comes from outside.

use super::super::{MAX_BYTES, MAX_DEPTH, Why, envelope};
use super::{alarm, fixture, parse, refusal, refused};

#[test]
fn a_body_of_nothing_but_nesting_is_too_deep() {
    for open in ["[", r#"{"a":"#, r#"[{"x":"#] {
        let body = open.repeat(MAX_BYTES / open.len());
        assert_eq!(refusal(&body), Why::TooDeep { limit: MAX_DEPTH });
        let event = serde_json::json!({"Records": [{"messageId": "m-1", "body": body}]}).to_string();
        let deliveries = envelope::open(event.as_bytes());
        assert_eq!(refusal(&deliveries[0].body), Why::TooDeep { limit: MAX_DEPTH });
    }
}

#[test]
fn nesting_within_the_bound_is_read_and_brackets_in_strings_are_no_nesting() {
    let nested = |depth: usize| {
        let value = "[".repeat(depth - 1) + &"]".repeat(depth - 1);
        let body = fixture("alarms/sns-metric.json").trim_end().trim_end_matches('}').to_owned();
        format!(r#"{body}, "Extra": {value}, "Text": "{{[\"[[{}"}}"#, "{".repeat(200))
    };
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(refusal(&nested(MAX_DEPTH + 1)), Why::TooDeep { limit: MAX_DEPTH });
}

#[test]
fn a_body_over_the_limit_is_too_large_and_one_at_the_limit_is_read() {
    let padded = |bytes: usize| {
        let body = fixture("alarms/sns-metric.json");
        let padding = " ".repeat(bytes - body.len());
        body + &padding
    };
    assert!(parse(&padded(MAX_BYTES)).is_ok());
    assert_eq!(refusal(&padded(MAX_BYTES + 1)), Why::TooLarge { bytes: MAX_BYTES + 1, limit: MAX_BYTES });
}

#[test]
fn envelopes_within_envelopes_end_somewhere() {
    let mut body = fixture("alarms/sns-metric.json");
    let mut seen = Vec::new();
    for _ in 0..8 {
        seen.push(parse(&body).is_ok());
        body = serde_json::json!({"Type": "Notification", "Message": body}).to_string();
    }
    assert_eq!(seen, [true, true, true, true, true, false, false, false]);
    assert!(matches!(refusal(&body), Why::TooDeep { .. }));
}

#[test]
fn hostile_text_is_kept_as_data_and_cut_at_awss_own_bounds() {
    let alarm = alarm("alarms/sns-hostile-text.json");
    assert_eq!(alarm.name.chars().count(), 255);
    assert!(alarm.name.starts_with("P0 <!channel> *bold* \u{202e}"), "neutralised where it is shown, not here");
    assert_eq!(alarm.description.unwrap().chars().count(), 1024);
    assert_eq!(alarm.reason.chars().count(), 1023);
}

#[test]
fn an_arn_that_is_too_long_is_refused_rather_than_cut() {
    let long = format!("alarm:{}", "n".repeat(2_000));
    let body = fixture("alarms/sns-metric.json").replace("alarm:angular-piza-P1-service-cpu", &long);
    assert!(matches!(refusal(&body), Why::WrongType { field, .. } if field == "AlarmArn"));
}

#[test]
fn a_quarantined_body_is_shown_on_one_safe_bounded_line() {
    let body = format!("\u{1b}[2J\r\n\u{202e}{}", "x".repeat(100_000));
    let excerpt = refused(&body).excerpt;
    assert!(excerpt.starts_with(r"\u{1b}[2J\r\n\u{202e}xxx"), "{excerpt}");
    assert_eq!(excerpt.chars().count(), 300);
}
