//! What an alarm watches, and when it goes off.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::AlarmState;
use crate::id::Arn;

/// What an alarm watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Measure {
    /// One metric against a threshold.
    Metric {
        /// The metric.
        metric: Metric,
        /// When it goes off.
        condition: Condition,
    },
    /// A metric math expression, or a Metrics Insights query, against a threshold.
    Math {
        /// The expression whose result is compared.
        expression: String,
        /// Its label.
        label: Option<String>,
        /// The metrics it is computed from; none for a Metrics Insights query.
        metrics: Vec<Metric>,
        /// When it goes off.
        condition: Condition,
    },
    /// A metric against the band that anomaly detection expects.
    Anomaly {
        /// The expression of the band, `ANOMALY_DETECTION_BAND(…)`, where the message carries it.
        band: Option<String>,
        /// The metric, or those that the watched expression is computed from.
        metrics: Vec<Metric>,
        /// When it goes off; there is no fixed threshold.
        condition: Condition,
    },
    /// Other alarms.
    Composite {
        /// The rule, such as `ALARM("a") OR ALARM("b")`.
        rule: String,
        /// The alarms whose change triggered this one; may be empty.
        children: Vec<Child>,
    },
    /// The message does not say.
    Unknown,
}

/// One metric with the statistic and period that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// Such as `AWS/ApplicationELB`.
    pub namespace: String,
    /// Such as `HTTPCode_Target_5XX_Count`.
    pub name: String,
    /// Such as `LoadBalancer` → `app/web/0123456789abcdef`.
    pub dimensions: BTreeMap<String, String>,
    /// As the CloudWatch API writes it: `Average`, `Sum`, `p95`.
    pub statistic: Option<String>,
    /// Seconds.
    pub period_s: Option<u32>,
}

/// When an alarm goes off. Direct and EventBridge messages carry little of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// How the metric is compared with the threshold.
    pub comparison: Option<Comparison>,
    /// In the metric's own unit.
    pub threshold: Option<f64>,
    /// N of "M out of N".
    pub evaluation_periods: Option<u32>,
    /// M of "M out of N"; absent means all N.
    pub datapoints_to_alarm: Option<u32>,
    /// What a missing datapoint counts as.
    pub missing_data: Option<MissingData>,
}

/// `ComparisonOperator` of the API reference's `PutMetricAlarm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are CloudWatch's own and say it")]
pub enum Comparison {
    GreaterThanOrEqualToThreshold,
    GreaterThanThreshold,
    LessThanThreshold,
    LessThanOrEqualToThreshold,
    LessThanLowerOrGreaterThanUpperThreshold,
    LessThanLowerThreshold,
    GreaterThanUpperThreshold,
}

impl Comparison {
    /// Reads what CloudWatch writes.
    pub fn read(text: &str) -> Option<Self> {
        Some(match text {
            "GreaterThanOrEqualToThreshold" => Self::GreaterThanOrEqualToThreshold,
            "GreaterThanThreshold" => Self::GreaterThanThreshold,
            "LessThanThreshold" => Self::LessThanThreshold,
            "LessThanOrEqualToThreshold" => Self::LessThanOrEqualToThreshold,
            "LessThanLowerOrGreaterThanUpperThreshold" => Self::LessThanLowerOrGreaterThanUpperThreshold,
            "LessThanLowerThreshold" => Self::LessThanLowerThreshold,
            "GreaterThanUpperThreshold" => Self::GreaterThanUpperThreshold,
            _ => return None,
        })
    }

    /// Whether it compares with a band of anomaly detection rather than with a number.
    pub fn is_band(self) -> bool {
        matches!(
            self,
            Self::LessThanLowerOrGreaterThanUpperThreshold
                | Self::LessThanLowerThreshold
                | Self::GreaterThanUpperThreshold
        )
    }

    /// For a sentence: "5.2 `above` 5".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::GreaterThanOrEqualToThreshold => "at or above",
            Self::GreaterThanThreshold => "above",
            Self::LessThanThreshold => "below",
            Self::LessThanOrEqualToThreshold => "at or below",
            Self::LessThanLowerOrGreaterThanUpperThreshold => "outside the expected band",
            Self::LessThanLowerThreshold => "below the expected band",
            Self::GreaterThanUpperThreshold => "above the expected band",
        }
    }
}

/// `TreatMissingData` of the API reference's `PutMetricAlarm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are CloudWatch's own and say it")]
pub enum MissingData {
    Breaching,
    NotBreaching,
    Ignore,
    Missing,
}

impl MissingData {
    /// Reads `missing` and the older `- TreatMissingData:                    missing`.
    pub(super) fn read(text: &str) -> Option<Self> {
        match text.rsplit(|c: char| c == ':' || c.is_whitespace()).find(|word| !word.is_empty())? {
            word if word.eq_ignore_ascii_case("breaching") => Some(Self::Breaching),
            word if word.eq_ignore_ascii_case("notBreaching") => Some(Self::NotBreaching),
            word if word.eq_ignore_ascii_case("ignore") => Some(Self::Ignore),
            word if word.eq_ignore_ascii_case("missing") => Some(Self::Missing),
            _ => None,
        }
    }
}

/// An alarm that a composite alarm is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// Its ARN.
    pub arn: Arn,
    /// Its state when the composite changed.
    pub state: Option<AlarmState>,
    /// Since when.
    pub changed_at: Option<Timestamp>,
}

impl Measure {
    /// The metrics looked at; none for a composite.
    pub fn metrics(&self) -> &[Metric] {
        match self {
            Self::Metric { metric, .. } => std::slice::from_ref(metric),
            Self::Math { metrics, .. } | Self::Anomaly { metrics, .. } => metrics,
            Self::Composite { .. } | Self::Unknown => &[],
        }
    }

    /// When it goes off; none for a composite.
    pub fn condition(&self) -> Option<&Condition> {
        match self {
            Self::Metric { condition, .. } | Self::Math { condition, .. } | Self::Anomaly { condition, .. } => {
                Some(condition)
            }
            Self::Composite { .. } | Self::Unknown => None,
        }
    }
}
