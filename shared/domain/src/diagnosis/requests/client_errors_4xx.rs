//! Many requests are refused as wrong, more than usual, while the service itself is well.

use crate::diagnosis::symptoms::failing;
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, Series};

/// From which share of requests on it matters, in percent; the P1 alarm's threshold.
const MATTERS_PERCENT: f64 = 10.0;
/// How much more than before is a change.
const MORE_TIMES: f64 = 2.0;
/// How many of the newest periods are looked at.
const NEWEST: usize = 3;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let metrics = evidence.metrics.read()?;
    let shares = |requests: &Series| -> Vec<f64> {
        let refused = |at| metrics.target_4xx.at(at).unwrap_or(0.0) + metrics.elb_4xx.at(at).unwrap_or(0.0);
        let all = |at, requests: f64| requests + metrics.elb_4xx.at(at).unwrap_or(0.0);
        requests
            .points()
            .iter()
            .filter(|point| all(point.at, point.value) > 0.0)
            .map(|point| 100.0 * refused(point.at) / all(point.at, point.value))
            .collect()
    };
    let shares = shares(&metrics.requests);
    let newest: Vec<f64> = shares.iter().rev().take(NEWEST).copied().collect();
    let older = shares.get(..shares.len().saturating_sub(15)).unwrap_or_default();
    let average = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (now, before) = (average(&newest), average(older));
    if now < MATTERS_PERCENT {
        return None;
    }
    // Where requests also fail for another reason, that one comes first.
    let others = failing(evidence).is_some_and(|failing| failing * 3.0 > now);
    let rose = !older.is_empty() && now >= before * MORE_TIMES;
    let confidence = if rose && !others { Confidence::Medium } else { Confidence::Low };
    let mut facts = vec![format!("{now:.0} % of requests are answered with 4xx, before that {before:.0} %")];
    let of_balancer = metrics.elb_4xx.lately(evidence.gathered_at).unwrap_or(0.0);
    if of_balancer > metrics.target_4xx.lately(evidence.gathered_at).unwrap_or(0.0) {
        facts.push("most are refused by the load balancer itself".to_owned());
    }
    if failing(evidence).is_none() {
        facts.push("the service itself answers without errors of its own".to_owned());
    }
    Some(Finding { cause: Cause::ClientErrors4xx, confidence, facts })
}
