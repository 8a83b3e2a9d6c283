//! The cache cannot be reached, and the service suffers for it.

use jiff::SignedDuration;

use crate::diagnosis::symptoms::{self, failing, failing_since, sick, slow};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{Dependency, Evidence, Metrics};

/// An event of the cache that may explain what happens now.
const LATELY: SignedDuration = SignedDuration::from_mins(30);
/// A load in percent at which commands wait so long that clients give up, although the cache is there.
const OVERLOADED_PERCENT: f64 = 85.0;
/// The share of the usual connections that is left when nobody can connect.
const HARDLY_ANY: f64 = 0.2;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let Dependency::Down { mut facts, .. } = evidence.dependency() else {
        return None;
    };
    if sick(evidence).is_none() && failing(evidence).is_none() && slow(evidence).is_none() {
        return None;
    }
    // By itself a fall of the connections may as well mean that there are fewer tasks.
    facts.extend(evidence.metrics.read().and_then(|metrics| connections_fell(evidence, metrics)));
    facts.extend(evidence.cache_events.read().and_then(|events| {
        let event = events
            .iter()
            .find(|event| evidence.gathered_at.duration_since(event.at) < LATELY && interrupts(&event.message))?;
        Some(format!("ElastiCache says: {}", event.message))
    }));
    // One sign can have another reason (a maintenance, a late metric); two agree only when it is really away.
    let confidence = match facts.len() {
        2.. => Confidence::High,
        _ if only_logged(evidence) && (overloaded(evidence) || of_one_task(evidence) || unmeasured(evidence)) => {
            Confidence::Low
        }
        _ => Confidence::Medium,
    };
    facts.extend(symptoms::facts(evidence));
    Some(Finding { cause: Cause::RedisUnreachable, confidence, facts })
}

fn connections_fell(evidence: &Evidence, metrics: &Metrics) -> Option<String> {
    let before = metrics.cache_connections.before(evidence.gathered_at).filter(|before| *before >= 5.0)?;
    let now = metrics.cache_connections.lately(evidence.gathered_at)?;
    let tasks_run = evidence.service.read().is_some_and(|service| service.running >= service.desired.max(1));
    (tasks_run && now <= before * HARDLY_ANY).then(|| format!("its connections fell from {before:.0} to {now:.0}"))
}

/// Words of "ElastiCache events" (Amazon ElastiCache User Guide) that go with an interruption.
pub(super) fn interrupts(message: &str) -> bool {
    let lower = message.to_ascii_lowercase();
    ["failover", "recover", "reboot", "restart", "replac", "shutdown", "delet", "fail"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Whether nothing but the tasks says so.
fn only_logged(evidence: &Evidence) -> bool {
    evidence.cache.read().is_some_and(crate::evidence::Cache::serving)
}

/// Whether the cache, or the tasks that ask it, are so loaded that answers come late.
fn overloaded(evidence: &Evidence) -> bool {
    evidence.metrics.read().is_none_or(|metrics| {
        [&metrics.cache_engine_cpu, &metrics.cache_cpu, &metrics.cpu]
            .into_iter()
            .any(|cpu| cpu.lately(evidence.gathered_at).is_some_and(|now| now >= OVERLOADED_PERCENT))
    })
}

/// Whether the cache's metrics, which come late, do not reach into the trouble yet: then its load is not known.
fn unmeasured(evidence: &Evidence) -> bool {
    let began = failing_since(evidence).or_else(|| slow(evidence)?.since);
    let measured = evidence.metrics.read().and_then(|metrics| metrics.cache_engine_cpu.latest());
    began.is_some_and(|began| measured.is_none_or(|point| point.at <= began))
}

/// Whether only one of several tasks says so.
fn of_one_task(evidence: &Evidence) -> bool {
    let several = evidence.service.read().is_none_or(|service| service.running > 1);
    let most = evidence.errors.read().into_iter().flatten().max_by_key(|shape| shape.count);
    several && most.is_none_or(|shape| shape.streams <= 1)
}
