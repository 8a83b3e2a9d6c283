//! `GetMetricWidgetImage`: a widget's JSON in, a PNG of its lines and horizontal annotations out ("GetMetricWidgetImage: Metric
//! Widget Structure and Syntax", CloudWatch API reference). There is no text in the picture, `start` is a number of hours, and
//! the shorthand `.` and `...` of metrics is absent.

use super::png::{Canvas, Colour};
use super::query::{MetricQuery, Subject, Windows, evaluate};
use super::{MetricId, Metrics};
use crate::cloud::protocol::{Answer, ApiError, Input, blob};
use crate::cloud::turn::Turn;
use serde_json::{Value, json};

const LINES: [Colour; 4] = [[31, 119, 180], [255, 127, 14], [44, 160, 44], [148, 103, 189]];
const THRESHOLD: Colour = [209, 50, 18];
const FRAME: Colour = [200, 200, 200];
/// What is shown where the widget does not say, in hours, and its period in seconds.
const HOURS: f64 = 3.0;
const PERIOD: f64 = 300.0;
/// The margin around the plot, in pixels.
const MARGIN: usize = 20;

pub(super) fn image(metrics: &Metrics, input: &Input, turn: &Turn<'_>) -> Answer {
    let text = input.text("MetricWidget").unwrap_or_default();
    let widget: Value = serde_json::from_str(&text).map_err(|error| invalid(&format!("it is not JSON: {error}")))?;
    let widget = Input(widget);
    let (width, height) = (pixels(&widget, "width", 600)?, pixels(&widget, "height", 400)?);
    let queries = queries(&widget)?;
    let period = widget.number("period").unwrap_or(PERIOD);
    let millis = turn.pace.period_millis(period);
    let count = (hours(&widget)? * 3600.0 / period.max(1.0)).ceil() as i64;
    let windows =
        Windows { first: turn.now.floor(millis).after(-count * millis), period_millis: millis, count: count as usize };
    let mut series = Vec::new();
    for query in queries.iter().filter(|query| query.returns_data) {
        series.push(evaluate(&queries, &query.id, windows, metrics).map_err(|reason| invalid(&reason))?);
    }
    let across: Vec<f64> =
        widget.structure("annotations").items("horizontal").iter().filter_map(|line| line.number("value")).collect();
    Ok(json!({"MetricWidgetImage": blob(&plot(width, height, &series, &across).png())}))
}

fn invalid(reason: &str) -> ApiError {
    ApiError::sender("ValidationError", format!("The metric widget is invalid: {reason}"))
}

fn pixels(widget: &Input, name: &str, usual: usize) -> Result<usize, ApiError> {
    match widget.number(name) {
        None => Ok(usual),
        Some(number) if (1.0..=2000.0).contains(&number) => Ok(number as usize),
        Some(number) => Err(invalid(&format!("{name} is {number}, and 1 to 2000 is valid"))),
    }
}

fn hours(widget: &Input) -> Result<f64, ApiError> {
    let Some(start) = widget.text("start") else { return Ok(HOURS) };
    let hours = start.strip_prefix("-PT").and_then(|rest| rest.strip_suffix('H')).and_then(|hours| hours.parse().ok());
    hours.ok_or_else(|| invalid(&format!("start is {start:?}, of which the sandbox knows only -PTnH")))
}

/// Each row is a metric, `[namespace, name, dimension, value, …, {properties}]`, or an expression, `[{properties}]`.
fn queries(widget: &Input) -> Result<Vec<MetricQuery>, ApiError> {
    let rows = widget.member("metrics").and_then(Value::as_array).filter(|rows| !rows.is_empty());
    let rows = rows.ok_or_else(|| invalid("metrics is required"))?;
    let (stat, period) = (widget.text("stat"), widget.number("period").unwrap_or(PERIOD));
    let query = |(number, row): (usize, &Value)| {
        let row = row.as_array().ok_or_else(|| invalid("metrics is an array of arrays"))?;
        let names: Vec<&str> = row.iter().filter_map(Value::as_str).collect();
        let properties = row.iter().find(|each| each.is_object()).cloned().map(Input).unwrap_or_default();
        let subject = match (properties.text("expression"), names.as_slice()) {
            (Some(text), []) => Subject::Expression { text, period: properties.number("period") },
            (None, [namespace, name, dimensions @ ..]) => {
                let (pairs, []) = dimensions.as_chunks::<2>() else {
                    return Err(invalid("a dimension has a name and a value"));
                };
                let dimensions = pairs.iter().map(|[name, value]| ((*name).to_owned(), (*value).to_owned())).collect();
                Subject::Metric {
                    metric: MetricId::new(namespace, name, dimensions),
                    statistic: properties.text("stat").or_else(|| stat.clone()).unwrap_or("Average".to_owned()),
                    period: properties.number("period").unwrap_or(period),
                }
            }
            _ => return Err(invalid("a row is a metric or an expression")),
        };
        Ok(MetricQuery {
            id: properties.text("id").unwrap_or_else(|| format!("row{number}")),
            label: properties.text("label"),
            returns_data: properties.flag("visible").unwrap_or(true),
            subject,
        })
    };
    rows.iter().enumerate().map(query).collect()
}

fn plot(width: usize, height: usize, series: &[Vec<Option<f64>>], across: &[f64]) -> Canvas {
    let mut canvas = Canvas::new(width, height);
    let (wide, high) = (width.saturating_sub(2 * MARGIN), height.saturating_sub(2 * MARGIN));
    let known = || series.iter().flatten().flatten().chain(across).copied();
    let top = known().fold(f64::MIN_POSITIVE, f64::max) * 1.1;
    let bottom = known().fold(0.0, f64::min);
    let row = |value: f64| MARGIN + ((top - value) / (top - bottom) * high as f64) as usize;
    for x in MARGIN..MARGIN + wide {
        canvas.dot(x, MARGIN + high, FRAME);
    }
    for y in MARGIN..MARGIN + high {
        canvas.dot(MARGIN, y, FRAME);
    }
    for value in across {
        for x in MARGIN..MARGIN + wide {
            canvas.dot(x, row(*value), THRESHOLD);
        }
    }
    for (values, colour) in series.iter().zip(LINES.iter().cycle()) {
        let mut last: Option<usize> = None;
        for x in 0..wide {
            // The value of the window that this column is in; a line is drawn down or up to it.
            let value = values.get(x * values.len() / wide.max(1)).copied().flatten();
            let y = value.map(row);
            if let Some(y) = y {
                let from = last.unwrap_or(y);
                (y.min(from)..=y.max(from)).for_each(|y| canvas.dot(MARGIN + x, y, *colour));
            }
            last = y;
        }
    }
    canvas
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    fn canvas(series: &[Option<f64>], across: &[f64]) -> Canvas {
        plot(100, 60, &[series.to_vec()], across)
    }

    #[test]
    fn the_threshold_lies_between_what_is_below_and_what_is_above_it() {
        let drawn = canvas(&[Some(0.0), Some(10.0)], &[5.0]);
        let rows =
            |colour: Colour, x: usize| -> Vec<usize> { (0..60).filter(|y| drawn.at(x, *y) == Some(colour)).collect() };
        let (before, after, line) = (rows(LINES[0], 30), rows(LINES[0], 75), rows(THRESHOLD, 30));
        assert!(after[0] < line[0] && line[0] < before[0], "{after:?} {line:?} {before:?}");
    }
}
