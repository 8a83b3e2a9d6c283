//! What a service suffers from. Several causes ask for it, so it is answered once; a symptom alone is no cause.

use jiff::{SignedDuration, Timestamp};

use super::ERRORS_MATTER_PERCENT;
use crate::evidence::{Evidence, Metrics, Point, Series, Sick, Target, TargetHealth, streak};

/// How much slower than usual counts as slow.
const SLOW_TIMES: f64 = 2.0;
/// A difference in the response time that nobody notices, in seconds.
const UNNOTICED_S: f64 = 0.25;
/// How many times the usual requests are many more.
const MANY_MORE: f64 = 1.8;
/// What is slow where nothing is known of what is usual: the 95th percentile in seconds.
const SLOW_S: f64 = 3.0;

/// The newest share of failed requests in percent, if it matters.
pub(super) fn failing(evidence: &Evidence) -> Option<f64> {
    let share = evidence.metrics.read().and_then(Metrics::latest_error_share)?;
    (share.value > ERRORS_MATTER_PERCENT).then_some(share.value)
}

/// Since when requests fail, if they do and were seen to begin.
pub(super) fn failing_since(evidence: &Evidence) -> Option<Timestamp> {
    let streak = streak(&evidence.metrics.read()?.error_share(), ERRORS_MATTER_PERCENT)?;
    streak.seen_to_begin.then_some(streak.since)
}

/// How slow requests are, if they are slower than usual.
pub(super) struct Slow {
    /// The 95th percentile of the response time in seconds.
    pub(super) now: f64,
    /// What it usually is.
    pub(super) usual: Option<f64>,
    /// Since when, if it was seen to begin.
    pub(super) since: Option<Timestamp>,
}

impl Slow {
    pub(super) fn fact(&self) -> String {
        match self.usual {
            Some(usual) => format!("95 % of requests take up to {:.2} s, usually {usual:.2} s", self.now),
            None => format!("95 % of requests take up to {:.2} s", self.now),
        }
    }
}

/// Whether requests are slow.
pub(super) fn slow(evidence: &Evidence) -> Option<Slow> {
    let latency = &evidence.metrics.read()?.latency_p95;
    let now = latency.lately(evidence.gathered_at)?;
    let week = evidence.week_before.read().and_then(|typical| typical.latency_p95);
    let usual = match (latency.before(evidence.gathered_at), week) {
        (Some(before), Some(week)) => Some(before.min(week)),
        (before, week) => before.or(week),
    };
    let limit = usual.map_or(SLOW_S, |usual| (usual * SLOW_TIMES).max(usual + UNNOTICED_S));
    (now >= limit).then(|| Slow { now, usual, since: latency.above_since(limit) })
}

/// The targets that are sick, if any are.
pub(super) fn sick(evidence: &Evidence) -> Option<Sick> {
    evidence.sick().filter(|sick| sick.sick > 0)
}

/// The targets that fail their health check.
pub(super) fn sick_targets(evidence: &Evidence) -> Vec<&Target> {
    evidence.targets.read().into_iter().flatten().filter(|target| target.health == TargetHealth::Unhealthy).collect()
}

/// How many times as many requests come as in the hour before.
pub(super) fn requests_times(evidence: &Evidence) -> Option<f64> {
    times(&evidence.metrics.read()?.requests, evidence.gathered_at)
}

/// Whether so many more requests come than in the hour before that they are a symptom of their own, and load the service.
pub(super) fn many_more_requests(evidence: &Evidence) -> bool {
    requests_times(evidence).is_some_and(|times| times >= MANY_MORE)
}

/// How many times as high a metric is as in the hour before.
pub(super) fn times(series: &Series, now: Timestamp) -> Option<f64> {
    let before = series.before(now).filter(|before| *before > 0.0)?;
    Some(series.lately(now)? / before)
}

/// Whether the tasks themselves answer with errors, and not only the load balancer that gets no answer from them; also where
/// that could not be read.
pub(super) fn fail_themselves(evidence: &Evidence) -> bool {
    let Some(metrics) = evidence.metrics.read() else { return true };
    metrics.target_error_share().last().is_some_and(|share| share.value > ERRORS_MATTER_PERCENT)
}

/// The sum of the points of the last minutes, for metrics that are only reported when they are not zero.
pub(super) fn sum_within(series: &Series, now: Timestamp, within: SignedDuration) -> f64 {
    let young = |point: &&Point| now.duration_since(point.at) < within;
    series.points().iter().filter(young).map(|point| point.value.max(0.0)).sum()
}

/// What is wrong with the service as facts, for causes that explain it.
pub(super) fn facts(evidence: &Evidence) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(sick) = sick(evidence) {
        facts.push(format!("{} of {} targets fail their health check", sick.sick, sick.of));
    }
    if let Some(failing) = failing(evidence) {
        facts.push(format!("{failing:.1} % of requests fail"));
    }
    if let Some(slow) = slow(evidence) {
        facts.push(slow.fact());
    }
    facts
}
