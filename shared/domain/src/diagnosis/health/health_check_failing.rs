//! Tasks run but fail their health check, and nothing that was read says why.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::failed_checks;
use crate::diagnosis::symptoms::{sick, sick_targets};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::Evidence;

/// How long ago ECS may have stopped a task for its health check.
const RECENT: SignedDuration = SignedDuration::from_mins(10);
/// With all in place for this long it is over.
const CALM: SignedDuration = SignedDuration::from_mins(3);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let Some(sick) = sick(evidence) else { return replaced_in_vain(evidence) };
    let mut facts = vec![format!("{} of {} targets fail their health check", sick.sick, sick.of)];
    let targets = sick_targets(evidence);
    let reasons: BTreeSet<&str> = targets.iter().filter_map(|target| target.reason.as_deref()).collect();
    let words: BTreeSet<&str> = targets.iter().filter_map(|target| target.description.as_deref()).collect();
    facts.extend(reasons.iter().map(|reason| format!("the load balancer says {reason}")));
    facts.extend(words.iter().map(|words| format!("the load balancer says \"{words}\"")));
    if let [only] = targets.as_slice()
        && sick.of > 1
    {
        facts.push(format!("only {} is sick", only.id));
    }
    Some(Finding { cause: Cause::HealthCheckFailing, confidence: Confidence::Medium, facts })
}

/// ECS stops one task after the other, so that none is sick for long.
fn replaced_in_vain(evidence: &Evidence) -> Option<Finding> {
    let service = evidence.service.read()?;
    let desired = usize::try_from(service.desired).unwrap_or(usize::MAX);
    let stopped = failed_checks(evidence, RECENT);
    let failed = stopped.len();
    let fact = format!(
        "ECS stopped {failed} tasks for their health check within ten minutes, and what took their place fails it too"
    );
    // Between two failures all is in place for a moment, too; when it stays so, it is over.
    let newest = stopped.first().and_then(|task| task.stopped_at);
    let young = newest.is_some_and(|at| evidence.gathered_at.duration_since(at) < CALM);
    let in_place = service.running >= service.desired && evidence.sick().is_some_and(|sick| sick.of >= service.desired);
    let goes_on = young || !in_place;
    (failed > 1 && failed >= desired && goes_on).then(|| Finding {
        cause: Cause::HealthCheckFailing,
        confidence: Confidence::Medium,
        facts: vec![fact],
    })
}
