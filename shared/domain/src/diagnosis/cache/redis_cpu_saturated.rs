//! The cache's CPU is used up, so that every command waits.
//!
//! The engine runs commands on one thread, so `EngineCPUUtilization` decides on nodes with several cores, and
//! `CPUUtilization` on those with one or two ("Which metrics should I monitor?", Amazon ElastiCache User Guide, which names
//! 90 % for both).

use crate::diagnosis::symptoms::{self, failing, sick, slow};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::Evidence;

/// At which percentage the CPU is used up.
const USED_UP: f64 = 90.0;
/// At which percentage it explains slow answers.
const BUSY: f64 = 75.0;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let cache = evidence.cache.read()?;
    let metrics = evidence.metrics.read()?;
    let at = evidence.gathered_at;
    let cpu = [("its engine's CPU", &metrics.cache_engine_cpu), ("its CPU", &metrics.cache_cpu)]
        .into_iter()
        .filter_map(|(name, series)| Some((name, series.lately(at)?, series.before(at))))
        .max_by(|(_, one, _), (_, other, _)| one.total_cmp(other))?;
    let (name, now, before) = cpu;
    let hurts = failing(evidence).is_some() || slow(evidence).is_some() || sick(evidence).is_some();
    let usual = before.is_some_and(|before| before >= now * 0.9);
    let confidence = match (now >= USED_UP, now >= BUSY, hurts) {
        (true, _, true) => Confidence::High,
        (false, true, true) if !usual => Confidence::Medium,
        (true, _, false) if !usual => Confidence::Medium,
        (_, true, _) => Confidence::Low,
        _ => return None,
    };
    let mut facts = vec![match before {
        Some(before) => format!("cache {}: {name} is at {now:.0} %, usually {before:.0} %", cache.id),
        None => format!("cache {}: {name} is at {now:.0} %", cache.id),
    }];
    facts.extend(symptoms::facts(evidence));
    Some(Finding { cause: Cause::RedisCpuSaturated, confidence, facts })
}
