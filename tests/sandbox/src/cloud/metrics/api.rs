//! CloudWatch's operations on metrics (CloudWatch API reference).

use super::query::{self, MetricQuery, evaluate};
use super::{MetricId, Metrics, Statistic, Windows, search, widget};
use crate::cloud::clock::Moment;
use crate::cloud::protocol::{Answer, ApiError, Input};
use crate::cloud::turn::Turn;
use serde_json::{Map, Value, json};

/// Serves an operation; `None` for one that is not modelled here.
pub(crate) fn call(metrics: &mut Metrics, operation: &str, input: &Input, turn: &Turn<'_>) -> Option<Answer> {
    Some(match operation {
        "GetMetricData" => get_metric_data(metrics, input, turn),
        "GetMetricStatistics" => get_metric_statistics(metrics, input, turn),
        "GetMetricWidgetImage" => widget::image(metrics, input, turn),
        "ListMetrics" => list_metrics(metrics, input),
        "PutMetricData" => put_metric_data(metrics, input, turn),
        _ => return None,
    })
}

fn range(input: &Input) -> Result<(Moment, Moment), ApiError> {
    match (input.moment("StartTime"), input.moment("EndTime")) {
        (Some(from), Some(to)) if from < to => Ok((from, to)),
        (Some(_), Some(_)) => {
            Err(ApiError::sender("ValidationError", "The parameter StartTime must be less than the parameter EndTime."))
        }
        _ => Err(ApiError::sender("MissingParameter", "StartTime and EndTime are required.")),
    }
}

fn get_metric_data(metrics: &Metrics, input: &Input, turn: &Turn<'_>) -> Answer {
    let (from, to) = range(input)?;
    let queries: Vec<MetricQuery> = input.items("MetricDataQueries").iter().map(MetricQuery::read).collect();
    let is_ascending = input.text("ScanBy").as_deref() == Some("TimestampAscending");
    let mut results = Vec::new();
    let ordered = |mut points: Vec<(Moment, f64)>| {
        if !is_ascending {
            points.reverse();
        }
        points
    };
    for asked in queries.iter().filter(|query| query.returns_data) {
        if let Some(search) = asked.search() {
            let search = search.map_err(|reason| {
                ApiError::sender("ValidationError", format!("Error in expression '{}': {reason}", asked.id))
            })?;
            let period = search.period.unwrap_or_else(|| query::period(&queries, &asked.id));
            let windows = Windows::covering(from, to, turn.pace.period_millis(period));
            let found: Vec<&MetricId> = search.found(metrics).collect();
            for id in &found {
                let value = |at| {
                    let (start, end) = (windows.start(at), windows.start(at + 1));
                    Some((start, metrics.statistic(id, search.statistic, start, end)?))
                };
                let points: Vec<_> = (0..windows.count).filter_map(value).filter(|(at, _)| *at <= turn.now).collect();
                if !points.is_empty() {
                    results.push(result(asked, search::label(asked.label.as_deref(), id, &found), &ordered(points)));
                }
            }
            continue;
        }
        let windows = query::windows_of(&queries, &asked.id, from, to, turn.pace);
        let series = evaluate(&queries, &asked.id, windows, metrics).map_err(|reason| {
            ApiError::sender("ValidationError", format!("Error in query '{}': {reason}", asked.id))
        })?;
        let points: Vec<(Moment, f64)> = series
            .into_iter()
            .enumerate()
            .filter_map(|(at, value)| Some((windows.start(at), value?)))
            .filter(|(at, _)| *at <= turn.now)
            .collect();
        let label = asked.label.clone().unwrap_or_else(|| default_label(asked));
        results.push(result(asked, label, &ordered(points)));
    }
    Ok(json!({"MetricDataResults": results, "Messages": []}))
}

fn result(query: &MetricQuery, label: String, points: &[(Moment, f64)]) -> Value {
    json!({
        "Id": query.id,
        "Label": label,
        "Timestamps": points.iter().map(|(at, _)| at.value()).collect::<Vec<_>>(),
        "Values": points.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
        "StatusCode": "Complete",
    })
}

fn default_label(query: &MetricQuery) -> String {
    match &query.subject {
        query::Subject::Metric { metric, .. } => metric.name.clone(),
        query::Subject::Expression { .. } => query.id.clone(),
    }
}

fn get_metric_statistics(metrics: &Metrics, input: &Input, turn: &Turn<'_>) -> Answer {
    let (from, to) = range(input)?;
    let id = MetricId::read(input);
    let windows = Windows::covering(from, to, turn.pace.period_millis(input.number("Period").unwrap_or(60.0)));
    let mut points = Vec::new();
    for at in 0..windows.count {
        let (start, end) = (windows.start(at), windows.start(at + 1));
        let mut point = Map::new();
        let mut extended = Map::new();
        for name in input.texts("Statistics").into_iter().chain(input.texts("ExtendedStatistics")) {
            let statistic = Statistic::parse(&name).ok_or_else(|| {
                ApiError::sender("InvalidParameterValue", format!("Statistic {name} is not modelled."))
            })?;
            if let Some(value) = metrics.statistic(&id, statistic, start, end) {
                let into = if matches!(statistic, Statistic::Percentile(_)) { &mut extended } else { &mut point };
                into.insert(name, json!(value));
            }
        }
        if !extended.is_empty() {
            point.insert("ExtendedStatistics".to_owned(), Value::Object(extended));
        }
        if !point.is_empty() {
            point.insert("Timestamp".to_owned(), start.value());
            points.push(Value::Object(point));
        }
    }
    Ok(json!({"Label": id.name, "Datapoints": points}))
}

fn list_metrics(metrics: &Metrics, input: &Input) -> Answer {
    let (namespace, name) = (input.text("Namespace"), input.text("MetricName"));
    let wanted = input.items("Dimensions");
    let listed: Vec<Value> = metrics
        .ids()
        .filter(|id| namespace.as_ref().is_none_or(|namespace| *namespace == id.namespace))
        .filter(|id| name.as_ref().is_none_or(|name| *name == id.name))
        .filter(|id| {
            wanted.iter().all(|filter| {
                id.dimensions.iter().any(|(key, value)| {
                    filter.text("Name").as_ref() == Some(key)
                        && filter.text("Value").is_none_or(|wanted| wanted == *value)
                })
            })
        })
        .take(500)
        .map(|id| {
            let dimensions: Vec<Value> =
                id.dimensions.iter().map(|(key, value)| json!({"Name": key, "Value": value})).collect();
            json!({"Namespace": id.namespace, "MetricName": id.name, "Dimensions": dimensions})
        })
        .collect();
    Ok(json!({"Metrics": listed}))
}

/// Single values and `Values` with `Counts`; a statistic set is taken as its average so many times.
fn put_metric_data(metrics: &mut Metrics, input: &Input, turn: &Turn<'_>) -> Answer {
    let namespace = input.text("Namespace").unwrap_or_default();
    if namespace.is_empty() || namespace.starts_with("AWS/") {
        return Err(ApiError::sender("InvalidParameterValue", "The value for parameter Namespace is invalid."));
    }
    for datum in input.items("MetricData") {
        let mut id = MetricId::read(&datum);
        id.namespace.clone_from(&namespace);
        let at = datum.moment("Timestamp").unwrap_or(turn.now);
        if let Some(value) = datum.number("Value") {
            metrics.add(id.clone(), value, 1, at);
        }
        let numbers =
            |name: &str| -> Vec<f64> { datum.texts(name).iter().filter_map(|number| number.parse().ok()).collect() };
        let counts = numbers("Counts");
        for (position, value) in numbers("Values").into_iter().enumerate() {
            let count = counts.get(position).copied().unwrap_or(1.0);
            metrics.add(id.clone(), value, count as u32, at);
        }
        let set = datum.structure("StatisticValues");
        if let (Some(sum), Some(count)) = (set.number("Sum"), set.number("SampleCount").filter(|count| *count >= 1.0)) {
            metrics.add(id, sum / count, count as u32, at);
        }
    }
    Ok(json!({}))
}
