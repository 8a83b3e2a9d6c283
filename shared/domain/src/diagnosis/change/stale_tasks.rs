//! Tasks that read a secret when they started, and kept it when it changed.
//!
//! ECS injects secrets once, at the start of a task ("Pass Secrets Manager secrets through Amazon ECS environment
//! variables", Amazon ECS Developer Guide): a rotated secret reaches only tasks started later. Such tasks still pass a
//! shallow health check, so ECS sees nothing to repair.

use jiff::{SignedDuration, Timestamp};

use crate::diagnosis::{Cause, Confidence, ERRORS_MATTER_PERCENT, Finding};
use crate::evidence::{Dependency, Evidence, Point, Streak, streak};

/// A rotated credential is refused at once or when the old one expires shortly after.
const SOON: SignedDuration = SignedDuration::from_mins(15);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let change = evidence.secrets.read()?.iter().max_by_key(|secret| secret.changed_at)?;
    let started: Vec<_> = evidence.tasks.read()?.iter().filter_map(|task| task.started_at).collect();
    let stale = started.iter().filter(|at| **at < change.changed_at).count();
    let share = evidence.metrics.read()?.target_error_share();
    let newest = share.last().filter(|share| share.value > ERRORS_MATTER_PERCENT)?;
    if stale == 0 || matches!(evidence.dependency(), Dependency::Down { .. }) {
        return None;
    }
    let mut facts = vec![
        format!("{stale} of {} tasks started before secret {} changed", started.len(), change.name),
        format!("{:.1} % of requests fail", newest.value),
    ];
    let timing = streak(&share, ERRORS_MATTER_PERCENT).map(|streak| began(&streak, &share, change.changed_at));
    if matches!(timing, Some(Timing::RightAfter | Timing::After)) {
        facts.push("the errors began after that change".to_owned());
    }
    let well = evidence.sick().is_some_and(|sick| sick.of > 0 && sick.sick == 0);
    if well {
        facts.push("every target passes its health check, so ECS sees nothing to repair".to_owned());
    }
    let dependency_known = matches!(evidence.dependency(), Dependency::None | Dependency::Well);
    let settled = evidence.service.read().is_some_and(|service| service.in_flight().is_none());
    let confidence = match timing {
        Some(Timing::RightAfter) if well && dependency_known && settled => Confidence::High,
        Some(Timing::RightAfter | Timing::After) => Confidence::Medium,
        _ => Confidence::Low,
    };
    Some(Finding { cause: Cause::StaleTasks, confidence, facts })
}

/// How the errors lie to the change of the secret.
enum Timing {
    /// They began within [`SOON`] of it, were seen to begin, and are no single bad period.
    RightAfter,
    /// They began after it, but not so that it must be the reason: nearly every secret was changed some time.
    After,
    /// They were there before.
    Before,
}

/// The first failing period may contain the change, so one period of grace is given.
fn began(streak: &Streak, share: &[Point], changed_at: Timestamp) -> Timing {
    let period = share
        .windows(2)
        .filter_map(|pair| Some(pair.last()?.at.duration_since(pair.first()?.at)))
        .min()
        .unwrap_or(SignedDuration::from_mins(1));
    if streak.since + period < changed_at {
        return Timing::Before;
    }
    let soon = streak.since.duration_since(changed_at) <= SOON;
    if soon && streak.seen_to_begin && streak.periods >= 2 { Timing::RightAfter } else { Timing::After }
}
