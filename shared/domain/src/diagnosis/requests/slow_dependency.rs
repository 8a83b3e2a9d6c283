//! Requests wait for something outside of the service: they are slow while its own CPU and its cache are well.

use jiff::{SignedDuration, Timestamp};

use crate::diagnosis::symptoms::{self, failing, many_more_requests, slow};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{Dependency, ErrorShape, Evidence, Metrics, Series};

/// Below this the CPU is not why, in percent.
const IDLE_PERCENT: f64 = 70.0;
/// Below this the memory is not why, in percent.
const ROOM_PERCENT: f64 = 92.0;
/// So many keys a minute are put out by a cache that is too small, and not by one that tidies up.
const EVICTS: f64 = 10.0;
/// A log line this old speaks of what is over.
const YOUNG: SignedDuration = SignedDuration::from_mins(5);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let slow = slow(evidence);
    let waiting = waiting(evidence);
    if slow.is_none() && !(waiting.is_some() && failing(evidence).is_some()) {
        return None;
    }
    let metrics = evidence.metrics.read()?;
    let at = evidence.gathered_at;
    let below = |series: &crate::evidence::Series, limit: f64| series.lately(at).map(|now| now < limit);
    let own = below(&metrics.cpu, IDLE_PERCENT)? && below(&metrics.memory, ROOM_PERCENT).unwrap_or(true);
    let cache = match evidence.dependency() {
        Dependency::None => true,
        Dependency::Well => below(&metrics.cache_engine_cpu, IDLE_PERCENT).unwrap_or(true) && !thrashes(metrics, at),
        Dependency::Down { .. } | Dependency::Unread { .. } => false,
    };
    if !own || !cache || many_more_requests(evidence) {
        return None;
    }
    let confidence = match (slow.is_some(), waiting) {
        (true, Some(_)) => Confidence::High,
        (true, None) | (false, Some(_)) => Confidence::Medium,
        (false, None) => Confidence::Low,
    };
    let mut facts = symptoms::facts(evidence);
    facts.extend(metrics.cpu.lately(at).map(|cpu| format!("its own CPU is at {cpu:.0} %")));
    facts.extend(
        waiting.map(|line| format!("tasks log, {} times in {} tasks: {}", line.count, line.streams, line.shape)),
    );
    if waiting.is_none() {
        facts.push("no log line names what they wait for".to_owned());
    }
    Some(Finding { cause: Cause::SlowDependency, confidence, facts })
}

/// Whether the cache puts keys out and most reads miss.
fn thrashes(metrics: &Metrics, at: Timestamp) -> bool {
    let lately = |series: &Series| series.lately(at).unwrap_or(0.0);
    lately(&metrics.cache_evictions) >= EVICTS && lately(&metrics.cache_misses) > lately(&metrics.cache_hits)
}

/// The most frequent line of tasks that wait in vain for something else than the cache.
fn waiting(evidence: &Evidence) -> Option<&ErrorShape> {
    let waits = ["timeout", "timed out", "etimedout", "deadline exceeded", "upstream", "slow query", "esockettimedout"];
    evidence
        .errors
        .read()?
        .iter()
        .filter(|shape| {
            let lower = shape.shape.to_ascii_lowercase();
            evidence.gathered_at.duration_since(shape.last_at) < YOUNG
                && waits.iter().any(|word| lower.contains(word))
                && !lower.contains("redis")
                && shape.count > 2
        })
        .max_by_key(|shape| shape.count)
}
