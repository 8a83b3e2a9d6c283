//! CloudWatch's operations on alarms (CloudWatch API reference).

use super::config::MetricConfig;
use super::{Alarm, AlarmState, Alarms, Standing, Watch, mute};
use crate::cloud::protocol::{Answer, ApiError, Input};
use crate::cloud::turn::Turn;
use serde_json::{Map, Value, json};

/// Serves an operation; `None` for one that is not modelled here.
pub(crate) fn call(alarms: &mut Alarms, operation: &str, input: &Input, turn: &mut Turn<'_>) -> Option<Answer> {
    Some(match operation {
        "DescribeAlarms" => describe_alarms(alarms, input),
        "DescribeAlarmHistory" => describe_history(alarms, input),
        "SetAlarmState" => set_alarm_state(alarms, input, turn),
        "EnableAlarmActions" => switch_actions(alarms, input, true),
        "DisableAlarmActions" => switch_actions(alarms, input, false),
        "PutAlarmMuteRule" => mute::put(alarms, input, turn),
        "DeleteAlarmMuteRule" => mute::delete(alarms, input, turn),
        "PutMetricAlarm" => put(alarms, input, Alarm::metric, turn),
        "PutCompositeAlarm" => put(alarms, input, Alarm::composite, turn),
        "DeleteAlarms" => {
            let names = input.texts("AlarmNames");
            alarms.alarms.retain(|alarm| !names.contains(&alarm.name));
            Ok(json!({}))
        }
        "ListTagsForResource" => list_tags(alarms, input),
        "ListDashboards" => {
            let entries: Vec<Value> =
                alarms.dashboards.iter().map(|(name, _)| json!({"DashboardName": name})).collect();
            Ok(json!({"DashboardEntries": entries}))
        }
        "GetDashboard" => {
            let name = input.text("DashboardName").unwrap_or_default();
            match alarms.dashboards.iter().find(|(candidate, _)| *candidate == name) {
                Some((name, body)) => Ok(json!({"DashboardName": name, "DashboardBody": body})),
                None => Err(ApiError { status: 404, ..ApiError::sender("ResourceNotFound", "Dashboard not found.") }),
            }
        }
        _ => return None,
    })
}

fn not_found() -> ApiError {
    ApiError { status: 404, ..ApiError::sender("ResourceNotFound", "The named resource does not exist.") }
}

/// Metric alarms only, unless `AlarmTypes` asks for composite ones. A page is at most `MaxRecords`, 50 by default.
fn describe_alarms(alarms: &Alarms, input: &Input) -> Answer {
    let names = input.texts("AlarmNames");
    let (prefix, state) = (input.text("AlarmNamePrefix"), input.text("StateValue"));
    let action = input.text("ActionPrefix");
    let kinds = input.texts("AlarmTypes");
    let wants = |kind: &str| if kinds.is_empty() { kind == "MetricAlarm" } else { kinds.iter().any(|k| k == kind) };
    let matching: Vec<&Alarm> = alarms
        .alarms
        .iter()
        .filter(|alarm| wants(if matches!(alarm.watch, Watch::Metric(_)) { "MetricAlarm" } else { "CompositeAlarm" }))
        .filter(|alarm| names.is_empty() || names.contains(&alarm.name))
        .filter(|alarm| prefix.as_ref().is_none_or(|prefix| alarm.name.starts_with(prefix.as_str())))
        .filter(|alarm| state.as_ref().is_none_or(|state| alarm.standing.state.name() == state))
        .filter(|alarm| {
            action.as_ref().is_none_or(|prefix| {
                let actions = [&alarm.ok_actions, &alarm.alarm_actions, &alarm.insufficient_data_actions];
                actions.into_iter().flatten().any(|arn| arn.starts_with(prefix.as_str()))
            })
        })
        .collect();
    let page = input.count("MaxRecords").unwrap_or(50).clamp(1, 100) as usize;
    let first = match input.text("NextToken") {
        None => 0,
        Some(token) => {
            token.parse().map_err(|_| ApiError::sender("InvalidNextToken", "The next token specified is invalid."))?
        }
    };
    let shown: Vec<&Alarm> = matching.iter().copied().skip(first).take(page).collect();
    let described = |composite: bool| -> Vec<Value> {
        let of_kind = shown.iter().filter(|alarm| matches!(alarm.watch, Watch::Composite(_)) == composite);
        of_kind.map(|alarm| describe(alarm)).collect()
    };
    let next = first + shown.len();
    Ok(json!({
        "MetricAlarms": described(false),
        "CompositeAlarms": described(true),
        "NextToken": (next < matching.len()).then(|| next.to_string()),
    }))
}

fn describe(alarm: &Alarm) -> Value {
    let mut described = json!({
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AlarmDescription": alarm.description,
        "AlarmConfigurationUpdatedTimestamp": alarm.configured_at.value(),
        "ActionsEnabled": alarm.actions_enabled,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "StateValue": alarm.standing.state.name(),
        "StateReason": alarm.standing.reason,
        "StateReasonData": alarm.standing.reason_data,
        "StateUpdatedTimestamp": alarm.standing.since.value(),
        "StateTransitionedTimestamp": alarm.standing.since.value(),
    });
    if let Value::Object(map) = &mut described {
        match &alarm.watch {
            Watch::Metric(config) => describe_metric(map, config),
            Watch::Composite(config) => {
                map.insert("AlarmRule".to_owned(), json!(config.rule));
            }
        }
    }
    described
}

fn describe_metric(map: &mut Map<String, Value>, config: &MetricConfig) {
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("EvaluationPeriods", json!(config.evaluation_periods));
    put("DatapointsToAlarm", json!(config.datapoints_to_alarm));
    put("Threshold", json!(config.threshold));
    put("ComparisonOperator", json!(config.comparison.name()));
    put("TreatMissingData", json!(config.missing.name()));
    put("Unit", json!(config.unit));
    match config.plain() {
        Some((metric, statistic)) => {
            let dimensions: Vec<Value> =
                metric.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
            put("MetricName", json!(metric.name));
            put("Namespace", json!(metric.namespace));
            put("Dimensions", Value::Array(dimensions));
            put("Period", json!(config.period as i64));
            put(if statistic.starts_with('p') { "ExtendedStatistic" } else { "Statistic" }, json!(statistic));
        }
        None => {
            put("Dimensions", json!([]));
            put("Metrics", config.queries.iter().map(crate::cloud::metrics::MetricQuery::described).collect());
        }
    }
}

fn describe_history(alarms: &Alarms, input: &Input) -> Answer {
    let (name, kind) = (input.text("AlarmName"), input.text("HistoryItemType"));
    let mut items: Vec<(i64, Value)> = Vec::new();
    for alarm in alarms.alarms.iter().filter(|alarm| name.as_ref().is_none_or(|name| *name == alarm.name)) {
        for item in alarm.history.iter().filter(|item| kind.as_ref().is_none_or(|kind| kind == item.kind)) {
            let described = json!({
                "AlarmName": alarm.name,
                "AlarmType": if matches!(alarm.watch, Watch::Metric(_)) { "MetricAlarm" } else { "CompositeAlarm" },
                "Timestamp": item.at.value(),
                "HistoryItemType": item.kind,
                "HistorySummary": item.summary,
                "HistoryData": item.data.to_string(),
            });
            items.push((item.at.millis(), described));
        }
    }
    items.sort_by_key(|(at, _)| -at);
    let limit = input.count("MaxRecords").unwrap_or(100) as usize;
    Ok(json!({"AlarmHistoryItems": items.into_iter().take(limit).map(|(_, item)| item).collect::<Vec<_>>()}))
}

/// Lasts until the next evaluation, and acts as any other change.
fn set_alarm_state(alarms: &mut Alarms, input: &Input, turn: &mut Turn<'_>) -> Answer {
    let name = input.text("AlarmName").unwrap_or_default();
    let position = alarms.alarms.iter().position(|alarm| alarm.name == name).ok_or_else(not_found)?;
    let state = input
        .text("StateValue")
        .and_then(|state| AlarmState::parse(&state))
        .ok_or_else(|| ApiError::sender("ValidationError", "StateValue is not valid."))?;
    let is_change = alarms.alarms.get(position).is_some_and(|alarm| alarm.standing.state != state);
    if is_change {
        let standing = Standing {
            state,
            reason: input.text("StateReason").unwrap_or_default(),
            reason_data: input.text("StateReasonData"),
            since: turn.now,
        };
        alarms.enter(position, standing, turn);
    }
    Ok(json!({}))
}

fn switch_actions(alarms: &mut Alarms, input: &Input, enabled: bool) -> Answer {
    for name in input.texts("AlarmNames") {
        if let Some(alarm) = alarms.find_mut(&name) {
            alarm.actions_enabled = enabled;
        }
    }
    Ok(json!({}))
}

type Reader = fn(&str, &Input, &Turn<'_>) -> Result<Alarm, String>;

fn put(alarms: &mut Alarms, input: &Input, read: Reader, turn: &Turn<'_>) -> Answer {
    let name = input.text("AlarmName").ok_or_else(|| ApiError::sender("MissingParameter", "AlarmName is required."))?;
    let alarm = read(&name, input, turn).map_err(|reason| ApiError::sender("ValidationError", reason))?;
    alarms.put(alarm);
    Ok(json!({}))
}

fn list_tags(alarms: &Alarms, input: &Input) -> Answer {
    let arn = input.text("ResourceARN").unwrap_or_default();
    let alarm = alarms.find(&arn).ok_or_else(|| ApiError {
        status: 404,
        ..ApiError::sender("ResourceNotFoundException", "The named resource does not exist.")
    })?;
    let tags: Vec<Value> = alarm.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    Ok(json!({"Tags": tags}))
}
