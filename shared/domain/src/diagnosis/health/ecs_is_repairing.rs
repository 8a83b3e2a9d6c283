//! ECS noticed sick tasks and is replacing them by itself: the best thing to do is to watch.

use jiff::SignedDuration;

use super::failed_checks;
use crate::diagnosis::symptoms::failing;
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::Evidence;

/// How long ago a replacement may have begun to count as going on.
const RECENT: SignedDuration = SignedDuration::from_mins(5);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let service = evidence.service.read()?;
    if service.in_flight().is_some() {
        return None; // Tasks come and go in a deployment; that is no repair.
    }
    let recent = |at: jiff::Timestamp| evidence.gathered_at.duration_since(at) < RECENT;
    let failed = failed_checks(evidence, RECENT).len();
    // When as many failed as there should be, what takes their place fails as well: that is no repair.
    if failed > 1 && failed >= usize::try_from(service.desired).unwrap_or(usize::MAX) {
        return None;
    }
    let sick = evidence.sick()?;
    let starting = service.pending > 0 || service.running < service.desired;
    let noticed = service.events.iter().find(|event| recent(event.at) && event.message.contains("is unhealthy in"));
    let mut facts = Vec::new();
    if failed > 0 {
        facts.push(format!("ECS stopped {failed} that failed the health check within the last five minutes"));
    }
    if noticed.is_some() {
        facts.push("the scheduler reported an unhealthy task".to_owned());
    }
    if facts.is_empty() || sick.is_majority() {
        return None;
    }
    if starting {
        facts.push(format!("{} of {} tasks run, {} starting", service.running, service.desired, service.pending));
    }
    facts.push(format!("{} of {} targets are healthy", sick.healthy(), sick.of));
    // Once all is well again it still explains the alarm, but no longer what goes on now.
    let goes_on = starting || sick.sick > 0;
    let confidence = match (goes_on, failing(evidence)) {
        (true, _) => Confidence::High,
        (false, None) => Confidence::Medium,
        (false, Some(_)) => Confidence::Low,
    };
    Some(Finding { cause: Cause::EcsIsRepairing, confidence, facts })
}
