//! Tasks run but fail their health check, and nothing that was read says why.

use std::collections::BTreeSet;

use crate::diagnosis::symptoms::{sick, sick_targets};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::Evidence;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let sick = sick(evidence)?;
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
