//! Metrics as short series of points, and the shares computed from them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::TaskId;

/// A share of failed requests, in percent, that counts as "requests fail".
pub(crate) const ERRORS_MATTER_PERCENT: f64 = 1.0;

/// One value of a metric over one period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When the period began.
    pub at: Timestamp,
    /// The value.
    pub value: f64,
}

/// A metric's values, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Series(Vec<Point>);

impl Series {
    /// The points in the order of their time.
    pub fn new(mut points: Vec<Point>) -> Self {
        points.sort_by_key(|point| point.at);
        Self(points)
    }

    /// The average of the points from `from` on and before `until`; none where there are none.
    pub fn average(&self, from: Timestamp, until: Timestamp) -> Option<f64> {
        let within = self.0.iter().filter(|point| (from..until).contains(&point.at));
        let (sum, count) = within.fold((0.0, 0_u32), |(sum, count), point| (sum + point.value, count + 1));
        (count > 0).then(|| sum / f64::from(count))
    }

    /// The newest value.
    pub fn latest(&self) -> Option<Point> {
        self.0.last().copied()
    }

    /// The value of the period that began at `at`.
    pub fn at(&self, at: Timestamp) -> Option<f64> {
        self.0.binary_search_by_key(&at, |point| point.at).ok().and_then(|i| self.0.get(i)).map(|point| point.value)
    }

    /// The shortest time between two points: the period, as far as the series shows it.
    pub fn spacing(&self) -> Option<SignedDuration> {
        self.0
            .windows(2)
            .filter_map(|pair| match pair {
                [earlier, later] => Some(later.at.duration_since(earlier.at)),
                _ => None,
            })
            .min()
    }

    /// The points, oldest first.
    pub fn points(&self) -> &[Point] {
        &self.0
    }
}

/// The metrics of a service, its load balancer and its cache.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Requests a period.
    pub requests: Series,
    /// Answers of the tasks with status 5xx a period. No point means none: the metric is only reported when it is not zero.
    pub target_5xx: Series,
    /// Answers of the load balancer itself with status 5xx a period; no point means none.
    pub elb_5xx: Series,
    /// Answers of the tasks with status 4xx a period; no point means none.
    pub target_4xx: Series,
    /// Answers of the load balancer itself with status 4xx a period; no point means none.
    pub elb_4xx: Series,
    /// The median of the response time in seconds.
    pub latency_p50: Series,
    /// The 95th percentile of the response time in seconds.
    pub latency_p95: Series,
    /// The 99th percentile of the response time in seconds.
    pub latency_p99: Series,
    /// The service's CPU in percent of what it reserves.
    pub cpu: Series,
    /// The service's memory in percent of what it reserves.
    pub memory: Series,
    /// The memory of each task in percent of its limit, where Container Insights has it.
    pub memory_by_task: BTreeMap<TaskId, Series>,
    /// The CPU of each task in percent of what it reserves, where Container Insights has it.
    pub cpu_by_task: BTreeMap<TaskId, Series>,
    /// Connections to the cache.
    pub cache_connections: Series,
    /// The cache's memory in percent.
    pub cache_memory: Series,
    /// The CPU of the cache's node in percent, over all of its cores.
    pub cache_cpu: Series,
    /// The CPU of the cache's engine in percent of the one core that it can use.
    pub cache_engine_cpu: Series,
    /// Keys that the cache put out for lack of memory, a period.
    pub cache_evictions: Series,
    /// Reads that the cache could answer, a period.
    pub cache_hits: Series,
    /// Reads that the cache could not answer, a period.
    pub cache_misses: Series,
    /// How many seconds a replica is behind its primary.
    pub cache_lag: Series,
}

/// What is usual: averages over an hour, each absent where the metric had no points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Typical {
    /// Requests a minute.
    pub requests: Option<f64>,
    /// The share of requests that were answered with 5xx, in percent.
    pub error_share: Option<f64>,
    /// The median of the response time in seconds.
    pub latency_p50: Option<f64>,
    /// The 95th percentile of the response time in seconds.
    pub latency_p95: Option<f64>,
    /// The 99th percentile of the response time in seconds.
    pub latency_p99: Option<f64>,
    /// The service's CPU in percent of what it reserves.
    pub cpu: Option<f64>,
    /// The service's memory in percent of what it reserves.
    pub memory: Option<f64>,
}

impl Metrics {
    /// The share of requests that were answered with 5xx in each period, in percent, oldest first. Periods without a
    /// request have no share.
    ///
    /// A request that the load balancer itself answered reached no target and is not in the target group's count
    /// ("CloudWatch metrics for your Application Load Balancer"), so it is added on both sides.
    pub fn error_share(&self) -> Vec<Point> {
        self.share(&self.elb_5xx)
    }

    /// The same, counting only what the tasks themselves answered: a load balancer may serve others too.
    pub fn target_error_share(&self) -> Vec<Point> {
        self.share(&Series::default())
    }

    fn share(&self, elb_5xx: &Series) -> Vec<Point> {
        let mut periods: Vec<Timestamp> =
            self.requests.points().iter().chain(elb_5xx.points()).map(|point| point.at).collect();
        periods.sort_unstable();
        periods.dedup();
        let share = |at: Timestamp| {
            let of = |series: &Series| series.at(at).unwrap_or(0.0).max(0.0);
            let requests = of(&self.requests) + of(elb_5xx);
            let errors = of(&self.target_5xx) + of(elb_5xx);
            (requests > 0.0).then(|| Point { at, value: (100.0 * errors / requests).min(100.0) })
        };
        periods.into_iter().filter_map(share).collect()
    }

    /// The share of requests that the tasks refused with 4xx in each period, in percent, oldest first.
    pub fn refused_share(&self) -> Vec<Point> {
        let share = |point: &Point| Point {
            at: point.at,
            value: 100.0 * self.target_4xx.at(point.at).unwrap_or(0.0) / point.value,
        };
        self.requests.points().iter().filter(|point| point.value > 0.0).map(share).collect()
    }

    /// What was usual from `from` on and before `until`.
    pub fn typical(&self, from: Timestamp, until: Timestamp) -> Typical {
        let of = |series: &Series| series.average(from, until);
        Typical {
            requests: of(&self.requests),
            error_share: Series::new(self.error_share()).average(from, until),
            latency_p50: of(&self.latency_p50),
            latency_p95: of(&self.latency_p95),
            latency_p99: of(&self.latency_p99),
            cpu: of(&self.cpu),
            memory: of(&self.memory),
        }
    }

    /// The share of errors in the newest period that had requests, in percent.
    pub fn latest_error_share(&self) -> Option<Point> {
        self.error_share().last().copied()
    }
}

/// The periods in which requests fail until now, and the one before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streak {
    /// When it began.
    pub since: Timestamp,
    /// How many periods it lasts.
    pub periods: usize,
    /// Whether the period before it was good, so that its beginning was seen.
    pub seen_to_begin: bool,
}

/// The failing periods at the end of a share, above `percent`; `None` if the newest is good.
pub fn streak(share: &[Point], percent: f64) -> Option<Streak> {
    let periods = share.iter().rev().take_while(|point| point.value > percent).count();
    let before = share.len().checked_sub(periods)?;
    Some(Streak { since: share.get(before)?.at, periods, seen_to_begin: before > 0 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn minute(n: i64) -> Timestamp {
        Timestamp::from_second(n * 60).unwrap()
    }

    fn series(values: &[(i64, f64)]) -> Series {
        Series::new(values.iter().map(|(n, value)| Point { at: minute(*n), value: *value }).collect())
    }

    #[test]
    fn a_period_without_an_error_point_has_no_errors() {
        let metrics = Metrics {
            requests: series(&[(1, 200.0), (2, 200.0)]),
            target_5xx: series(&[(2, 20.0)]),
            ..Metrics::default()
        };
        let shares: Vec<f64> = metrics.error_share().iter().map(|point| point.value).collect();
        assert_eq!(shares, [0.0, 10.0]);
        assert_eq!(
            streak(&metrics.error_share(), 5.0),
            Some(Streak { since: minute(2), periods: 1, seen_to_begin: true })
        );
    }

    #[test]
    fn errors_that_are_over_have_no_beginning() {
        let metrics = Metrics {
            requests: series(&[(1, 100.0), (2, 100.0), (3, 100.0)]),
            elb_5xx: series(&[(1, 50.0), (2, 50.0)]),
            ..Metrics::default()
        };
        assert_eq!(streak(&metrics.error_share(), 5.0), None);
    }

    #[test]
    fn what_the_load_balancer_answers_itself_counts_as_a_request_that_failed() {
        let metrics =
            Metrics { requests: series(&[(1, 90.0)]), elb_5xx: series(&[(1, 10.0), (2, 50.0)]), ..Metrics::default() };
        let shares: Vec<f64> = metrics.error_share().iter().map(|point| point.value).collect();
        assert_eq!(shares, [10.0, 100.0], "with every target gone there is no count of requests at all");
    }

    #[test]
    fn a_service_without_requests_has_no_share() {
        assert_eq!(Metrics { requests: series(&[(1, 0.0)]), ..Metrics::default() }.latest_error_share(), None);
    }
}
