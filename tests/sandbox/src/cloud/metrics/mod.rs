//! CloudWatch metrics: kept in buckets of a second, read as statistics over periods and as metric math.

mod api;
mod math;
mod png;
mod query;
mod search;
mod widget;

pub(crate) use api::call;
pub(crate) use query::{MetricQuery, Subject as MetricSubject, Windows, evaluate, period};

use super::clock::Moment;
use super::protocol::Input;
use std::collections::BTreeMap;

/// How long metrics are kept, in seconds of real time: 15 days, as CloudWatch keeps those of a minute.
const KEPT_SECONDS: i64 = 15 * 24 * 3600;

/// What identifies a metric: all its dimensions, exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MetricId {
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// Sorted by name.
    pub(crate) dimensions: Vec<(String, String)>,
}

impl MetricId {
    pub(crate) fn new(namespace: &str, name: &str, mut dimensions: Vec<(String, String)>) -> MetricId {
        dimensions.sort();
        MetricId { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
    }

    /// From a structure with `Namespace`, `MetricName` and `Dimensions` of `Name` and `Value`.
    pub(crate) fn read(input: &Input) -> MetricId {
        let dimensions = input
            .items("Dimensions")
            .iter()
            .filter_map(|dimension| Some((dimension.text("Name")?, dimension.text("Value")?)))
            .collect();
        let text = |name: &str| input.text(name).unwrap_or_default();
        MetricId::new(&text("Namespace"), &text("MetricName"), dimensions)
    }
}

/// How samples become one number (CloudWatch User Guide, "CloudWatch statistics definitions").
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    Average,
    Sum,
    Minimum,
    Maximum,
    SampleCount,
    /// `p95`: 95.
    Percentile(f64),
}

impl Statistic {
    /// From its name; `None` for statistics that are not modelled, such as trimmed means.
    pub(crate) fn parse(name: &str) -> Option<Statistic> {
        Some(match name {
            "Average" => Statistic::Average,
            "Sum" => Statistic::Sum,
            "Minimum" => Statistic::Minimum,
            "Maximum" => Statistic::Maximum,
            "SampleCount" => Statistic::SampleCount,
            other => {
                let percent: f64 = other.strip_prefix('p')?.parse().ok()?;
                Statistic::Percentile(percent).in_range()?
            }
        })
    }

    fn in_range(self) -> Option<Statistic> {
        match self {
            Statistic::Percentile(percent) if !(0.0..=100.0).contains(&percent) => None,
            other => Some(other),
        }
    }
}

/// Samples of one second, equal neighbours counted together.
#[derive(Debug, Default, Clone)]
struct Bucket(Vec<(f64, u32)>);

impl Bucket {
    fn add(&mut self, value: f64, count: u32) {
        match self.0.last_mut() {
            Some((last, times)) if *last == value => *times += count,
            _ => self.0.push((value, count)),
        }
    }
}

/// Every metric of the account.
#[derive(Debug, Default, Clone)]
pub(crate) struct Metrics {
    series: BTreeMap<MetricId, BTreeMap<i64, Bucket>>,
}

impl Metrics {
    /// Adds `count` samples of a value; none when `count` is 0, so that a metric of which there is nothing to report is
    /// missing and not zero.
    pub(crate) fn record(
        &mut self,
        namespace: &str,
        name: &str,
        dimensions: &[(&str, &str)],
        value: f64,
        count: u32,
        at: Moment,
    ) {
        if count > 0 {
            let dimensions = dimensions.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            self.add(MetricId::new(namespace, name, dimensions), value, count, at);
        }
    }

    /// Adds `count` samples of a value to a metric.
    pub(crate) fn add(&mut self, id: MetricId, value: f64, count: u32, at: Moment) {
        let second = at.millis().div_euclid(1000);
        let buckets = self.series.entry(id).or_default();
        buckets.entry(second).or_default().add(value, count);
        while buckets.first_key_value().is_some_and(|(first, _)| second - first > KEPT_SECONDS) {
            buckets.pop_first();
        }
    }

    /// A statistic of the samples from one moment up to, but without, another; `None` when there are none.
    pub(crate) fn statistic(&self, id: &MetricId, statistic: Statistic, from: Moment, to: Moment) -> Option<f64> {
        let buckets = self.series.get(id)?;
        let (first, last) = (from.millis().div_euclid(1000), to.millis().div_euclid(1000));
        if first >= last {
            return None;
        }
        let samples: Vec<(f64, u32)> =
            buckets.range(first..last).flat_map(|(_, bucket)| bucket.0.iter().copied()).collect();
        let count: f64 = samples.iter().map(|(_, times)| f64::from(*times)).sum();
        if samples.is_empty() {
            return None;
        }
        let sum: f64 = samples.iter().map(|(value, times)| value * f64::from(*times)).sum();
        Some(match statistic {
            Statistic::Average => sum / count,
            Statistic::Sum => sum,
            Statistic::SampleCount => count,
            Statistic::Minimum => samples.iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min),
            Statistic::Maximum => samples.iter().map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max),
            Statistic::Percentile(percent) => percentile(samples, count * percent / 100.0),
        })
    }

    /// The metrics that have samples.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &MetricId> {
        self.series.keys()
    }
}

/// The value that at least `rank` samples do not exceed.
fn percentile(mut samples: Vec<(f64, u32)>, rank: f64) -> f64 {
    samples.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut seen = 0.0;
    for (value, times) in &samples {
        seen += f64::from(*times);
        if seen >= rank {
            return *value;
        }
    }
    samples.last().map(|(value, _)| *value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(statistic: &str) -> Option<f64> {
        let mut metrics = Metrics::default();
        for (second, value) in [(0, 1.0), (1, 2.0), (2, 3.0), (3, 94.0)] {
            metrics.record("N", "M", &[("D", "d")], value, 1, Moment::from_millis(second * 1000 + 500));
        }
        let id = MetricId::new("N", "M", vec![("D".to_owned(), "d".to_owned())]);
        metrics.statistic(&id, Statistic::parse(statistic)?, Moment::from_millis(0), Moment::from_millis(4000))
    }

    #[test]
    fn statistics_are_what_their_names_say() {
        assert_eq!(read("Average"), Some(25.0));
        assert_eq!(read("Sum"), Some(100.0));
        assert_eq!(read("Minimum"), Some(1.0));
        assert_eq!(read("Maximum"), Some(94.0));
        assert_eq!(read("SampleCount"), Some(4.0));
        assert_eq!(read("p50"), Some(2.0));
        assert_eq!(read("p95"), Some(94.0));
        assert_eq!(read("tm99"), None);
    }

    #[test]
    fn a_metric_is_found_only_by_all_its_dimensions() {
        let mut metrics = Metrics::default();
        metrics.record("N", "M", &[("A", "1"), ("B", "2")], 1.0, 1, Moment::from_millis(0));
        let read = |dimensions: &[(&str, &str)]| {
            let owned = dimensions.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            let id = MetricId::new("N", "M", owned);
            metrics.statistic(&id, Statistic::Sum, Moment::from_millis(0), Moment::from_millis(1000))
        };
        assert_eq!(read(&[("B", "2"), ("A", "1")]), Some(1.0));
        assert_eq!(read(&[("A", "1")]), None);
    }
}
