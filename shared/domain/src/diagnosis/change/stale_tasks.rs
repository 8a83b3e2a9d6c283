//! Tasks that read a secret when they started, and kept it when it changed.
//!
//! ECS injects secrets once, at the start of a task ("Pass Secrets Manager secrets through Amazon ECS environment
//! variables", Amazon ECS Developer Guide): a rotated secret reaches only tasks started later. Such tasks still pass a
//! shallow health check, so ECS sees nothing to repair.

use jiff::{SignedDuration, Timestamp};

use crate::diagnosis::{Cause, Confidence, ERRORS_MATTER_PERCENT, Finding};
use crate::evidence::{Dependency, Evidence, Point, Streak, streak};

/// After this long without a point the cache's metrics are silent.
const SILENCE: SignedDuration = SignedDuration::from_mins(3);
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
        Some(Timing::RightAfter | Timing::After) if speaks_for_itself(evidence, well) => Confidence::Medium,
        _ => Confidence::Low,
    };
    Some(Finding { cause: Cause::StaleTasks, confidence, facts })
}

/// Whether the facts that were read make up for one that was not: the cache's for the cache, the tasks' for the service,
/// and for the targets both.
fn speaks_for_itself(evidence: &Evidence, well: bool) -> bool {
    let cache_answers = || {
        let quiet = evidence
            .errors
            .read()
            .is_some_and(|shapes| shapes.iter().all(|shape| !shape.shape.to_ascii_lowercase().contains("redis")));
        let connected =
            evidence.metrics.read().is_some_and(|metrics| {
                metrics.requests.latest().zip(metrics.cache_connections.latest()).is_some_and(|(requests, cache)| {
                    requests.at.duration_since(cache.at) < SILENCE && cache.value > 0.0
                })
            });
        let uneventful = evidence.cache_events.read().is_some_and(Vec::is_empty);
        quiet && connected && uneventful
    };
    let one_generation = || {
        evidence.tasks.read().is_some_and(|tasks| {
            tasks.iter().all(|task| task.started_by == tasks.first().and_then(|first| first.started_by.clone()))
                && tasks
                    .iter()
                    .all(|task| task.started_at.is_some_and(|at| evidence.gathered_at.duration_since(at) > SOON * 2))
        })
    };
    let cache_known = match evidence.dependency() {
        Dependency::None | Dependency::Well => true,
        Dependency::Unread { .. } => well && cache_answers(),
        Dependency::Down { .. } => false,
    };
    let deployment_known = evidence.service.read().is_some() || (well && one_generation());
    let targets_known = evidence.targets.why_unread().is_none() || one_generation();
    cache_known && deployment_known && targets_known
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
