//! Tasks that read a secret when they started, and kept it when it changed.
//!
//! ECS injects secrets once, at the start of a task ("Pass Secrets Manager secrets through Amazon ECS environment
//! variables", Amazon ECS Developer Guide): a rotated secret reaches only tasks started later. Such tasks still pass a
//! shallow health check, so ECS sees nothing to repair.

use super::{Cause, Confidence, ERRORS_MATTER_PERCENT, Finding};
use crate::evidence::{Dependency, Evidence, Metrics};

pub(super) fn look(evidence: &Evidence) -> Option<Finding> {
    let change = evidence.secrets.read()?.iter().max_by_key(|secret| secret.changed_at)?;
    let started: Vec<_> = evidence.tasks.read()?.iter().filter_map(|task| task.started_at).collect();
    let stale = started.iter().filter(|at| **at < change.changed_at).count();
    let metrics = evidence.metrics.read()?;
    let share = metrics.latest_error_share().filter(|share| share.value > ERRORS_MATTER_PERCENT)?;
    if stale == 0 || matches!(evidence.dependency(), Dependency::Down { .. }) {
        return None;
    }
    let mut facts = vec![
        format!("{stale} of {} tasks started before secret {} changed", started.len(), change.name),
        format!("{:.1} % of requests fail", share.value),
    ];
    let since_change = began_after(metrics, evidence, change.changed_at);
    if since_change {
        facts.push("the errors began after that change".to_owned());
    }
    let well = evidence.sick().is_some_and(|sick| sick.of > 0 && sick.sick == 0);
    if well {
        facts.push("every target passes its health check, so ECS sees nothing to repair".to_owned());
    }
    let dependency_known = matches!(evidence.dependency(), Dependency::None | Dependency::Well);
    let settled = evidence.service.read().is_some_and(|service| service.in_flight().is_none());
    let confidence = match since_change && well && dependency_known && settled {
        true => Confidence::High,
        false if since_change => Confidence::Medium,
        false => Confidence::Low,
    };
    Some(Finding { cause: Cause::StaleTasks, confidence, facts })
}

/// Whether requests began to fail after the change: errors older than that have another cause. The first failing period
/// may contain the change, so one period of grace is given.
fn began_after(metrics: &Metrics, evidence: &Evidence, changed_at: jiff::Timestamp) -> bool {
    let period = metrics.requests.spacing().unwrap_or(jiff::SignedDuration::from_mins(1));
    metrics
        .errors_since(ERRORS_MATTER_PERCENT)
        .is_some_and(|since| since + period >= changed_at && changed_at <= evidence.gathered_at)
}
