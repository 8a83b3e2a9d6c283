//! What scales the service. Source: the Application Auto Scaling API reference.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The service's scalable target (`DescribeScalableTargets`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaling {
    /// The fewest tasks.
    pub min: u32,
    /// The most tasks.
    pub max: u32,
    /// Whether scaling out by policies is suspended.
    pub scale_out_suspended: bool,
    /// Whether scaling in by policies is suspended.
    pub scale_in_suspended: bool,
    /// Whether scheduled scaling is suspended.
    pub schedule_suspended: bool,
}

/// One policy that scales the service (`DescribeScalingPolicies`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalingPolicy {
    /// Its name.
    pub name: String,
    /// What it follows.
    pub follows: Follows,
    /// How long after scaling out it waits before it does so again.
    pub scale_out_cooldown: Option<SignedDuration>,
    /// How long after scaling in it waits before it does so again.
    pub scale_in_cooldown: Option<SignedDuration>,
}

/// What a scaling policy follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Follows {
    /// It keeps the service's average CPU at this many percent of what it reserves.
    Cpu(f64),
    /// It keeps the service's average memory at this many percent of what it reserves.
    Memory(f64),
    /// It keeps the requests a minute of each target at this many.
    RequestsPerTarget(f64),
    /// It keeps another metric at a value.
    Other {
        /// The metric's name.
        metric: String,
        /// The value.
        target: f64,
    },
    /// It takes steps when its alarms ring.
    Steps,
}

/// One time that scaling was tried (`DescribeScalingActivities`, with those that were not carried out).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingActivity {
    /// When it began.
    pub at: Timestamp,
    /// How it ended.
    pub status: ActivityStatus,
    /// Why it was tried, in AWS's words.
    pub cause: String,
    /// What was to be done, in AWS's words.
    pub description: String,
    /// What came of it, in AWS's words.
    pub message: String,
    /// Why nothing was done, as codes such as `AlreadyAtMaxCapacity`.
    pub not_scaled: Vec<String>,
}

/// How an activity of scaling ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActivityStatus {
    /// It goes on.
    InProgress,
    /// It was done.
    Successful,
    /// ECS did not reach the wanted count in time.
    Unfulfilled,
    /// Another one took its place.
    Overridden,
    /// It failed.
    Failed,
}
