//! The list of metrics and expressions that math and anomaly alarms carry: `Metrics` of `PutMetricAlarm`, capitalised
//! in SNS messages and not in direct ones.

use serde_json::Value;

use super::field::{self, Object};
use super::measure::{Comparison, Condition, Measure, MissingData};
use super::{Metric, text};

/// Longest expression that is kept: `Expression` of the API reference's `MetricDataQuery`.
const EXPRESSION: usize = 2048;
/// Longest namespace, metric name, label and statistic that is kept.
const LABEL: usize = 255;
/// Most entries that are kept; AWS allows 20 in an alarm.
const ENTRIES: usize = 20;

/// One entry of the list.
struct Query<'a> {
    id: Option<&'a str>,
    expression: Option<&'a str>,
    label: Option<&'a str>,
    metric: Option<Metric>,
    returns: bool,
}

/// The first of two spellings that is there.
fn either<'a>(object: &'a Object, upper: &str, lower: &str) -> Option<&'a Value> {
    object.get(upper).or_else(|| object.get(lower))
}

impl<'a> Query<'a> {
    fn read(value: &'a Value) -> Option<Self> {
        let entry = value.as_object()?;
        let text = |upper, lower| either(entry, upper, lower).and_then(Value::as_str);
        Some(Self {
            id: text("Id", "id"),
            expression: text("Expression", "expression"),
            label: text("Label", "label"),
            metric: either(entry, "MetricStat", "metricStat").and_then(Value::as_object).and_then(metric),
            returns: either(entry, "ReturnData", "returnData").and_then(Value::as_bool).unwrap_or(true),
        })
    }

    fn is_band(&self) -> bool {
        self.expression.is_some_and(|expression| expression.contains("ANOMALY_DETECTION_BAND"))
    }
}

fn metric(stat: &Object) -> Option<Metric> {
    let metric = either(stat, "Metric", "metric")?.as_object()?;
    let name = ["MetricName", "name", "metricName"].iter().find_map(|spelling| field::string(metric, spelling))?;
    let namespace = either(metric, "Namespace", "namespace").and_then(Value::as_str).unwrap_or_default();
    let period = field::whole(stat, "Period").or_else(|| field::whole(stat, "period"));
    Some(Metric {
        namespace: text::bounded(namespace, LABEL),
        name: text::bounded(name, LABEL),
        dimensions: field::pairs(either(metric, "Dimensions", "dimensions")),
        statistic: either(stat, "Stat", "stat").and_then(Value::as_str).map(statistic),
        period_s: period,
    })
}

/// SNS writes the five plain statistics in capitals, the API and direct messages do not.
pub(super) fn statistic(text: &str) -> String {
    match text {
        "AVERAGE" => "Average".to_owned(),
        "SUM" => "Sum".to_owned(),
        "MINIMUM" => "Minimum".to_owned(),
        "MAXIMUM" => "Maximum".to_owned(),
        "SAMPLE_COUNT" | "SAMPLECOUNT" => "SampleCount".to_owned(),
        other => text::bounded(other, LABEL),
    }
}

/// What an alarm with such a list watches. `threshold_id` names the entry that is the band, where the message says so.
pub(super) fn measure(list: &[Value], condition: Condition, threshold_id: Option<&str>, has_band: bool) -> Measure {
    let mut queries: Vec<Query<'_>> = list.iter().filter_map(Query::read).take(ENTRIES).collect();
    let band = queries.iter().find(|query| query.is_band() || (query.id.is_some() && query.id == threshold_id));
    let band = band.and_then(|query| query.expression).map(|expression| text::bounded(expression, EXPRESSION));
    if band.is_some() || has_band || threshold_id.is_some() || condition.comparison.is_some_and(Comparison::is_band) {
        let metrics = queries.iter_mut().filter_map(|query| query.metric.take()).collect();
        return Measure::Anomaly { band, metrics, condition };
    }
    let compared = queries.iter().find(|query| query.returns && query.expression.is_some());
    if let Some(query) = compared.or_else(|| queries.iter().find(|query| query.expression.is_some())) {
        let expression = text::bounded(query.expression.unwrap_or_default(), EXPRESSION);
        let label = query.label.map(|label| text::bounded(label, LABEL));
        let metrics = queries.iter_mut().filter_map(|query| query.metric.take()).collect();
        return Measure::Math { expression, label, metrics, condition };
    }
    match queries.into_iter().filter(|query| query.returns).find_map(|query| query.metric) {
        Some(metric) => Measure::Metric { metric, condition },
        None => Measure::Unknown,
    }
}

/// The condition, from an SNS `Trigger`, a direct `configuration` or `reasonData`; whichever spelling it has.
pub(super) fn condition(object: &Object) -> Condition {
    let text = |upper, lower| either(object, upper, lower).and_then(Value::as_str);
    let whole = |upper, lower| field::whole(object, upper).or_else(|| field::whole(object, lower));
    Condition {
        comparison: text("ComparisonOperator", "comparisonOperator").and_then(Comparison::read),
        threshold: field::number(object, "Threshold").or_else(|| field::number(object, "threshold")),
        evaluation_periods: whole("EvaluationPeriods", "evaluationPeriods"),
        datapoints_to_alarm: whole("DatapointsToAlarm", "datapointsToAlarm"),
        missing_data: text("TreatMissingData", "treatMissingData").and_then(MissingData::read),
    }
}
