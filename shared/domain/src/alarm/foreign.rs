//! Messages that arrive where alarms do and are none: tests, and other services' notices. They are told apart only so
//! that the notice can name the sender.

use serde_json::Value;

use super::field::{self, Object};
use super::{Why, text};

/// Longest name of a sender that is kept.
const SENDER: usize = 128;

/// What a JSON message is that no alarm shape claims. `kind` is its `Type`.
pub(super) fn notice(message: &Object, kind: Option<&Value>) -> Why {
    let text = |name: &str| field::string(message, name);
    // `SubscriptionConfirmation` and `UnsubscribeConfirmation`: Amazon SNS developer guide, "Parsing message formats".
    if let Some(kind) = kind.and_then(Value::as_str).filter(|kind| kind.ends_with("Confirmation")) {
        return foreign(&format!("Amazon SNS ({kind})"));
    }
    // Auto Scaling (`autoscaling:TEST_NOTIFICATION`, `autoscaling:EC2_INSTANCE_LAUNCH`, …) and S3 (`s3:TestEvent`).
    if let (Some(service), Some(event)) = (text("Service"), text("Event")) {
        let is_test = event.ends_with("TEST_NOTIFICATION") || event.ends_with("TestEvent");
        return if is_test { test(service) } else { foreign(&format!("{service} ({event})")) };
    }
    if let (Some(source), Some(detail)) = (text("source"), text("detail-type")) {
        return foreign(&format!("{source} ({detail})"));
    }
    // S3, SES and others as records of an event.
    if let Some(source) = text("eventSource").or_else(|| text("EventSource")) {
        return foreign(source);
    }
    if let Some(source) = text("Event Source") {
        return foreign(&format!("Amazon RDS ({source})"));
    }
    if text("anomalyId").is_some() && message.contains_key("rootCauses") {
        return foreign("AWS Cost Anomaly Detection");
    }
    Why::Unrecognised
}

/// What a message is that is not JSON, if its words tell: budgets' notices and the messages with which people try out a
/// topic are plain text.
pub(super) fn plain(body: &str) -> Option<Why> {
    let start: String = body.chars().take(SENDER).collect::<String>().to_lowercase();
    if start.contains("aws budget") {
        return Some(foreign("AWS Budgets"));
    }
    let is_short = body.chars().count() <= SENDER;
    let mut words = start.split(|c: char| !c.is_alphanumeric());
    (is_short && words.any(|word| matches!(word, "test" | "testing" | "example"))).then(|| test("Amazon SNS"))
}

fn test(sender: &str) -> Why {
    Why::TestMessage { sender: text::bounded(sender, SENDER) }
}

fn foreign(source: &str) -> Why {
    Why::ForeignNotice { source_name: text::bounded(source, SENDER) }
}
