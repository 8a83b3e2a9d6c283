//! What an alarm is configured with, read from a template or from `PutMetricAlarm`, which name the same members.

use super::{Alarm, Standing, Watch};
use crate::cloud::metrics::{MetricQuery, MetricSubject};
use crate::cloud::names::Names;
use crate::cloud::protocol::Input;
use crate::cloud::turn::Turn;
use serde_json::Value;
use std::collections::VecDeque;

/// How a value is held against the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    fn parse(name: &str) -> Option<Comparison> {
        Some(match name {
            "GreaterThanThreshold" => Comparison::Greater,
            "GreaterThanOrEqualToThreshold" => Comparison::GreaterOrEqual,
            "LessThanThreshold" => Comparison::Less,
            "LessThanOrEqualToThreshold" => Comparison::LessOrEqual,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Comparison::Greater => "GreaterThanThreshold",
            Comparison::GreaterOrEqual => "GreaterThanOrEqualToThreshold",
            Comparison::Less => "LessThanThreshold",
            Comparison::LessOrEqual => "LessThanOrEqualToThreshold",
        }
    }

    /// As in an alarm's reason.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Comparison::Greater => "greater than",
            Comparison::GreaterOrEqual => "greater than or equal to",
            Comparison::Less => "less than",
            Comparison::LessOrEqual => "less than or equal to",
        }
    }

    pub(crate) fn is_breached(self, value: f64, threshold: f64) -> bool {
        match self {
            Comparison::Greater => value > threshold,
            Comparison::GreaterOrEqual => value >= threshold,
            Comparison::Less => value < threshold,
            Comparison::LessOrEqual => value <= threshold,
        }
    }
}

/// How missing datapoints are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MissingData {
    Missing,
    Ignore,
    Breaching,
    NotBreaching,
}

impl MissingData {
    fn parse(name: &str) -> Option<MissingData> {
        Some(match name {
            "missing" => MissingData::Missing,
            "ignore" => MissingData::Ignore,
            "breaching" => MissingData::Breaching,
            "notBreaching" => MissingData::NotBreaching,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            MissingData::Missing => "missing",
            MissingData::Ignore => "ignore",
            MissingData::Breaching => "breaching",
            MissingData::NotBreaching => "notBreaching",
        }
    }
}

/// A metric or math alarm's configuration.
#[derive(Debug, Clone)]
pub(crate) struct MetricConfig {
    /// What is watched, as queries; a plain metric alarm has one.
    pub(crate) queries: Vec<MetricQuery>,
    /// The id of the query that is held against the threshold.
    pub(crate) watched: String,
    /// The period in the seconds of the template.
    pub(crate) period: f64,
    pub(crate) evaluation_periods: usize,
    pub(crate) datapoints_to_alarm: Option<usize>,
    pub(crate) threshold: f64,
    pub(crate) comparison: Comparison,
    pub(crate) missing: MissingData,
    pub(crate) unit: Option<String>,
    /// The `Metrics` member as it was given; `None` for a plain metric alarm.
    pub(crate) metrics: Option<Value>,
}

/// A composite alarm's configuration.
#[derive(Debug, Clone)]
pub(crate) struct CompositeConfig {
    pub(crate) rule: String,
}

impl MetricConfig {
    /// Reads a configuration; the error is a sentence.
    pub(crate) fn read(input: &Input) -> Result<MetricConfig, String> {
        let metrics = input.items("Metrics");
        let period = input.number("Period").unwrap_or(60.0);
        let queries: Vec<MetricQuery> = if metrics.is_empty() {
            vec![plain_query(input, period)?]
        } else {
            metrics.iter().map(MetricQuery::read).collect()
        };
        let returning: Vec<&MetricQuery> = queries.iter().filter(|query| query.returns_data).collect();
        let watched = match returning.as_slice() {
            [watched] => watched.id.clone(),
            _ => return Err("Exactly one element of the metrics list should return data.".to_owned()),
        };
        let comparison = input.text("ComparisonOperator").unwrap_or_default();
        let missing = input.text("TreatMissingData").unwrap_or_else(|| "missing".to_owned());
        let period = if metrics.is_empty() { period } else { crate::cloud::metrics::period(&queries, &watched) };
        Ok(MetricConfig {
            watched,
            period,
            evaluation_periods: input.count("EvaluationPeriods").unwrap_or(1).max(1) as usize,
            datapoints_to_alarm: input.count("DatapointsToAlarm").map(|count| count as usize),
            threshold: input.number("Threshold").ok_or("The parameter Threshold is required.")?,
            comparison: Comparison::parse(&comparison)
                .ok_or_else(|| format!("ComparisonOperator '{comparison}' is not modelled."))?,
            missing: MissingData::parse(&missing)
                .ok_or_else(|| format!("TreatMissingData '{missing}' is not valid."))?,
            unit: input.text("Unit"),
            metrics: input.member("Metrics").filter(|_| !metrics.is_empty()).cloned(),
            queries,
        })
    }

    /// The metric and statistic of a plain metric alarm.
    pub(crate) fn plain(&self) -> Option<(&crate::cloud::metrics::MetricId, &str)> {
        match (&self.metrics, self.queries.first().map(|query| &query.subject)) {
            (None, Some(MetricSubject::Metric { metric, statistic, .. })) => Some((metric, statistic)),
            _ => None,
        }
    }
}

fn plain_query(input: &Input, period: f64) -> Result<MetricQuery, String> {
    let statistic = input
        .text("Statistic")
        .or_else(|| input.text("ExtendedStatistic"))
        .ok_or("Either Statistic or ExtendedStatistic is required.")?;
    if input.text("MetricName").is_none() || input.text("Namespace").is_none() {
        return Err("MetricName and Namespace are required.".to_owned());
    }
    let metric = crate::cloud::metrics::MetricId::read(input);
    Ok(MetricQuery {
        id: "m1".to_owned(),
        label: None,
        returns_data: true,
        subject: MetricSubject::Metric { metric, statistic, period },
    })
}

impl Alarm {
    /// A new metric alarm; its state is INSUFFICIENT_DATA until it was evaluated.
    pub(crate) fn metric(name: &str, input: &Input, turn: &Turn<'_>) -> Result<Alarm, String> {
        Ok(Alarm::new(name, input, Watch::Metric(MetricConfig::read(input)?), turn))
    }

    /// A new composite alarm.
    pub(crate) fn composite(name: &str, input: &Input, turn: &Turn<'_>) -> Result<Alarm, String> {
        let rule = input.text("AlarmRule").ok_or("AlarmRule is required.")?;
        super::composite::parse(&rule)?;
        Ok(Alarm::new(name, input, Watch::Composite(CompositeConfig { rule }), turn))
    }

    fn new(name: &str, input: &Input, watch: Watch, turn: &Turn<'_>) -> Alarm {
        let names: &Names = turn.names;
        Alarm {
            name: name.to_owned(),
            arn: names.arn("cloudwatch", &format!("alarm:{name}")),
            description: input.text("AlarmDescription"),
            actions_enabled: input.flag("ActionsEnabled").unwrap_or(true),
            ok_actions: input.texts("OKActions"),
            alarm_actions: input.texts("AlarmActions"),
            insufficient_data_actions: input.texts("InsufficientDataActions"),
            tags: input.tags("Tags"),
            configured_at: turn.now,
            standing: Standing::unchecked(turn.now),
            watch,
            next_evaluation: turn.now,
            history: VecDeque::new(),
        }
    }
}
