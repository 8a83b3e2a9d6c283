//! The cache cannot be reached, and the service suffers for it.

use super::{Cause, Confidence, ERRORS_MATTER_PERCENT, Finding};
use crate::evidence::{Dependency, Evidence, Metrics};

pub(super) fn look(evidence: &Evidence) -> Option<Finding> {
    let Dependency::Down { mut facts, .. } = evidence.dependency() else {
        return None;
    };
    let sick = evidence.sick().filter(|sick| sick.sick > 0);
    let failing =
        evidence.metrics.read().and_then(Metrics::latest_error_share).filter(|p| p.value > ERRORS_MATTER_PERCENT);
    if sick.is_none() && failing.is_none() {
        return None;
    }
    // One sign can have another reason (a maintenance, a late metric); two agree only when it is really away.
    let confidence = if facts.len() > 1 { Confidence::High } else { Confidence::Medium };
    if let Some(sick) = sick {
        facts.push(format!("{} of {} targets fail their health check", sick.sick, sick.of));
    }
    if let Some(failing) = failing {
        facts.push(format!("{:.1} % of requests fail", failing.value));
    }
    Some(Finding { cause: Cause::RedisUnreachable, confidence, facts })
}
