//! The graph of an alarm: its metric with its threshold, as CloudWatch's own renderer is asked for it.
//!
//! A widget can also name an alarm by its ARN, but only on a dashboard: for an image, "metrics" are required, and annotations
//! are horizontal and vertical ones ("GetMetricWidgetImage: Metric Widget Structure and Syntax", Amazon CloudWatch API
//! Reference). So the alarm's own queries are drawn, metric math with them, and its threshold as a line across.

use serde_json::{Map, Value, json};

use crate::alarm::{Comparison, Metric, text};
use crate::redaction::redacted;

/// Width and height in pixels. A phone shows a picture as wide as itself, so that larger ones have smaller letters.
const SIZE: (u32, u32) = (600, 400);
/// At least this long is shown, in seconds: the renderer's own default, which shows when it began.
const SPAN_S: u32 = 3 * 3600;
/// So many periods at least are shown, and never more than a week.
const PERIODS: u32 = 36;
const LONGEST_S: u32 = 7 * 24 * 3600;
/// The period of what says none: the renderer's own default.
const PERIOD_S: u32 = 300;
/// The colour of the threshold.
const RED: &str = "#d13212";
/// The longest title and label, in characters.
const TITLE: usize = 120;

/// What is drawn of one alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// The alarm's name.
    pub alarm: String,
    /// Its metrics and expressions.
    pub lines: Vec<Line>,
    /// What it compares with; `None` where that is a band among the lines.
    pub threshold: Option<f64>,
    /// How it compares.
    pub comparison: Option<Comparison>,
}

/// A metric or an expression of an alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// By which name expressions speak of it; an alarm on a single metric has none.
    pub id: Option<String>,
    /// What it is called in the legend; CloudWatch's own name for it if absent.
    pub label: Option<String>,
    /// Whether it is shown, or only computed with.
    pub shown: bool,
    /// What it is.
    pub subject: Subject,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A metric.
    Metric(Metric),
    /// A metric math expression, or a Metrics Insights query.
    Expression {
        /// Such as `100*errors/requests`.
        expression: String,
        /// Seconds, where it says so by itself.
        period_s: Option<u32>,
    },
}

impl Graph {
    /// Its title.
    pub fn title(&self) -> String {
        text::escaped(&redacted(&self.alarm), TITLE)
    }

    /// The `MetricWidget` of GetMetricWidgetImage: JSON.
    pub fn widget(&self) -> String {
        let (width, height) = SIZE;
        let mut widget = json!({
            "title": self.title(),
            "width": width,
            "height": height,
            "start": format!("-PT{}H", self.span_s().div_ceil(3600)),
            "timezone": "+0000",
            "period": self.period_s(),
            "metrics": self.lines.iter().map(Line::widget).collect::<Vec<_>>(),
        });
        if let (Some(threshold), Some(widget)) = (self.line_across(), widget.as_object_mut()) {
            widget.insert("annotations".to_owned(), json!({ "horizontal": [threshold] }));
        }
        widget.to_string()
    }

    /// The threshold. What is no finite number has no place on an axis.
    fn line_across(&self) -> Option<Value> {
        let value = self.threshold.filter(|value| value.is_finite())?;
        let words = self.comparison.map_or("threshold", Comparison::in_words);
        let mut line = json!({ "label": format!("{words} {value}"), "value": value, "color": RED });
        if let (Some(side), Some(line)) = (self.comparison.and_then(bad_side), line.as_object_mut()) {
            line.insert("fill".to_owned(), json!(side));
        }
        Some(line)
    }

    /// The longest of its periods.
    fn period_s(&self) -> u32 {
        self.lines.iter().filter_map(Line::period_s).max().unwrap_or(PERIOD_S)
    }

    fn span_s(&self) -> u32 {
        self.period_s().saturating_mul(PERIODS).clamp(SPAN_S, LONGEST_S)
    }
}

impl Line {
    fn period_s(&self) -> Option<u32> {
        match &self.subject {
            Subject::Metric(metric) => metric.period_s,
            Subject::Expression { period_s, .. } => *period_s,
        }
    }

    fn widget(&self) -> Value {
        let mut properties = Map::new();
        let mut line = Vec::new();
        match &self.subject {
            Subject::Metric(metric) => {
                line.push(json!(metric.namespace));
                line.push(json!(metric.name));
                for (name, value) in &metric.dimensions {
                    line.extend([json!(name), json!(value)]);
                }
                if let Some(statistic) = &metric.statistic {
                    properties.insert("stat".to_owned(), json!(statistic));
                }
            }
            Subject::Expression { expression, .. } => {
                properties.insert("expression".to_owned(), json!(expression));
            }
        }
        if let Some(period_s) = self.period_s() {
            properties.insert("period".to_owned(), json!(period_s));
        }
        if let Some(id) = &self.id {
            properties.insert("id".to_owned(), json!(id));
        }
        if let Some(label) = &self.label {
            properties.insert("label".to_owned(), json!(text::bounded(&redacted(label), TITLE)));
        }
        if !self.shown {
            properties.insert("visible".to_owned(), json!(false));
        }
        line.push(Value::Object(properties));
        Value::Array(line)
    }
}

/// On which side of the threshold it is bad.
fn bad_side(comparison: Comparison) -> Option<&'static str> {
    match comparison {
        Comparison::GreaterThanOrEqualToThreshold | Comparison::GreaterThanThreshold => Some("above"),
        Comparison::LessThanThreshold | Comparison::LessThanOrEqualToThreshold => Some("below"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn metric(name: &str, period_s: Option<u32>) -> Metric {
        Metric {
            namespace: "AWS/ApplicationELB".to_owned(),
            name: name.to_owned(),
            dimensions: [("LoadBalancer".to_owned(), "app/web/1".to_owned())].into(),
            statistic: Some("Sum".to_owned()),
            period_s,
        }
    }

    fn line(subject: Subject) -> Line {
        Line { id: None, label: None, shown: true, subject }
    }

    fn graph(lines: Vec<Line>) -> Graph {
        let comparison = Some(Comparison::GreaterThanThreshold);
        Graph { alarm: "web-P0-alb-5xx".to_owned(), lines, threshold: Some(5.0), comparison }
    }

    fn widget(graph: &Graph) -> Value {
        serde_json::from_str(&graph.widget()).unwrap()
    }

    #[test]
    fn a_metric_is_drawn_as_the_alarm_looks_at_it_with_its_threshold_across() {
        let one = graph(vec![line(Subject::Metric(metric("HTTPCode_Target_5XX_Count", Some(60))))]);
        let expected = json!({
            "title": "web-P0-alb-5xx", "width": 600, "height": 400, "start": "-PT3H", "timezone": "+0000", "period": 60,
            "metrics": [["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", "app/web/1",
                         { "stat": "Sum", "period": 60 }]],
            "annotations": { "horizontal": [
                { "label": "above 5", "value": 5.0, "color": "#d13212", "fill": "above" }] },
        });
        assert_eq!(widget(&one), expected);
    }

    #[test]
    fn metric_math_shows_its_result_and_not_what_it_is_computed_from() {
        let named = |id: &str, subject| Line { id: Some(id.to_owned()), shown: false, ..line(subject) };
        let share = Line {
            label: Some("errors, percent".to_owned()),
            shown: true,
            ..named("share", Subject::Expression { expression: "100*errors/requests".to_owned(), period_s: None })
        };
        let lines = vec![
            named("errors", Subject::Metric(metric("HTTPCode_Target_5XX_Count", Some(60)))),
            named("requests", Subject::Metric(metric("RequestCount", Some(60)))),
            share,
        ];
        let metrics = widget(&graph(lines))["metrics"].clone();
        assert_eq!(metrics[0][4], json!({ "stat": "Sum", "period": 60, "id": "errors", "visible": false }));
        let result = json!([{ "expression": "100*errors/requests", "id": "share", "label": "errors, percent" }]);
        assert_eq!(metrics[2], result);
    }

    #[test]
    fn long_periods_are_shown_over_a_longer_time() {
        for (period_s, start) in [
            (None, "-PT3H"),
            (Some(60), "-PT3H"),
            (Some(900), "-PT9H"),
            (Some(3600), "-PT36H"),
            (Some(86_400), "-PT168H"),
        ] {
            let graph = graph(vec![line(Subject::Metric(metric("RequestCount", period_s)))]);
            assert_eq!(widget(&graph)["start"], start, "{period_s:?}");
        }
    }

    #[test]
    fn the_bad_side_of_the_threshold_is_filled() {
        for (comparison, words, fill) in [
            (Some(Comparison::GreaterThanOrEqualToThreshold), "at or above 5", json!("above")),
            (Some(Comparison::LessThanThreshold), "below 5", json!("below")),
            (Some(Comparison::LessThanOrEqualToThreshold), "at or below 5", json!("below")),
            (None, "threshold 5", Value::Null),
        ] {
            let graph = Graph { comparison, ..graph(Vec::new()) };
            let line = widget(&graph)["annotations"]["horizontal"][0].clone();
            assert_eq!((&line["label"], &line["fill"]), (&json!(words), &fill));
        }
    }

    #[test]
    fn without_a_number_to_compare_with_there_is_no_line_across() {
        for threshold in [None, Some(f64::NAN), Some(f64::INFINITY)] {
            let graph = Graph { threshold, ..graph(Vec::new()) };
            assert_eq!(widget(&graph)["annotations"], Value::Null, "{threshold:?}");
        }
    }

    #[test]
    fn a_hostile_name_is_one_line_of_a_title() {
        let graph = Graph { alarm: format!("a\nb\u{202e}{}", "x".repeat(300)), ..graph(Vec::new()) };
        let title = graph.title();
        assert!(title.chars().count() <= TITLE && !title.contains(['\n', '\u{202e}']), "{title}");
    }
}
