//! The envelopes that a delivery may come in, and how to open them.
//!
//! A function may be invoked with a batch of SQS messages, with SNS records, by an alarm directly, or by EventBridge.
//! An SQS message may hold what was published (raw delivery) or SNS's own envelope around it. AWS Lambda developer
//! guide: "Using Lambda with Amazon SQS" and "Invoking Lambda functions with Amazon SNS notifications".
//!
//! Every record is opened on its own: a broken one becomes a delivery whose body is that record, and costs its
//! siblings nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::MAX_WRAPPING;

/// One message as it came out of its envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The SQS message id, by which a batch reports the one item that failed; none if it did not come from a queue.
    pub id: Option<String>,
    /// How it came.
    pub via: Path,
    /// What [`alarm::parse`](super::parse) reads: the message, or SNS's envelope around it. Not cut, so that the
    /// quarantine's digest is that of the whole; what is too large is refused there.
    pub body: String,
}

/// How a delivery reached the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// Through an SQS queue.
    Queue,
    /// SNS invoked the function.
    Topic,
    /// An alarm named the function as its action.
    Direct,
    /// An EventBridge rule invoked the function: an alarm's state change, an ECS event, or the tick.
    EventBridge,
    /// In no envelope that is known.
    Unknown,
}

/// Opens a Lambda event. There is always at least one delivery, also when the event makes no sense: then its body is the
/// event, for the quarantine.
pub fn open(event: &[u8]) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    // Bytes that are not UTF-8 spoil the text they stand in, not the batch.
    open_into(&String::from_utf8_lossy(event), None, None, MAX_WRAPPING, &mut deliveries);
    deliveries
}

/// The fields of a JSON object, each still as its text: however odd one is, it is looked at alone.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// The fields; none if it is no object.
fn fields(text: &str) -> Fields<'_> {
    serde_json::from_str(text).unwrap_or_default()
}

fn open_into(event: &str, id: Option<&str>, via: Option<Path>, wrapping: usize, deliveries: &mut Vec<Delivery>) {
    let fields = fields(event);
    let records = fields.get("Records").filter(|_| wrapping > 0).map(|raw| raw.get());
    let records: Vec<&RawValue> = records.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default();
    if records.is_empty() {
        let via = via.unwrap_or_else(|| sender(&fields));
        deliveries.push(Delivery { id: id.map(str::to_owned), via, body: event.to_owned() });
    }
    for record in records {
        open_record(record.get(), id, via, wrapping.saturating_sub(1), deliveries);
    }
}

fn open_record(record: &str, id: Option<&str>, via: Option<Path>, wrapping: usize, deliveries: &mut Vec<Delivery>) {
    let fields = fields(record);
    let text = |name: &str| fields.get(name).map(|raw| text(raw));
    if let Some(body) = text("body") {
        let id = id.map(Cow::Borrowed).or_else(|| text("messageId"));
        open_into(&body, id.as_deref(), via.or(Some(Path::Queue)), wrapping, deliveries);
    } else if let Some(notification) = text("Sns") {
        open_into(&notification, id, via.or(Some(Path::Topic)), wrapping, deliveries);
    } else {
        let via = via.unwrap_or(Path::Unknown);
        deliveries.push(Delivery { id: id.map(str::to_owned), via, body: record.to_owned() });
    }
}

/// The text of a JSON string; of anything else, its JSON.
fn text(raw: &RawValue) -> Cow<'_, str> {
    serde_json::from_str::<String>(raw.get()).map_or(Cow::Borrowed(raw.get()), Cow::Owned)
}

/// How an event came that has no records, from the fields that only its sender gives it.
fn sender(fields: &Fields<'_>) -> Path {
    if fields.contains_key("alarmData") || fields.contains_key("alarmArn") {
        Path::Direct
    } else if fields.contains_key("detail-type") {
        Path::EventBridge
    } else {
        Path::Unknown
    }
}
