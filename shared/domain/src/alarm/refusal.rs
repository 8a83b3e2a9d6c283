//! What arrived and is no alarm. It is quarantined with a notice, never dropped.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::text;

/// Characters of a refused body that are kept for a person to recognise it by.
const EXCERPT: usize = 300;

/// A body that no alarm could be read from, as it goes into the quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[error("no alarm in this delivery: {why}; hint: {}", why.hint())]
pub struct NotAnAlarm {
    /// Why.
    pub why: Why,
    /// SHA-256 of the whole body in lower-case hexadecimal: the same body twice is the same record.
    pub digest: String,
    /// The beginning of the body on one line, bounded and with control characters spelled out.
    pub excerpt: String,
}

impl NotAnAlarm {
    pub(super) fn new(why: Why, body: &str) -> Self {
        let mut digest = String::with_capacity(64);
        for byte in Sha256::digest(body.as_bytes()) {
            // Writing to a `String` cannot fail.
            let _ = write!(digest, "{byte:02x}");
        }
        Self { why, digest, excerpt: text::escaped(body, EXCERPT) }
    }
}

impl NotAnAlarm {
    /// A body that says it is a bulletin about an incident, and is none that this release knows.
    pub fn unreadable_bulletin(why: &serde_json::Error, body: &str) -> Self {
        Self::new(Why::wrong("event", &format!("a bulletin of this release ({why})")), body)
    }
}

/// The reason why a body is no alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Why {
    /// Not JSON.
    #[error("it is not JSON (line {line}, column {column})")]
    Garbage {
        /// Where reading stopped, from 1; 0 for an empty body.
        line: usize,
        /// Where reading stopped, from 1; 0 for an empty body.
        column: usize,
    },
    /// JSON nested, or wrapped in envelopes, more than `limit` deep.
    #[error("it is nested more than {limit} deep")]
    TooDeep {
        /// The depth that is accepted.
        limit: usize,
    },
    /// Larger than SNS would have carried.
    #[error("it has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// Size of the body in bytes.
        bytes: usize,
        /// The size that is accepted, in bytes.
        limit: usize,
    },
    /// Somebody tries out the topic, or a service announces itself to it.
    #[error("it is a test message from {sender}")]
    TestMessage {
        /// Who says so.
        sender: String,
    },
    /// A notice of something other than an alarm, which was pointed at the alarms' topic or rule.
    #[error("it is a notice from {source_name}, not an alarm")]
    ForeignNotice {
        /// The service, and the type of notice where it has one.
        #[serde(rename = "source")]
        source_name: String,
    },
    /// It claims to be an alarm or ECS event but lacks what identifies one.
    #[error("its field {field} is missing")]
    MissingField {
        /// Path of the field.
        field: String,
    },
    /// It claims to be an alarm or ECS event but a field that identifies one is unreadable.
    #[error("its field {field} is not {expected}")]
    WrongType {
        /// Path of the field.
        field: String,
        /// What would have been read.
        expected: String,
    },
    /// JSON of no shape that is known here.
    #[error("it is JSON of an unknown shape")]
    Unrecognised,
}

impl Why {
    pub(super) fn missing(field: &str) -> Self {
        Self::MissingField { field: field.to_owned() }
    }

    pub(super) fn wrong(field: &str, expected: &str) -> Self {
        Self::WrongType { field: field.to_owned(), expected: expected.to_owned() }
    }

    /// What the reader of the notice can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TestMessage { .. } => "nothing to do; the topic does deliver",
            Self::ForeignNotice { .. } => "point that notice at a topic of its own",
            Self::TooLarge { .. } | Self::TooDeep { .. } => "find who publishes this; no alarm of AWS looks so",
            Self::Garbage { .. } | Self::Unrecognised => {
                "find who publishes this; only CloudWatch and EventBridge may publish to the alarms' path"
            }
            Self::MissingField { .. } | Self::WrongType { .. } => {
                "look at the alarm in CloudWatch; if AWS sent this, its format changed: please report it"
            }
        }
    }

    /// One word for a log field or a metric's dimension.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Garbage { .. } => "garbage",
            Self::TooDeep { .. } => "too_deep",
            Self::TooLarge { .. } => "too_large",
            Self::TestMessage { .. } => "test_message",
            Self::ForeignNotice { .. } => "foreign_notice",
            Self::MissingField { .. } => "missing_field",
            Self::WrongType { .. } => "wrong_type",
            Self::Unrecognised => "unrecognised",
        }
    }
}
