//! Tasks run but fail their health check, and nothing that was read says why.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::failed_checks;
use crate::diagnosis::symptoms::{sick, sick_targets};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::Evidence;

/// How long ago ECS may have stopped a task for its health check.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

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
    let desired = usize::try_from(evidence.service.read()?.desired).unwrap_or(usize::MAX);
    let failed = failed_checks(evidence, RECENT);
    let fact = format!(
        "ECS stopped {failed} tasks for their health check within ten minutes, and what took their place fails it too"
    );
    (failed > 1 && failed >= desired).then(|| Finding {
        cause: Cause::HealthCheckFailing,
        confidence: Confidence::Medium,
        facts: vec![fact],
    })
}
