//! What CloudWatch writes about an alarm: the reason of its state, the SNS message (CloudWatch User Guide, "Notifying
//! users on alarm changes"), and the payload of the direct invocation and of the event ("Alarm events and EventBridge",
//! "Invoke a Lambda function from an alarm").

use super::config::{MetricConfig, MissingData};
use super::evaluation::{Finding, Rule};
use super::{Alarm, AlarmState, Standing, Watch};
use crate::cloud::clock::Moment;
use crate::cloud::metrics::{MetricId, MetricSubject, Windows};
use crate::cloud::names::Names;
use crate::cloud::protocol::Input;
use serde_json::{Map, Value, json};

/// The reason of a new state, in CloudWatch's wording.
pub(super) fn reason(
    rule: &Rule,
    finding: &Finding,
    points: &[Option<f64>],
    windows: Windows,
    to: AlarmState,
) -> String {
    if to == AlarmState::InsufficientData {
        let count = finding.filled;
        let (noun, verb) = if count == 1 { ("datapoint", "was") } else { ("datapoints", "were") };
        return format!("Insufficient Data: {count} {noun} {verb} unknown.");
    }
    if finding.evaluated.is_empty() {
        let treated = if rule.missing == MissingData::Breaching { "Breaching" } else { "NonBreaching" };
        let count = rule.periods;
        let (periods, noun, verb) =
            if count == 1 { ("period", "datapoint", "was") } else { ("periods", "datapoints", "were") };
        return format!(
            "Threshold Crossed: no datapoints were received for {count} {periods} and {count} missing {noun} {verb} \
             treated as [{treated}]."
        );
    }
    let is_alarm = to == AlarmState::Alarm;
    // Newest first; those that speak for the new state.
    let speaking: Vec<(usize, f64)> = finding
        .evaluated
        .iter()
        .rev()
        .filter_map(|at| Some((*at, points.get(*at).copied().flatten()?)))
        .filter(|(_, value)| rule.comparison.is_breached(*value, rule.threshold) == is_alarm)
        .collect();
    let listed: Vec<String> =
        speaking.iter().map(|(at, value)| format!("{value:?} ({})", windows.start(*at).in_alarm_reason())).collect();
    let count = speaking.len();
    let verb = match (count, is_alarm) {
        (1, true) => "was",
        (1, false) => "was not",
        (_, true) => "were",
        (_, false) => "were not",
    };
    let needed = if is_alarm { rule.datapoints } else { rule.periods - rule.datapoints + 1 };
    let noun = if needed == 1 { "datapoint" } else { "datapoints" };
    // The transition is told as between OK and ALARM even when the alarm comes from INSUFFICIENT_DATA.
    let transition = if is_alarm { "OK -> ALARM" } else { "ALARM -> OK" };
    format!(
        "Threshold Crossed: {count} out of the last {} datapoints [{}] {verb} {} the threshold ({:?}) (minimum {needed} \
         {noun} for {transition} transition).",
        finding.evaluated.len().max(rule.periods),
        listed.join(", "),
        rule.comparison.words(),
        rule.threshold,
    )
}

/// `StateReasonData`: JSON in a text.
pub(super) fn reason_data(
    config: &MetricConfig,
    finding: &Finding,
    points: &[Option<f64>],
    windows: Windows,
    now: Moment,
) -> String {
    let real = |at: &usize| Some((*at, points.get(*at).copied().flatten()?));
    let evaluated: Vec<(usize, f64)> = finding.evaluated.iter().filter_map(real).collect();
    let oldest = evaluated.first().map_or(windows.first, |(at, _)| windows.start(*at));
    let mut data = json!({
        "version": "1.0",
        "queryDate": now.in_alarm_message(),
        "startDate": oldest.in_alarm_message(),
        "period": config.period as i64,
        "recentDatapoints": evaluated.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
        "threshold": config.threshold,
        "evaluatedDatapoints": evaluated
            .iter()
            .rev()
            .map(|(at, value)| json!({"timestamp": windows.start(*at).in_alarm_message(), "value": value}))
            .collect::<Vec<_>>(),
    });
    if let (Some((_, statistic)), Value::Object(map)) = (config.plain(), &mut data) {
        map.insert("statistic".to_owned(), json!(statistic));
    }
    data.to_string()
}

/// `ALARM: "name" in EU (Ireland)`.
pub(super) fn subject(alarm: &Alarm, names: &Names) -> String {
    format!("{}: \"{}\" in {}", alarm.standing.state.name(), alarm.name, names.region_display_name())
}

/// The message to an SNS topic.
pub(super) fn sns(alarm: &Alarm, previous: &Standing, children: &[Value], names: &Names) -> String {
    let mut message = json!({
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": names.account,
        "AlarmConfigurationUpdatedTimestamp": alarm.configured_at.in_alarm_message(),
        "NewStateValue": alarm.standing.state.name(),
        "NewStateReason": alarm.standing.reason,
        "StateChangeTime": alarm.standing.since.in_alarm_message(),
        "Region": names.region_display_name(),
        "AlarmArn": alarm.arn,
        "OldStateValue": previous.state.name(),
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
    });
    if let Value::Object(map) = &mut message {
        match &alarm.watch {
            Watch::Metric(config) => {
                map.insert("Trigger".to_owned(), trigger(config));
            }
            Watch::Composite(config) => {
                map.insert("AlarmRule".to_owned(), json!(config.rule));
                map.insert("TriggeringChildren".to_owned(), json!(children));
            }
        }
    }
    message.to_string()
}

fn trigger(config: &MetricConfig) -> Value {
    let mut trigger = json!({
        "Period": config.period as i64,
        "EvaluationPeriods": config.evaluation_periods,
        "ComparisonOperator": config.comparison.name(),
        "Threshold": config.threshold,
        "TreatMissingData": config.missing.name(),
        "EvaluateLowSampleCountPercentile": "",
    });
    let Value::Object(map) = &mut trigger else { return trigger };
    if let Some(count) = config.datapoints_to_alarm {
        map.insert("DatapointsToAlarm".to_owned(), json!(count));
    }
    match (config.plain(), &config.metrics) {
        (Some((metric, statistic)), _) => {
            map.insert("MetricName".to_owned(), json!(metric.name));
            map.insert("Namespace".to_owned(), json!(metric.namespace));
            map.insert("Unit".to_owned(), json!(config.unit));
            map.insert("Dimensions".to_owned(), dimension_list(&metric.dimensions));
            if statistic.starts_with('p') {
                map.insert("StatisticType".to_owned(), json!("ExtendedStatistic"));
                map.insert("ExtendedStatistic".to_owned(), json!(statistic));
            } else {
                map.insert("StatisticType".to_owned(), json!("Statistic"));
                map.insert("Statistic".to_owned(), json!(shouted(statistic)));
            }
        }
        (None, Some(Value::Array(metrics))) => {
            let metrics: Vec<Value> = metrics.iter().cloned().map(|metric| math_metric(&Input(metric))).collect();
            map.insert("Metrics".to_owned(), Value::Array(metrics));
        }
        (None, _) => {}
    }
    trigger
}

/// `SAMPLE_COUNT` for `SampleCount`.
fn shouted(statistic: &str) -> String {
    if statistic == "SampleCount" { "SAMPLE_COUNT".to_owned() } else { statistic.to_uppercase() }
}

fn dimension_list(dimensions: &[(String, String)]) -> Value {
    dimensions.iter().map(|(name, value)| json!({"value": value, "name": name})).collect()
}

/// An element of `Trigger.Metrics`; dimensions are named in small letters there.
fn math_metric(input: &Input) -> Value {
    let mut metric = Map::new();
    metric.insert("Id".to_owned(), json!(input.text("Id")));
    metric.insert("ReturnData".to_owned(), json!(input.flag("ReturnData").unwrap_or(true)));
    if let Some(label) = input.text("Label") {
        metric.insert("Label".to_owned(), json!(label));
    }
    if let Some(expression) = input.text("Expression") {
        metric.insert("Expression".to_owned(), json!(expression));
    } else {
        let stat = input.structure("MetricStat");
        let id = MetricId::read(&stat.structure("Metric"));
        let described = json!({
            "Metric": {
                "Dimensions": dimension_list(&id.dimensions), "MetricName": id.name, "Namespace": id.namespace,
            },
            "Period": stat.number("Period").unwrap_or(60.0) as i64,
            "Stat": stat.text("Stat"),
        });
        metric.insert("MetricStat".to_owned(), described);
    }
    Value::Object(metric)
}

/// The payload of a direct invocation.
pub(super) fn direct(alarm: &Alarm, previous: &Standing, names: &Names) -> Value {
    json!({
        "source": "aws.cloudwatch",
        "alarmArn": alarm.arn,
        "accountId": names.account,
        "time": alarm.standing.since.in_alarm_message(),
        "region": names.region,
        "alarmData": change(alarm, previous),
    })
}

/// A state change, as in `alarmData` and in an event's `detail`.
pub(super) fn change(alarm: &Alarm, previous: &Standing) -> Value {
    json!({
        "alarmName": alarm.name,
        "state": standing(&alarm.standing),
        "previousState": standing(previous),
        "configuration": configuration(alarm),
    })
}

fn standing(standing: &Standing) -> Value {
    let mut described = json!({
        "value": standing.state.name(),
        "reason": standing.reason,
        "timestamp": standing.since.in_alarm_message(),
    });
    if let (Value::Object(map), Some(data)) = (&mut described, &standing.reason_data) {
        map.insert("reasonData".to_owned(), json!(data));
    }
    described
}

fn configuration(alarm: &Alarm) -> Value {
    let mut described = match &alarm.watch {
        Watch::Metric(config) => json!({"metrics": config.queries.iter().map(query).collect::<Vec<_>>()}),
        Watch::Composite(config) => json!({"alarmRule": config.rule}),
    };
    if let (Value::Object(map), Some(description)) = (&mut described, &alarm.description) {
        map.insert("description".to_owned(), json!(description));
    }
    described
}

/// A query as events describe it: dimensions are a map there.
fn query(query: &crate::cloud::metrics::MetricQuery) -> Value {
    let mut described = match &query.subject {
        MetricSubject::Metric { metric, statistic, period } => {
            let dimensions: Map<String, Value> =
                metric.dimensions.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({"metricStat": {
                "metric": {"namespace": metric.namespace, "name": metric.name, "dimensions": dimensions},
                "period": *period as i64,
                "stat": statistic,
            }})
        }
        MetricSubject::Expression { text, .. } => json!({"expression": text}),
    };
    if let Value::Object(map) = &mut described {
        map.insert("id".to_owned(), json!(query.id));
        map.insert("returnData".to_owned(), json!(query.returns_data));
        if let Some(label) = &query.label {
            map.insert("label".to_owned(), json!(label));
        }
    }
    described
}
