//! Drawing an alarm's graph: CloudWatch says what the alarm looks at, and renders it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::Blob;
use aws_sdk_cloudwatch::types::{AlarmType, Dimension, MetricAlarm, MetricDataQuery};
use aws_types::SdkConfig;
use paramedic_domain::alarm::{Comparison, Metric};
use paramedic_domain::escalation::Failure;
use paramedic_domain::graph::{Graph, Line, Subject};
use paramedic_domain::id::{AccountId, Arn};
use paramedic_domain::incident::Undrawn;

use crate::fault::Fault;

/// What every PNG begins with (RFC 2083, "PNG file signature").
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// How long a call may take with all its attempts: whoever draws has little time left, and comes back a minute later.
const WITHIN: Duration = Duration::from_millis(2500);

/// CloudWatch's renderer.
#[derive(Clone, Debug)]
pub struct Renderer {
    client: Client,
}

/// A graph as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The picture.
    pub png: Vec<u8>,
    /// Its title: one line, which may hold whatever the alarm's author chose.
    pub title: String,
}

impl Renderer {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        let timeouts = config.timeout_config().map(|timeouts| timeouts.to_builder()).unwrap_or_default();
        let timeouts = timeouts.operation_attempt_timeout(WITHIN).operation_timeout(WITHIN).build();
        Self { client: Client::new(&config.to_builder().timeout_config(timeouts).build()) }
    }

    /// Draws the alarm's metric with its threshold: two calls. What a message said of the alarm is not enough: those that
    /// come past SNS carry no threshold.
    ///
    /// # Errors
    ///
    /// [`Undrawn::NotToBeHad`] if the alarm is gone or has no metric of its own.
    pub async fn draw(&self, alarm: &Arn) -> Result<Image, Undrawn> {
        let graph = self.graph(alarm).await?;
        let drawn = self.client.get_metric_widget_image().metric_widget(graph.widget()).send().await;
        let drawn = drawn.map_err(|error| failed("cloudwatch:GetMetricWidgetImage", Fault::of(&error)))?;
        let png = drawn.metric_widget_image.map(Blob::into_inner).unwrap_or_default();
        if !png.starts_with(PNG) {
            let why = "cloudwatch:GetMetricWidgetImage: what came is no PNG".to_owned();
            return Err(Failure::Transient { why, retry_after_s: None }.into());
        }
        Ok(Image { png, title: graph.title() })
    }

    /// What the alarm looks at. Composite alarms are not asked for: they look at no metric.
    async fn graph(&self, alarm: &Arn) -> Result<Graph, Undrawn> {
        let name = alarm.as_str().split_once(":alarm:").map(|(_, name)| name).unwrap_or_default();
        let described =
            self.client.describe_alarms().alarm_names(name).alarm_types(AlarmType::MetricAlarm).send().await;
        let described = described.map_err(|error| failed("cloudwatch:DescribeAlarms", Fault::of(&error)))?;
        let described =
            described.metric_alarms().iter().find(|described| described.alarm_arn() == Some(alarm.as_str()));
        described.and_then(graph).ok_or_else(|| Undrawn::NotToBeHad {
            why: "it is no alarm of this account and region that looks at metrics".to_owned(),
        })
    }
}

fn failed(call: &str, fault: Fault) -> Undrawn {
    let why = format!("{call}: {}", fault.why);
    let failure =
        if fault.is_transient() { Failure::Transient { why, retry_after_s: None } } else { Failure::Permanent { why } };
    failure.into()
}

fn graph(alarm: &MetricAlarm) -> Option<Graph> {
    let single = || -> Option<Line> {
        let statistic = alarm.statistic().map(|statistic| statistic.as_str()).or(alarm.extended_statistic());
        let subject = Subject::Metric(Metric {
            namespace: alarm.namespace()?.to_owned(),
            name: alarm.metric_name()?.to_owned(),
            dimensions: dimensions(alarm.dimensions()),
            statistic: statistic.map(str::to_owned),
            period_s: period(alarm.period()),
        });
        Some(Line { id: None, label: None, shown: true, subject })
    };
    let own = alarm.alarm_arn().and_then(|arn| Arn::new(arn).account());
    let own = own.as_ref().map(AccountId::as_str);
    let lines = match single() {
        Some(line) => vec![line],
        None => alarm.metrics().iter().map(|query| line(query, own)).collect::<Option<Vec<Line>>>()?,
    };
    (!lines.is_empty()).then(|| Graph {
        alarm: alarm.alarm_name().unwrap_or_default().to_owned(),
        lines,
        threshold: alarm.threshold(),
        comparison: alarm.comparison_operator().and_then(|operator| Comparison::read(operator.as_str())),
    })
}

/// One query of an alarm. A metric of another account has no place in a widget.
fn line(query: &MetricDataQuery, own: Option<&str>) -> Option<Line> {
    if query.account_id().is_some_and(|account| Some(account) != own) {
        return None;
    }
    let subject = match (query.expression(), query.metric_stat()) {
        (Some(expression), _) => {
            Subject::Expression { expression: expression.to_owned(), period_s: period(query.period()) }
        }
        (None, Some(stat)) => {
            let metric = stat.metric()?;
            Subject::Metric(Metric {
                namespace: metric.namespace()?.to_owned(),
                name: metric.metric_name()?.to_owned(),
                dimensions: dimensions(metric.dimensions()),
                statistic: stat.stat().map(str::to_owned),
                period_s: period(stat.period()),
            })
        }
        (None, None) => return None,
    };
    let id = query.id().map(str::to_owned);
    // "The default is true" ("MetricDataQuery", Amazon CloudWatch API Reference).
    let shown = query.return_data().unwrap_or(true);
    Some(Line { id, label: query.label().map(str::to_owned), shown, subject })
}

fn period(seconds: Option<i32>) -> Option<u32> {
    seconds.and_then(|seconds| u32::try_from(seconds).ok())
}

fn dimensions(described: &[Dimension]) -> BTreeMap<String, String> {
    described.iter().filter_map(|d| Some((d.name()?.to_owned(), d.value()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests;
