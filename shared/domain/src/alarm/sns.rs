//! The message that a CloudWatch alarm publishes to an SNS topic.
//!
//! CloudWatch's user guide describes it by example only ("Notify users on alarm changes", and "Alarm tags in action
//! payloads" for tags). Composite alarms have `AlarmRule` and no `Trigger`; anomaly detection has `ThresholdMetricId`
//! and no `Threshold`; `AlarmDescription` may be null; older messages lack the ARN and the lists of actions.

use serde_json::Value;

use super::field::{self, AlarmArn, Object};
use super::measure::{Child, Measure};
use super::{Actions, Alarm, AlarmState, Metric, Why, query, region, text};
use crate::id::Arn;

/// Longest rule of a composite alarm: `AlarmRule` of the API reference's `PutCompositeAlarm`.
pub(super) const RULE: usize = 10_240;
/// Most children that are kept: as many as a composite alarm may name.
pub(super) const CHILDREN: usize = 100;
/// Most actions of each state that are kept; AWS allows 5.
const ACTIONS: usize = 5;

/// Whether this object claims to be such a message.
pub(super) fn claims(message: &Object) -> bool {
    message.contains_key("NewStateValue") && (message.contains_key("AlarmName") || message.contains_key("AlarmArn"))
}

/// Reads it. `topic` is the ARN of the topic where the envelope told it.
pub(super) fn alarm(message: &Object, topic: Option<&str>) -> Result<Alarm, Why> {
    let actions = Actions {
        alarm: arns(message, "AlarmActions"),
        ok: arns(message, "OKActions"),
        insufficient_data: arns(message, "InsufficientDataActions"),
    };
    let identity = match field::string(message, "AlarmArn") {
        Some(arn) => AlarmArn::read(arn, "AlarmArn")?,
        None => made_up_arn(message, &actions, topic)?,
    };
    let changed_at = field::moment(field::required(message, "StateChangeTime")?)
        .ok_or_else(|| Why::wrong("StateChangeTime", "a timestamp"))?;
    let tags = ["AlarmTags", "Tags"].iter().find_map(|name| message.get(*name));
    Ok(Alarm {
        name: field::bounded(message, "AlarmName", field::NAME).unwrap_or(identity.name),
        arn: identity.arn,
        account: identity.account,
        region: identity.region,
        state: field::state(message, "NewStateValue")?,
        previous: field::string(message, "OldStateValue").and_then(AlarmState::read),
        reason: field::bounded(message, "NewStateReason", field::REASON).unwrap_or_default(),
        description: field::bounded(message, "AlarmDescription", field::DESCRIPTION),
        changed_at,
        measure: measure(message),
        tags: field::pairs(tags),
        actions,
        suppressed_by: None,
    })
}

/// The ARN that an older message does not carry, put together so that it equals the one that `DescribeAlarms` returns.
fn made_up_arn(message: &Object, actions: &Actions, topic: Option<&str>) -> Result<AlarmArn, Why> {
    let name = field::required(message, "AlarmName")?;
    let account = field::required(message, "AWSAccountId")?;
    if !field::is_account(account) {
        return Err(Why::wrong("AWSAccountId", "twelve digits"));
    }
    // An alarm's topic and its other actions are always in the alarm's own region.
    let near = topic.map(Arn::from).into_iter().chain(actions.all().cloned()).find_map(|arn| arn.region());
    let region = field::string(message, "Region")
        .and_then(region::code)
        .or(near.filter(|region| field::is_region(region.as_str())))
        .ok_or_else(|| Why::missing("AlarmArn"))?;
    let partition = region::partition(&region);
    AlarmArn::read(&format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"), "AlarmName")
}

fn arns(message: &Object, name: &str) -> Vec<Arn> {
    let texts = field::items(message, name).iter().filter_map(Value::as_str);
    texts.take(ACTIONS).map(|arn| Arn::new(text::bounded(arn, field::DESCRIPTION))).collect()
}

fn measure(message: &Object) -> Measure {
    if let Some(rule) = field::bounded(message, "AlarmRule", RULE) {
        let children = field::items(message, "TriggeringChildren").iter().filter_map(child).take(CHILDREN).collect();
        return Measure::Composite { rule, children };
    }
    let Some(trigger) = field::object(message, "Trigger") else { return Measure::Unknown };
    let condition = query::condition(trigger);
    let list = field::items(trigger, "Metrics");
    if !list.is_empty() {
        return query::measure(list, condition, field::string(trigger, "ThresholdMetricId"), false);
    }
    let Some(name) = field::bounded(trigger, "MetricName", field::NAME) else { return Measure::Unknown };
    let statistic = field::string(trigger, "Statistic").or_else(|| field::string(trigger, "ExtendedStatistic"));
    let metric = Metric {
        namespace: field::bounded(trigger, "Namespace", field::NAME).unwrap_or_default(),
        name,
        dimensions: field::pairs(trigger.get("Dimensions")),
        statistic: statistic.map(query::statistic),
        period_s: field::whole(trigger, "Period"),
    };
    Measure::Metric { metric, condition }
}

fn child(value: &Value) -> Option<Child> {
    let child = value.as_object()?;
    let state = field::object(child, "State");
    Some(Child {
        arn: AlarmArn::read(field::string(child, "Arn")?, "Arn").ok()?.arn,
        state: state.and_then(|state| AlarmState::read(field::string(state, "Value")?)),
        changed_at: state.and_then(|state| field::moment(field::string(state, "Timestamp")?)),
    })
}
