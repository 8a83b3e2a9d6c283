//! The tasks' CPU is used up, and scaling may not add more tasks.

use jiff::SignedDuration;

use super::{facts, used_up};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::Evidence;

/// How long a scaling activity speaks of what goes on now.
const LATELY: SignedDuration = SignedDuration::from_mins(30);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let cpu = used_up(evidence)?;
    let (service, scaling) = (evidence.service.read()?, evidence.scaling.read()?);
    if service.desired < scaling.max {
        return None;
    }
    let mut facts = vec![format!("{} tasks are wanted and {} are the maximum", service.desired, scaling.max)];
    let refused = evidence.activities.read().into_iter().flatten().any(|activity| {
        evidence.gathered_at.duration_since(activity.at) < LATELY
            && activity.not_scaled.iter().any(|code| code == "AlreadyAtMaxCapacity")
    });
    if refused {
        facts.push("scaling wanted more: AlreadyAtMaxCapacity".to_owned());
    }
    facts.extend(self::facts(evidence, cpu));
    Some(Finding { cause: Cause::CpuSaturatedAtMaxCapacity, confidence: Confidence::High, facts })
}
