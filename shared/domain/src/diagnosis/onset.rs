//! When what is wrong now began. What happened before that need not be why, and what happened after it is not.

use jiff::{SignedDuration, Timestamp};

use super::ERRORS_MATTER_PERCENT;
use super::symptoms::{failing_since, many_more_requests, sick, slow};
use crate::evidence::{Evidence, Metrics, streak};

/// A period may contain the moment at which something began.
const GRACE: SignedDuration = SignedDuration::from_mins(2);
/// The number of requests from which on a surge has begun, as a multiple of the usual.
const SURGE_BEGINS: f64 = 1.3;
/// CPU in percent that is a symptom of its own.
const BUSY_PERCENT: f64 = 80.0;
/// A share of refused requests in percent that is a symptom of its own.
const REFUSED_PERCENT: f64 = 10.0;

/// Whether ECS said after `at` that all is in place again, so that what happened then need not be why something is wrong
/// now: what is wrong began later, or when it began could not be read.
///
/// ECS says "has reached a steady state" once the tasks that it wants run ("Amazon ECS service event messages", Amazon ECS
/// Developer Guide).
pub(super) fn may_be_over(evidence: &Evidence, at: Timestamp) -> bool {
    let Some(service) = evidence.service.read() else { return false };
    let first_after = |from: Timestamp, words: &str| {
        let said = service.events.iter().filter(|event| event.at > from && event.message.contains(words));
        said.map(|event| event.at).min()
    };
    let Some(settled) = first_after(at, "steady state") else { return false };
    if evidence.metrics.read().is_none() {
        return true;
    }
    let unhealthy = sick(evidence).and_then(|_| first_after(settled, "is unhealthy in"));
    began(evidence).into_iter().chain(unhealthy).min().is_some_and(|began| began > settled)
}

/// Whether anything that is wrong now began well before `at`, so that what happened then is not why; also where that could
/// not be read.
pub(super) fn unwell_before(evidence: &Evidence, at: Timestamp) -> bool {
    let Some(metrics) = evidence.metrics.read() else { return true };
    // What was there in all that was read began earlier than that.
    let failing = streak(&metrics.error_share(), ERRORS_MATTER_PERCENT).map(|streak| streak.since);
    failing.into_iter().chain(began(evidence)).any(|began| at.duration_since(began) > GRACE)
}

/// Since when the CPU is much nearer to what it is now than to what it was, if it is much now.
pub(super) fn busy_since(evidence: &Evidence) -> Option<Timestamp> {
    let cpu = &evidence.metrics.read()?.cpu;
    let now = cpu.lately(evidence.gathered_at).filter(|now| *now >= BUSY_PERCENT)?;
    let halfway = cpu.before(evidence.gathered_at).map_or(BUSY_PERCENT, |before| before.midpoint(now));
    cpu.above_since(halfway)
}

/// Since when a notable share of the requests is refused, if it is and was seen to begin. The newest period may have seen a
/// handful of requests only, so it says nothing by itself.
pub(super) fn refused_since(evidence: &Evidence) -> Option<Timestamp> {
    let streak = streak(&evidence.metrics.read().map(Metrics::refused_share)?, REFUSED_PERCENT)?;
    (streak.seen_to_begin && streak.periods > 1).then_some(streak.since)
}

/// When the first began of what the metrics show to be wrong now, of that which was seen to begin.
fn began(evidence: &Evidence) -> Option<Timestamp> {
    let slow = slow(evidence).and_then(|slow| slow.since);
    let all = [failing_since(evidence), slow, busy_since(evidence), refused_since(evidence), surge_since(evidence)];
    all.into_iter().flatten().min()
}

fn surge_since(evidence: &Evidence) -> Option<Timestamp> {
    let requests = &evidence.metrics.read()?.requests;
    let usual = requests.before(evidence.gathered_at).filter(|_| many_more_requests(evidence))?;
    requests.above_since(usual * SURGE_BEGINS)
}
