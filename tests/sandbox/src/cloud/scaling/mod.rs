//! Application Auto Scaling: scalable targets, policies, and what they did (Application Auto Scaling API reference and
//! User Guide). Target tracking acts where it is told to, see [`Scaling::acts`]; its alarms are not created as alarms of
//! CloudWatch, only named.

mod api;
mod tracking;

pub(crate) use api::call;
pub(crate) use tracking::tick;

use super::clock::Moment;
use serde_json::{Map, Value};

/// A scalable target: a resource, one dimension of it, and the bounds of its capacity.
#[derive(Debug, Clone)]
pub(crate) struct ScalableTarget {
    pub(crate) namespace: String,
    /// `service/<cluster>/<service>`.
    pub(crate) resource: String,
    pub(crate) dimension: String,
    pub(crate) minimum: u32,
    pub(crate) maximum: u32,
    /// The bounds that it was provisioned with.
    pub(crate) provisioned: (u32, u32),
    pub(crate) role: String,
    pub(crate) created_at: Moment,
    pub(crate) suspended: Suspended,
    /// When it last scaled out and in, for the cooldowns.
    pub(crate) scaled_out_at: Option<Moment>,
    pub(crate) scaled_in_at: Option<Moment>,
}

/// Which scaling is suspended (Application Auto Scaling API reference, `SuspendedState`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Suspended {
    pub(crate) scaling_in: bool,
    pub(crate) scaling_out: bool,
    pub(crate) scheduled: bool,
}

/// A scaling policy.
#[derive(Debug, Clone)]
pub(crate) struct ScalingPolicy {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) resource: String,
    pub(crate) dimension: String,
    pub(crate) kind: String,
    /// The policy's configuration as it was given, under the name of its member.
    pub(crate) configuration: Map<String, Value>,
    pub(crate) created_at: Moment,
}

impl ScalingPolicy {
    /// The name of one of the two alarms that a target tracking policy makes: `AlarmHigh` or `AlarmLow` (Application Auto
    /// Scaling User Guide, "Target tracking scaling policies": TargetTracking-<resource>-AlarmHigh-<id>).
    pub(crate) fn alarm(&self, side: &str) -> String {
        let mark = super::provision::suffix(&format!("{}{side}", self.arn)).to_lowercase();
        format!("TargetTracking-{}-{side}-{mark}", self.resource)
    }
}

/// Something that scaling did or did not do (Application Auto Scaling API reference, `ScalingActivity`).
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) id: String,
    pub(crate) namespace: String,
    pub(crate) resource: String,
    pub(crate) dimension: String,
    pub(crate) cause: String,
    pub(crate) started_at: Moment,
    pub(crate) outcome: Outcome,
}

/// What came of it.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The desired count was set, and has been reached since, or not yet.
    Set { to: u32, reached_at: Option<Moment> },
    /// Nothing was done: the code of a `NotScaledReason` with the capacity that binds.
    NotScaled { code: &'static str, minimum: Option<u32>, maximum: Option<u32> },
}

/// Everything Application Auto Scaling knows.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scaling {
    pub(crate) targets: Vec<ScalableTarget>,
    pub(crate) policies: Vec<ScalingPolicy>,
    /// Those that somebody deleted since the stack made them.
    pub(crate) deleted: Vec<ScalingPolicy>,
    /// Oldest first.
    pub(crate) activities: Vec<Activity>,
    /// Whether policies scale. At first they do not: a scenario about something else must not be scaled away.
    pub(crate) acts: bool,
    next_look: Moment,
}

impl ScalableTarget {
    /// Whether it is of this resource and dimension.
    pub(crate) fn is(&self, resource: &str, dimension: &str) -> bool {
        self.resource == resource && self.dimension == dimension
    }
}

impl Scaling {
    /// Forgets what was done, that bounds were moved, that anything is suspended and that policies were deleted.
    pub(crate) fn forget(&mut self, now: Moment) {
        self.activities.clear();
        self.next_look = now;
        for target in &mut self.targets {
            target.created_at = now;
            target.suspended = Suspended::default();
            (target.minimum, target.maximum) = target.provisioned;
            (target.scaled_out_at, target.scaled_in_at) = (None, None);
        }
        self.policies.append(&mut self.deleted);
        self.policies.iter_mut().for_each(|policy| policy.created_at = now);
    }
}
