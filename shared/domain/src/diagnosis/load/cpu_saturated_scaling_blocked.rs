//! The tasks' CPU is used up and there might be more of them, but scaling does not add any: it is suspended, nothing scales
//! the service, its policies see no reason, its cooldown goes on, or what it tried did not succeed.
//!
//! Sources: "Scaling activities for Application Auto Scaling", "Suspend and resume scaling for Application Auto Scaling" and
//! "Target tracking scaling policies", Application Auto Scaling User Guide.

use jiff::SignedDuration;

use super::{Aim, aim, facts, used_up};
use crate::diagnosis::symptoms::requests_times;
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{ActivityStatus, Evidence, Reading, Scaling, ScalingActivity};

/// How long a scaling activity speaks of what goes on now.
pub(in crate::diagnosis) const LATELY: SignedDuration = SignedDuration::from_mins(30);
/// With this many times the usual requests scaling that is at work is not blocked.
const SURGE: f64 = 2.0;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let cpu = used_up(evidence)?;
    let service = evidence.service.read()?;
    let (confidence, reasons) = match &evidence.scaling {
        Reading::Unread { .. } => return None,
        Reading::NotConfigured => (Confidence::Medium, vec!["nothing scales the service".to_owned()]),
        Reading::Read(scaling) if service.desired >= scaling.max => return None,
        Reading::Read(scaling) => blocked(evidence, scaling)?,
    };
    let mut facts = reasons;
    if let Some(scaling) = evidence.scaling.read() {
        facts.push(format!("{} tasks are wanted and {} are the maximum", service.desired, scaling.max));
    }
    facts.extend(self::facts(evidence, cpu));
    Some(Finding { cause: Cause::CpuSaturatedScalingBlocked, confidence, facts })
}

/// Why there are not more tasks, the surest reason first.
fn blocked(evidence: &Evidence, scaling: &Scaling) -> Option<(Confidence, Vec<String>)> {
    if scaling.scale_out_suspended {
        return Some((Confidence::High, vec!["scaling out is suspended".to_owned()]));
    }
    let policies = evidence.policies.read()?;
    if policies.is_empty() {
        return Some((Confidence::High, vec!["no policy scales the service".to_owned()]));
    }
    let activities = evidence.activities.read()?;
    if let Some(newest) = activities.first().filter(|it| evidence.gathered_at.duration_since(it.at) < LATELY)
        && let Some(failure) = failure(newest)
    {
        return Some((Confidence::High, vec![failure]));
    }
    if let Some(reason) = cooling_down(evidence, activities) {
        let surge = requests_times(evidence).is_some_and(|times| times >= SURGE);
        return Some((if surge { Confidence::Low } else { Confidence::Medium }, vec![reason]));
    }
    let aims: Vec<_> = policies.iter().filter_map(|policy| aim(evidence, &policy.follows)).collect();
    if aims.len() == policies.len() && !aims.iter().any(Aim::is_missed) {
        return Some((Confidence::High, vec!["what the policies follow is not above their targets".to_owned()]));
    }
    Some((Confidence::Low, vec!["scaling should add tasks and has not yet".to_owned()]))
}

/// What became of an attempt that added no tasks.
pub(in crate::diagnosis) fn failure(activity: &ScalingActivity) -> Option<String> {
    let said = if activity.message.is_empty() { &activity.cause } else { &activity.message };
    match activity.status {
        ActivityStatus::Failed => Some(format!("scaling failed: {said}")),
        ActivityStatus::Unfulfilled => Some(format!("ECS did not start the tasks that scaling asked for: {said}")),
        ActivityStatus::InProgress | ActivityStatus::Successful | ActivityStatus::Overridden => activity
            .not_scaled
            .iter()
            .find(|code| *code != "AlreadyAtMinCapacity" && *code != "AlreadyAtDesiredCapacity")
            .map(|code| format!("scaling was not carried out: {code}")),
    }
}

/// That scaling just did something and waits before it does more.
pub(in crate::diagnosis) fn cooling_down(evidence: &Evidence, activities: &[ScalingActivity]) -> Option<String> {
    let cooldown = evidence.policies.read()?.iter().filter_map(|policy| policy.scale_out_cooldown).max()?;
    let last = activities
        .iter()
        .find(|it| it.status == ActivityStatus::Successful || it.status == ActivityStatus::InProgress)?;
    let age = evidence.gathered_at.duration_since(last.at);
    (age < cooldown).then(|| {
        format!(
            "the cooldown of {} s goes on: {} {} s ago ({})",
            cooldown.as_secs(),
            "scaling acted",
            age.as_secs().max(0),
            last.description
        )
    })
}
