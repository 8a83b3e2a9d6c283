//! Tasks run but fail their health check.

use super::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, TargetHealth};

pub(super) fn look(evidence: &Evidence) -> Option<Finding> {
    let sick = evidence.sick().filter(|sick| sick.sick > 0)?;
    let mut facts = vec![format!("{} of {} targets fail their health check", sick.sick, sick.of)];
    let reason = evidence.targets.read().and_then(|targets| {
        targets.iter().find(|target| target.health == TargetHealth::Unhealthy).and_then(|target| target.reason.clone())
    });
    if let Some(reason) = reason {
        facts.push(format!("the load balancer says {reason}"));
    }
    Some(Finding { cause: Cause::HealthCheckFailing, confidence: Confidence::Medium, facts })
}
