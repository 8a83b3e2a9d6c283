//! Queries of `GetMetricData` and of alarms: a metric's statistic, or an expression over other queries.

use super::math::{self, Series, Source, Worth};
use super::search::Search;
use super::{MetricId, Metrics, Statistic};
use crate::cloud::clock::{Moment, Pace};
use crate::cloud::protocol::Input;
use serde_json::{Value, json};

/// One query.
#[derive(Debug, Clone)]
pub(crate) struct MetricQuery {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    pub(crate) returns_data: bool,
    pub(crate) subject: Subject,
}

/// What a query asks for.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    /// A metric's statistic over a period, in the seconds the caller wrote.
    Metric { metric: MetricId, statistic: String, period: f64 },
    /// An expression over other queries of the same request.
    Expression { text: String, period: Option<f64> },
}

impl MetricQuery {
    /// From a `MetricDataQuery`.
    pub(crate) fn read(input: &Input) -> MetricQuery {
        let stat = input.structure("MetricStat");
        let subject = match input.text("Expression") {
            Some(text) => Subject::Expression { text, period: input.number("Period") },
            None => Subject::Metric {
                metric: MetricId::read(&stat.structure("Metric")),
                statistic: stat.text("Stat").unwrap_or_default(),
                period: stat.number("Period").unwrap_or(60.0),
            },
        };
        MetricQuery {
            id: input.text("Id").unwrap_or_default(),
            label: input.text("Label"),
            returns_data: input.flag("ReturnData").unwrap_or(true),
            subject,
        }
    }

    /// The search it is, if it is one.
    pub(super) fn search(&self) -> Option<Result<Search, String>> {
        match &self.subject {
            Subject::Expression { text, .. } => Search::read(text),
            Subject::Metric { .. } => None,
        }
    }

    /// As a `MetricDataQuery` of an answer.
    pub(crate) fn described(&self) -> Value {
        let mut described = match &self.subject {
            Subject::Metric { metric, statistic, period } => {
                let dimensions: Vec<Value> =
                    metric.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
                json!({"MetricStat": {
                    "Metric": {
                        "Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions,
                    },
                    "Period": *period as i64,
                    "Stat": statistic,
                }})
            }
            Subject::Expression { text, .. } => json!({"Expression": text}),
        };
        if let Value::Object(map) = &mut described {
            map.insert("Id".to_owned(), json!(self.id));
            map.insert("Label".to_owned(), json!(self.label));
            map.insert("ReturnData".to_owned(), json!(self.returns_data));
        }
        described
    }
}

/// Consecutive windows of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Windows {
    pub(crate) first: Moment,
    pub(crate) period_millis: i64,
    pub(crate) count: usize,
}

impl Windows {
    /// The windows of a period that cover a range.
    pub(crate) fn covering(from: Moment, to: Moment, period_millis: i64) -> Windows {
        let first = from.floor(period_millis);
        let span = to.since(first).max(0);
        let count = usize::try_from((span + period_millis - 1) / period_millis.max(1)).unwrap_or(0);
        Windows { first, period_millis, count: count.min(100_800) }
    }

    /// When a window begins.
    pub(crate) fn start(&self, at: usize) -> Moment {
        self.first.after(self.period_millis.saturating_mul(at as i64))
    }
}

/// The period of a query in the caller's seconds: its own, or the longest of those it names.
pub(crate) fn period(queries: &[MetricQuery], id: &str) -> f64 {
    period_within(queries, id, queries.len())
}

fn period_within(queries: &[MetricQuery], id: &str, depth: usize) -> f64 {
    match queries.iter().find(|query| query.id == id).map(|query| &query.subject) {
        Some(Subject::Metric { period, .. } | Subject::Expression { period: Some(period), .. }) => *period,
        Some(Subject::Expression { text, period: None }) if depth > 0 => math::parse(text)
            .map(|expression| {
                let of_named = |name: &str| period_within(queries, name, depth - 1);
                math::names(&expression).into_iter().map(of_named).fold(0.0, f64::max)
            })
            .ok()
            .filter(|period| *period > 0.0)
            .unwrap_or(60.0),
        _ => 0.0,
    }
}

/// Works out a query over windows; the error is a sentence.
pub(crate) fn evaluate(
    queries: &[MetricQuery],
    id: &str,
    windows: Windows,
    metrics: &Metrics,
) -> Result<Series, String> {
    let evaluation = Evaluation { queries, windows, metrics, depth: queries.len() };
    Ok(match evaluation.series(id)? {
        Worth::Series(series) => series,
        Worth::Scalar(number) => vec![Some(number); windows.count],
        Worth::Many(_) => return Err(format!("query '{id}' gives an array of series")),
    })
}

/// The windows a query is asked for over a range, shortened by the pace.
pub(crate) fn windows_of(queries: &[MetricQuery], id: &str, from: Moment, to: Moment, pace: Pace) -> Windows {
    Windows::covering(from, to, pace.period_millis(period(queries, id).max(1.0)))
}

struct Evaluation<'a> {
    queries: &'a [MetricQuery],
    windows: Windows,
    metrics: &'a Metrics,
    depth: usize,
}

impl Source for Evaluation<'_> {
    fn series(&self, id: &str) -> Result<Worth, String> {
        let query =
            self.queries.iter().find(|query| query.id == id).ok_or_else(|| format!("no query has id '{id}'"))?;
        match &query.subject {
            Subject::Metric { metric, statistic, .. } => {
                let statistic = Statistic::parse(statistic)
                    .ok_or_else(|| format!("statistic '{statistic}' of query '{id}' is not modelled"))?;
                let value = |at| {
                    let (from, to) = (self.windows.start(at), self.windows.start(at + 1));
                    self.metrics.statistic(metric, statistic, from, to)
                };
                Ok(Worth::Series((0..self.windows.count).map(value).collect()))
            }
            Subject::Expression { text, .. } => {
                let depth = self.depth.checked_sub(1).ok_or_else(|| format!("query '{id}' refers to itself"))?;
                math::worth(&math::parse(text)?, &Evaluation { depth, ..*self })
            }
        }
    }

    fn all(&self) -> Vec<Series> {
        let metrics = self.queries.iter().filter(|query| matches!(query.subject, Subject::Metric { .. }));
        metrics
            .filter_map(|query| match self.series(&query.id) {
                Ok(Worth::Series(series)) => Some(series),
                _ => None,
            })
            .collect()
    }

    fn period(&self, id: &str) -> f64 {
        period(self.queries, id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn queries() -> Vec<MetricQuery> {
        let metric = |id: &str, name: &str| {
            json!({"Id": id, "ReturnData": false, "MetricStat": {
                "Metric": {"Namespace": "N", "MetricName": name, "Dimensions": [{"Name": "D", "Value": "d"}]},
                "Period": "60", "Stat": "Sum",
            }})
        };
        [
            metric("requests", "R"),
            metric("errors", "E"),
            json!({"Id": "share", "Expression": "100*FILL(errors,0)/requests"}),
            json!({"Id": "loop", "Expression": "loop + 1"}),
        ]
        .into_iter()
        .map(|query| MetricQuery::read(&Input(query)))
        .collect()
    }

    #[test]
    fn an_expression_is_worked_out_over_the_windows_of_its_metrics() {
        let mut metrics = Metrics::default();
        for second in 0..4 {
            metrics.record("N", "R", &[("D", "d")], 1.0, 10, Moment::from_millis(second * 1000));
        }
        metrics.record("N", "E", &[("D", "d")], 1.0, 5, Moment::from_millis(2500));
        let windows = windows_of(&queries(), "share", Moment::from_millis(0), Moment::from_millis(4000), Pace::new(30));
        assert_eq!((windows.period_millis, windows.count), (2000, 2));
        assert_eq!(evaluate(&queries(), "share", windows, &metrics), Ok(vec![Some(0.0), Some(25.0)]));
    }

    #[test]
    fn a_query_that_refers_to_itself_is_refused() {
        let windows = Windows { first: Moment::from_millis(0), period_millis: 1000, count: 1 };
        assert!(evaluate(&queries(), "loop", windows, &Metrics::default()).is_err());
    }
}
