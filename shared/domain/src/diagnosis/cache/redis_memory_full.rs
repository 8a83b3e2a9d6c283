//! The cache has no memory left, and what it puts out is asked for.
//!
//! Under `allkeys-lru` a full cache is the normal state, and evictions go on all the time; they hurt when reads miss for it
//! and answers become slow. Under `noeviction` a full cache refuses writes with `OOM command not allowed` ("Key eviction",
//! Valkey and Redis documentation; "Which metrics should I monitor?", Amazon ElastiCache User Guide).

use crate::diagnosis::symptoms::{self, failing, slow};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, Series};

/// Evictions a period below which they hurt nobody.
const FEW: f64 = 10.0;
/// How much more than usual counts as a change.
const MORE_TIMES: f64 = 3.0;
/// How many more reads of a hundred miss when eviction hurts.
const MISS_RISE_PERCENT: f64 = 10.0;
/// Where more reads of a hundred miss than hit, the cache is of little use.
const MOST_PERCENT: f64 = 50.0;
/// From which percentage on it is full.
const FULL_PERCENT: f64 = 95.0;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let cache = evidence.cache.read()?;
    let metrics = evidence.metrics.read()?;
    let now = evidence.gathered_at;
    let memory = metrics.cache_memory.lately(now);
    let refused = evidence.errors.read().and_then(|shapes| {
        shapes.iter().find(|shape| {
            shape.shape.contains("OOM command not allowed") && now.duration_since(shape.last_at).as_mins() < 5
        })
    });
    if let Some(refused) = refused {
        let mut facts =
            vec![format!("cache {} refuses writes: \"OOM command not allowed\" ({} times)", cache.id, refused.count)];
        facts.extend(memory.map(|memory| format!("its memory is {memory:.0} % full")));
        facts.extend(symptoms::facts(evidence));
        return Some(Finding { cause: Cause::RedisMemoryFull, confidence: Confidence::High, facts });
    }
    let evictions = metrics.cache_evictions.lately(now).filter(|evictions| *evictions >= FEW)?;
    let usual = metrics.cache_evictions.before(now).unwrap_or(0.0);
    let (missing, missed) = (miss_share(evidence, Series::lately)?, miss_share(evidence, Series::before));
    let rise = missed.map_or(0.0, |missed| missing - missed);
    let more = evictions >= usual.max(1.0) * MORE_TIMES;
    let hurts = failing(evidence).is_some() || slow(evidence).is_some();
    // Where it has been so for as long as anything was read, there is no rise to see.
    let always = !more && missing > MOST_PERCENT && memory.is_some_and(|memory| memory >= FULL_PERCENT);
    let confidence = match (more, rise >= MISS_RISE_PERCENT, hurts) {
        (false, false, true) if always => Confidence::Medium,
        (_, true, true) => Confidence::High,
        (true, true, false) => Confidence::Medium,
        (true, false, true) => Confidence::Low,
        _ => return None,
    };
    let mut facts = vec![
        format!("cache {} puts out {evictions:.0} keys a minute, usually {usual:.0}", cache.id),
        format!(
            "{missing:.0} % of reads miss{}",
            missed.map_or_else(String::new, |was| format!(", usually {was:.0} %"))
        ),
    ];
    facts.extend(memory.map(|memory| format!("its memory is {memory:.0} % full")));
    facts.extend(symptoms::facts(evidence));
    Some(Finding { cause: Cause::RedisMemoryFull, confidence, facts })
}

/// The share of reads that the cache could not answer, in percent.
fn miss_share(evidence: &Evidence, of: fn(&Series, jiff::Timestamp) -> Option<f64>) -> Option<f64> {
    let metrics = evidence.metrics.read()?;
    let misses = of(&metrics.cache_misses, evidence.gathered_at)?;
    let hits = of(&metrics.cache_hits, evidence.gathered_at)?;
    (misses + hits > 0.0).then(|| 100.0 * misses / (misses + hits))
}
