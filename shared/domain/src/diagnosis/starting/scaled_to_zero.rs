//! The service is told to run no task at all, by a person, a schedule or a policy with a minimum of zero.

use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{ActivityStatus, Evidence};

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let service = evidence.service.read().filter(|service| service.desired == 0)?;
    let mut facts = vec![format!("the desired count is 0, {} tasks run", service.running)];
    if service.status != "ACTIVE" {
        facts.push(format!("the service is {}", service.status));
    }
    let scaled = evidence.activities.read().and_then(|activities| {
        activities.iter().find(|activity| {
            activity.status == ActivityStatus::Successful && activity.description.contains("desired count to 0")
        })
    });
    if let Some(scaled) = scaled {
        facts.push(format!("scaling did it: {}", scaled.cause));
    }
    let changed = evidence.record.read().and_then(|record| {
        record
            .changes
            .iter()
            .find(|change| change.call.contains("UpdateService") || change.call.contains("ScalableTarget"))
    });
    if let Some(change) = changed {
        facts.push(format!("{} called {}", change.by, change.call));
    }
    if let Some(scaling) = evidence.scaling.read() {
        facts.push(format!("scaling may run between {} and {} tasks", scaling.min, scaling.max));
    }
    Some(Finding { cause: Cause::ScaledToZero, confidence: Confidence::High, facts })
}
