//! The alarms as they stand now, for the reconciliation.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::builders::DescribeAlarmsFluentBuilder;
use aws_sdk_cloudwatch::types::{self, AlarmType, StateValue};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use paramedic_domain::alarm::{Actions, Alarm, AlarmState, Condition, Measure, Metric, text};
use paramedic_domain::id::Arn;

use crate::fault::Fault;

/// Names in one call at most ("DescribeAlarms", Amazon CloudWatch API Reference).
const NAMES: usize = 100;
/// The longest reason that CloudWatch gives.
const REASON: usize = 1023;

/// Something could not be read from AWS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} could not be read: {why}")]
pub struct ReadError {
    /// What.
    pub what: &'static str,
    /// Why, with AWS's own error code where there is one.
    pub why: String,
    /// Whether it may work later.
    pub transient: bool,
}

impl ReadError {
    pub(crate) fn of(what: &'static str, fault: Fault) -> Self {
        Self { what, transient: fault.is_transient(), why: fault.why }
    }
}

/// An alarm as CloudWatch describes it: its state, and whether anybody would hear of it.
///
/// The time of its change may be a millisecond earlier than in the alarm's own message: CloudWatch sends a binary fraction of
/// a second, and the SDK cuts it off where it should round. So a change found here is never newer than its message.
#[derive(Clone, Debug, PartialEq)]
pub struct WiredAlarm {
    /// The alarm; what it acts on is in `alarm.actions`.
    pub alarm: Alarm,
    /// Whether it acts at all.
    pub actions_enabled: bool,
}

/// CloudWatch's alarms.
#[derive(Clone, Debug)]
pub struct Alarms {
    client: Client,
}

impl Alarms {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Every alarm that is in ALARM now, metric and composite ones.
    ///
    /// # Errors
    ///
    /// CloudWatch did not answer, or not to the end.
    pub async fn in_alarm(&self) -> Result<Vec<WiredAlarm>, ReadError> {
        read(self.client.describe_alarms().state_value(StateValue::Alarm)).await
    }

    /// Every alarm there is, in whatever state.
    ///
    /// # Errors
    ///
    /// CloudWatch did not answer, or not to the end.
    pub async fn all(&self) -> Result<Vec<WiredAlarm>, ReadError> {
        read(self.client.describe_alarms()).await
    }

    /// These alarms, as far as there are any, in whatever state.
    ///
    /// # Errors
    ///
    /// CloudWatch did not answer, or not to the end.
    pub async fn named(&self, names: &[String]) -> Result<Vec<WiredAlarm>, ReadError> {
        let mut found = Vec::new();
        for names in names.chunks(NAMES) {
            found.extend(read(self.client.describe_alarms().set_alarm_names(Some(names.to_vec()))).await?);
        }
        Ok(found)
    }

    /// The tags of an alarm. DescribeAlarms returns none, and this call takes one alarm at a time and is throttled at ten a
    /// second ("ListTagsForResource" and "CloudWatch service quotas", Amazon CloudWatch), so it is for few alarms only.
    ///
    /// # Errors
    ///
    /// CloudWatch did not answer, or refused.
    pub async fn tags(&self, alarm: &Arn) -> Result<BTreeMap<String, String>, ReadError> {
        let read = self.client.list_tags_for_resource().resource_arn(alarm.as_str()).send().await;
        let read = read.map_err(|error| ReadError::of("the alarm's tags", Fault::of(&error)))?;
        let tags = read.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())));
        Ok(tags.collect())
    }
}

/// Reads every page. Composite alarms are only described when asked for.
async fn read(call: DescribeAlarmsFluentBuilder) -> Result<Vec<WiredAlarm>, ReadError> {
    let call = call.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
    let mut pages = call.into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| ReadError::of("the alarms", Fault::of(&error)))?;
        found.extend(page.metric_alarms().iter().filter_map(metric_alarm));
        found.extend(page.composite_alarms().iter().filter_map(composite_alarm));
    }
    Ok(found)
}

fn metric_alarm(described: &types::MetricAlarm) -> Option<WiredAlarm> {
    let alarm = Alarm {
        reason: text::bounded(described.state_reason().unwrap_or_default(), REASON),
        description: described.alarm_description().map(str::to_owned),
        measure: measure(described),
        actions: Actions {
            alarm: arns(described.alarm_actions()),
            ok: arns(described.ok_actions()),
            insufficient_data: arns(described.insufficient_data_actions()),
        },
        ..identified(
            described.alarm_arn(),
            described.alarm_name(),
            described.state_value(),
            described.state_transitioned_timestamp().or(described.state_updated_timestamp()),
        )?
    };
    Some(WiredAlarm { alarm, actions_enabled: described.actions_enabled().unwrap_or(true) })
}

fn composite_alarm(described: &types::CompositeAlarm) -> Option<WiredAlarm> {
    let alarm = Alarm {
        reason: text::bounded(described.state_reason().unwrap_or_default(), REASON),
        description: described.alarm_description().map(str::to_owned),
        measure: Measure::Composite {
            rule: described.alarm_rule().unwrap_or_default().to_owned(),
            children: Vec::new(),
        },
        actions: Actions {
            alarm: arns(described.alarm_actions()),
            ok: arns(described.ok_actions()),
            insufficient_data: arns(described.insufficient_data_actions()),
        },
        suppressed_by: described.actions_suppressed_by().map(|by| by.as_str().to_owned()),
        ..identified(
            described.alarm_arn(),
            described.alarm_name(),
            described.state_value(),
            described.state_transitioned_timestamp().or(described.state_updated_timestamp()),
        )?
    };
    Some(WiredAlarm { alarm, actions_enabled: described.actions_enabled().unwrap_or(true) })
}

/// An alarm of which nothing but its identity is known. CloudWatch describes none without it; one that it did could not be
/// matched with any delivery.
fn identified(
    arn: Option<&str>,
    name: Option<&str>,
    state: Option<&StateValue>,
    changed_at: Option<&DateTime>,
) -> Option<Alarm> {
    let arn = Arn::new(arn?);
    Some(Alarm {
        name: name?.to_owned(),
        account: arn.account()?,
        region: arn.region()?,
        arn,
        state: AlarmState::read(state?.as_str())?,
        previous: None,
        reason: String::new(),
        description: None,
        changed_at: moment(changed_at?)?,
        measure: Measure::Unknown,
        tags: BTreeMap::new(),
        actions: Actions::default(),
        suppressed_by: None,
    })
}

fn measure(described: &types::MetricAlarm) -> Measure {
    // What the alarm compares with is not read: the routing needs the dimensions, the message the reason.
    let condition = Condition { threshold: described.threshold(), ..Condition::default() };
    if let (Some(namespace), Some(name)) = (described.namespace(), described.metric_name()) {
        let statistic = described.statistic().map(|statistic| statistic.as_str());
        let metric = Metric {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions(described.dimensions()),
            statistic: statistic.or(described.extended_statistic()).map(str::to_owned),
            period_s: described.period().and_then(|period| u32::try_from(period).ok()),
        };
        return Measure::Metric { metric, condition };
    }
    let queries = described.metrics();
    let shown = queries.iter().find(|query| query.return_data() == Some(true) && query.expression().is_some());
    let metrics = queries.iter().filter_map(|query| query.metric_stat()).filter_map(|stat| {
        let metric = stat.metric()?;
        Some(Metric {
            namespace: metric.namespace()?.to_owned(),
            name: metric.metric_name()?.to_owned(),
            dimensions: dimensions(metric.dimensions()),
            statistic: stat.stat().map(str::to_owned),
            period_s: stat.period().and_then(|period| u32::try_from(period).ok()),
        })
    });
    let metrics: Vec<Metric> = metrics.collect();
    let expression = shown.and_then(|query| query.expression()).unwrap_or_default().to_owned();
    let label = shown.and_then(|query| query.label()).map(str::to_owned);
    if described.threshold_metric_id().is_some() {
        Measure::Anomaly { band: Some(expression).filter(|band| !band.is_empty()), metrics, condition }
    } else {
        Measure::Math { expression, label, metrics, condition }
    }
}

fn dimensions(described: &[types::Dimension]) -> BTreeMap<String, String> {
    described.iter().filter_map(|d| Some((d.name()?.to_owned(), d.value()?.to_owned()))).collect()
}

fn arns(described: &[String]) -> Vec<Arn> {
    described.iter().map(|arn| Arn::new(arn.as_str())).collect()
}

/// A time of the SDK as one of ours.
pub(crate) fn moment(at: &DateTime) -> Option<Timestamp> {
    Timestamp::from_millisecond(at.to_millis().ok()?).ok()
}

#[cfg(test)]
mod tests;
