//! Alarms: what comes in, from whichever wire shape it came in.
//!
//! [`envelope::open`] takes a function's event apart into deliveries, [`parse`] reads each. The shapes are told apart by
//! the fields they have, never by where they came from, so a message means the same on every path. What identifies an
//! alarm (its ARN, its state, the time of its change) must be there; everything else is taken where it is readable.
//! Whatever is no alarm says why ([`NotAnAlarm`]) and is quarantined.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, Arn, Region};
use crate::request::Petition;
use crate::severity::Severity;
use crate::standing::Order;

mod ecs_event;
pub mod envelope;
mod field;
mod foreign;
mod measure;
mod query;
mod refusal;
mod region;
mod sns;
mod state_event;
pub mod text;

#[cfg(test)]
mod tests;

pub use ecs_event::{EcsEvent, EcsEventKind, EcsEventLevel};
pub use envelope::{Delivery, Path};
pub use measure::{Child, Comparison, Condition, Measure, Metric, MissingData};
pub use refusal::{NotAnAlarm, Why};
pub(crate) use region::partition;

/// Largest body that is read, in bytes: what one SNS message may carry.
pub const MAX_BYTES: usize = 256 * 1024;

/// Deepest JSON that is read. Alarms are about eight deep; the JSON reader's own stack would allow twice this.
pub const MAX_DEPTH: usize = 64;

/// How often a message may be wrapped in an envelope in an envelope.
const MAX_WRAPPING: usize = 4;

/// One state change of one CloudWatch alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// The alarm's ARN.
    pub arn: Arn,
    /// Its name, at most 255 characters. Anybody who may create alarms chose it: data, not markup.
    pub name: String,
    /// The account it is in, from the ARN.
    pub account: AccountId,
    /// The region it is in, from the ARN: the message's own `Region` is a display name.
    pub region: Region,
    /// The state it changed to.
    pub state: AlarmState,
    /// The state it left, where the message says so.
    pub previous: Option<AlarmState>,
    /// CloudWatch's words for why, at most 1023 characters; they hold the values that were seen.
    pub reason: String,
    /// The description its author gave it, at most 1024 characters.
    pub description: Option<String>,
    /// When the state changed.
    pub changed_at: Timestamp,
    /// What it watches.
    pub measure: Measure,
    /// Its tags; empty unless the alarm propagates them.
    pub tags: BTreeMap<String, String>,
    /// What it does on a change; only SNS messages tell.
    pub actions: Actions,
    /// Why a composite alarm took no action: `Alarm`, `WaitPeriod` or `ExtensionPeriod`. Only seen through EventBridge.
    pub suppressed_by: Option<String>,
}

/// The ARNs an alarm acts on, by the state it changes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actions {
    /// On ALARM.
    pub alarm: Vec<Arn>,
    /// On OK.
    pub ok: Vec<Arn>,
    /// On INSUFFICIENT_DATA.
    pub insufficient_data: Vec<Arn>,
}

impl Actions {
    /// All of them.
    fn all(&self) -> impl Iterator<Item = &Arn> {
        self.alarm.iter().chain(&self.ok).chain(&self.insufficient_data)
    }
}

/// The state of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AlarmState {
    /// Outside its threshold.
    #[serde(rename = "ALARM")]
    Alarm,
    /// Within its threshold.
    #[serde(rename = "OK")]
    Ok,
    /// Just made, or its metric has too few data to say. Never a recovery.
    #[serde(rename = "INSUFFICIENT_DATA")]
    InsufficientData,
}

impl AlarmState {
    /// As CloudWatch writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alarm => "ALARM",
            Self::Ok => "OK",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    /// Reads what CloudWatch writes.
    pub fn read(text: &str) -> Option<Self> {
        [Self::Alarm, Self::Ok, Self::InsufficientData].into_iter().find(|state| state.as_str() == text)
    }
}

impl fmt::Display for AlarmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The identity of one state change: ARN and time. SNS and Lambda deliver twice and out of order, and a P0 alarm comes on
/// two paths; all of those deliveries have the same change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Change(String);

impl Change {
    /// The change of `arn` at `at`. CloudWatch's clock has milliseconds, so finer differences do not count.
    pub fn of(arn: &Arn, at: Timestamp) -> Self {
        Self(format!("{arn}@{}", at.as_millisecond()))
    }

    /// The identity as text, for a key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Alarm {
    /// The identity of this change.
    pub fn change(&self) -> Change {
        Change::of(&self.arn, self.changed_at)
    }

    /// The severity that the alarm claims: its tag `paramedic:severity`, else a `P0`, `P1` or `P2` that stands by itself
    /// in its name, the most urgent if there are several. None leaves it to the config.
    pub fn severity_hint(&self) -> Option<Severity> {
        let tag = self.tags.get("paramedic:severity").and_then(|tag| Severity::read(tag));
        tag.or_else(|| self.name.split(|c: char| !c.is_alphanumeric()).filter_map(Severity::read).max())
    }

    /// The value of a dimension of what it watches; the first found where several metrics have it.
    pub fn dimension(&self, name: &str) -> Option<&str> {
        let found = self.measure.metrics().iter().find_map(|metric| metric.dimensions.get(name));
        found.map(String::as_str)
    }
}

/// What a delivery turned out to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parsed {
    /// An alarm changed its state.
    Alarm(Box<Alarm>),
    /// ECS says something about a service.
    EcsEvent(Box<EcsEvent>),
    /// The minute's tick of EventBridge.
    Tick,
    /// One of Paramedic's own messages about an incident, as it came: JSON with the strings `event` and `incident_id`.
    Bulletin(String),
    /// A person asks something of an incident, as it came: JSON with `event` = `requested`.
    Petition(String),
    /// A person orders a silence or an override, as it came: JSON with `event` = `ordered`.
    Order(String),
}

/// Reads one body: a message of any known shape, bare or in SNS's envelope.
///
/// # Errors
///
/// [`NotAnAlarm`], ready for the quarantine. Never panics, whatever the body is.
pub fn parse(body: &str) -> Result<Parsed, NotAnAlarm> {
    read(body).map_err(|why| NotAnAlarm::new(why, body))
}

fn read(body: &str) -> Result<Parsed, Why> {
    let mut body = Cow::Borrowed(body);
    let mut topic = None;
    for _ in 0..=MAX_WRAPPING {
        let mut message = object(&body)?;
        match (message.remove("Type"), message.remove("Message")) {
            (Some(kind), Some(serde_json::Value::String(inner))) if kind == "Notification" => {
                topic = field::string(&message, "TopicArn").map(str::to_owned).or(topic);
                body = Cow::Owned(inner);
            }
            (kind, _) => return recognise(&message, kind, &body, topic.as_deref()),
        }
    }
    Err(Why::TooDeep { limit: MAX_WRAPPING })
}

fn recognise(
    message: &field::Object,
    kind: Option<serde_json::Value>,
    body: &str,
    topic: Option<&str>,
) -> Result<Parsed, Why> {
    let event = field::string(message, "event");
    if event == Some(Petition::EVENT) {
        Ok(Parsed::Petition(body.to_owned()))
    } else if event == Some(Order::EVENT) {
        Ok(Parsed::Order(body.to_owned()))
    } else if event.is_some() && field::string(message, "incident_id").is_some() {
        Ok(Parsed::Bulletin(body.to_owned()))
    } else if sns::claims(message) {
        Ok(Parsed::Alarm(Box::new(sns::alarm(message, topic)?)))
    } else if state_event::claims_direct(message) {
        Ok(Parsed::Alarm(Box::new(state_event::direct(message)?)))
    } else if state_event::claims_event(message) {
        Ok(Parsed::Alarm(Box::new(state_event::event(message)?)))
    } else if ecs_event::claims(message) {
        Ok(Parsed::EcsEvent(Box::new(ecs_event::event(message)?)))
    } else if is_tick(message) {
        Ok(Parsed::Tick)
    } else {
        Err(foreign::notice(message, kind.as_ref()))
    }
}

/// The event of an EventBridge rule with a schedule: Amazon EventBridge user guide, "Creating a rule that runs on a
/// schedule".
fn is_tick(message: &field::Object) -> bool {
    field::string(message, "source") == Some("aws.events")
        && field::string(message, "detail-type") == Some("Scheduled Event")
}

/// Reads a JSON object within its bounds. The depth is measured first, so that no reader's stack depends on the input.
fn object(body: &str) -> Result<field::Object, Why> {
    if body.len() > MAX_BYTES {
        return Err(Why::TooLarge { bytes: body.len(), limit: MAX_BYTES });
    }
    if depth(body) > MAX_DEPTH {
        return Err(Why::TooDeep { limit: MAX_DEPTH });
    }
    match serde_json::from_str(body) {
        Ok(serde_json::Value::Object(object)) => Ok(object),
        Ok(_) => Err(Why::wrong("body", "an object")),
        Err(error) => Err(foreign::plain(body).unwrap_or(Why::Garbage { line: error.line(), column: error.column() })),
    }
}

/// How deep the brackets of a JSON text are nested at most.
fn depth(body: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in body.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
