//! Durations and velocity limits, with the defaults that hold when the file says nothing.

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de};

/// How long things may take and how long they hold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    /// The time that all reads of a diagnosis have together.
    #[serde(deserialize_with = "duration")]
    pub evidence_deadline: SignedDuration,
    /// How often the alarms are compared with the open incidents.
    #[serde(deserialize_with = "duration")]
    pub reconcile_every: SignedDuration,
    /// When to look for the first time whether a remedy helped.
    #[serde(deserialize_with = "duration")]
    pub verify_after: SignedDuration,
    /// When a remedy that has not helped by then counts as failed.
    #[serde(deserialize_with = "duration")]
    pub verify_within: SignedDuration,
    /// How long after an action the same service is left alone.
    #[serde(deserialize_with = "duration")]
    pub cooldown: SignedDuration,
    /// How long a repair that ECS makes by itself is left to it.
    #[serde(deserialize_with = "duration")]
    pub dwell: SignedDuration,
    /// How long after it was raised the maximum of scaling is set back, once it is not needed any more.
    #[serde(deserialize_with = "duration")]
    pub set_back_after: SignedDuration,
    /// How long after its recovery an incident is opened again rather than followed by a new one.
    #[serde(deserialize_with = "duration")]
    pub reopen_within: SignedDuration,
    /// Three times over and back within this long, and an incident counts as flapping.
    #[serde(deserialize_with = "duration")]
    pub flapping_within: SignedDuration,
    /// How long an incident without a certain explanation waits for another look; doubles up to sixteenfold.
    #[serde(deserialize_with = "duration")]
    pub look_again_after: SignedDuration,
    /// Evidence older than this supports no action.
    #[serde(deserialize_with = "duration")]
    pub evidence_max_age: SignedDuration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            evidence_deadline: SignedDuration::from_secs(8),
            reconcile_every: SignedDuration::from_mins(5),
            verify_after: SignedDuration::from_mins(1),
            verify_within: SignedDuration::from_mins(10),
            cooldown: SignedDuration::from_mins(15),
            dwell: SignedDuration::from_mins(10),
            set_back_after: SignedDuration::from_hours(1),
            reopen_within: SignedDuration::from_mins(10),
            flapping_within: SignedDuration::from_mins(15),
            look_again_after: SignedDuration::from_mins(1),
            evidence_max_age: SignedDuration::from_secs(60),
        }
    }
}

/// How often Paramedic may act at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Velocity {
    /// Actions on one service in any hour.
    pub max_per_service_per_hour: u32,
    /// Actions in the whole account in any hour.
    pub max_per_account_per_hour: u32,
}

impl Default for Velocity {
    fn default() -> Self {
        Self { max_per_service_per_hour: 2, max_per_account_per_hour: 5 }
    }
}

pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let allowed = "expected a positive duration such as \"90s\", \"5m\" or \"1h30m\"";
    match text.parse::<SignedDuration>() {
        Ok(duration) if duration.is_positive() => Ok(duration),
        _ => Err(de::Error::custom(format!("{text:?} is not a duration, {allowed}"))),
    }
}
