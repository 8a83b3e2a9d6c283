//! Who is affected: how many targets are sick, how many requests fail, and how slow the others are against what is usual.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::since::{Beginning, Since};
use super::told;
use crate::evidence::{Evidence, Metrics, TargetHealth, Typical};

/// Without failing requests the last minutes stand for the present.
const PRESENT: SignedDuration = SignedDuration::from_mins(5);
/// What came before is averaged over this long.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// Who is affected; each part absent where it was not read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Affected {
    /// The targets.
    pub targets: Option<Targets>,
    /// The requests.
    pub requests: Option<Failing>,
    /// How long answers take.
    pub latency: Option<Latency>,
    /// How many tasks run of how many there should be.
    pub tasks: Option<(u32, u32)>,
}

/// The targets that take requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// How many fail their health check.
    pub sick: u32,
    /// How many are checked at all.
    pub of: u32,
    /// The zone in which all the sick ones are although others are elsewhere.
    pub only_in: Option<String>,
    /// Why the first of them is sick, in the load balancer's words.
    pub why: Option<String>,
}

/// The requests that fail, averaged since it began.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failing {
    /// How many a minute.
    pub a_minute: f64,
    /// Their share of all requests, in percent.
    pub percent: f64,
}

/// How long answers take now, and took before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Since it began.
    pub now: Percentiles,
    /// In the hour before.
    pub hour_before: Percentiles,
    /// At the same hour a week before.
    pub week_before: Percentiles,
}

/// The response time in seconds; absent where there were no answers, or it was not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// The median.
    pub p50: Option<f64>,
    /// The 95th percentile.
    pub p95: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
}

impl Percentiles {
    fn of(typical: &Typical) -> Self {
        let [p50, p95, p99] =
            [typical.latency_p50, typical.latency_p95, typical.latency_p99].map(|it| it.map(thousandths));
        Self { p50, p95, p99 }
    }

    /// Whether there is any.
    pub fn is_known(&self) -> bool {
        self.p50.is_some() || self.p95.is_some() || self.p99.is_some()
    }
}

pub(super) fn of(evidence: &Evidence, since: Option<&Since>) -> Affected {
    let began = since.map_or(evidence.gathered_at - PRESENT, |since| since.at);
    Affected {
        targets: targets(evidence),
        requests: evidence.metrics.read().and_then(|metrics| failing(metrics, since)),
        latency: evidence.metrics.read().and_then(|metrics| latency(metrics, evidence, began)),
        tasks: evidence.service.read().map(|service| (service.running, service.desired)),
    }
}

fn targets(evidence: &Evidence) -> Option<Targets> {
    let sick = evidence.sick()?;
    let all = evidence.targets.read().map_or(&[][..], Vec::as_slice);
    let is_sick = |health| health == TargetHealth::Unhealthy;
    let first = all.iter().find(|target| is_sick(target.health));
    let zone = first.and_then(|target| target.zone.as_deref());
    let alone = zone.filter(|zone| {
        let there = |target: &&crate::evidence::Target| target.zone.as_deref() == Some(zone);
        all.iter().filter(|target| is_sick(target.health)).all(|target| there(&target))
            && !all.iter().all(|t| there(&t))
    });
    let why = first.and_then(|target| target.description.as_deref().or(target.reason.as_deref()));
    Some(Targets { sick: sick.sick, of: sick.of, only_in: alone.map(told), why: why.map(told) })
}

/// The sums over the failing periods; over the newest whole period where none fails.
fn failing(metrics: &Metrics, since: Option<&Since>) -> Option<Failing> {
    let period = metrics.requests.spacing().or(metrics.elb_5xx.spacing()).unwrap_or(SignedDuration::from_mins(1));
    let newest = metrics.error_share().last()?.at;
    let from = match since {
        Some(Since { at, by: Beginning::Requests { .. } }) => *at,
        _ => newest,
    };
    let sum = |series: &crate::evidence::Series| -> f64 {
        series.points().iter().filter(|point| point.at >= from).map(|point| point.value.max(0.0)).sum()
    };
    let errors = sum(&metrics.target_5xx) + sum(&metrics.elb_5xx);
    let requests = sum(&metrics.requests) + sum(&metrics.elb_5xx);
    let minutes = (newest.duration_since(from) + period).as_secs_f64() / 60.0;
    (requests > 0.0 && minutes > 0.0).then(|| Failing {
        a_minute: thousandths(errors / minutes),
        percent: thousandths((100.0 * errors / requests).min(100.0)),
    })
}

/// Rounded to what anybody reads, so that a number is the same after it was written and read any number of times.
fn thousandths(value: f64) -> f64 {
    // The sum of nothing is minus zero, which nobody wants to read.
    (value * 1000.0).round() / 1000.0 + 0.0
}

fn latency(metrics: &Metrics, evidence: &Evidence, began: Timestamp) -> Option<Latency> {
    // The newest period has begun by now, so a moment after it ends the present.
    let until = evidence.gathered_at + SignedDuration::from_secs(1);
    let now = Percentiles::of(&metrics.typical(began, until));
    now.is_known().then(|| Latency {
        now,
        hour_before: Percentiles::of(&metrics.typical(began - BEFORE, began)),
        week_before: evidence.week_before.read().map(Percentiles::of).unwrap_or_default(),
    })
}
