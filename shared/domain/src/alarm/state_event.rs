//! The event of an alarm's state change, which CloudWatch sends to a Lambda function as an alarm action and to
//! EventBridge as `CloudWatch Alarm State Change`. Both carry the same body: the first under `alarmData`, the second
//! under `detail`.
//!
//! CloudWatch's user guide: "Invoke a Lambda function from an alarm" and "Alarm events and EventBridge". The
//! threshold is in no field of its own but in `reasonData`, a string that holds JSON.

use serde_json::Value;

use super::field::{self, AlarmArn, Object};
use super::measure::{Child, Condition, Measure};
use super::{Actions, Alarm, AlarmState, Why, query, sns, text};

/// Longest `reasonData` that is read: `StateReasonData` of the API reference's `MetricAlarm`.
const REASON_DATA: usize = 4000;

/// Whether this object claims to be an alarm's invocation of a function.
pub(super) fn claims_direct(message: &Object) -> bool {
    message.contains_key("alarmData") || (message.contains_key("alarmArn") && message.contains_key("accountId"))
}

/// Whether this object claims to be EventBridge's event.
pub(super) fn claims_event(message: &Object) -> bool {
    field::string(message, "source") == Some("aws.cloudwatch")
        && field::string(message, "detail-type") == Some("CloudWatch Alarm State Change")
}

/// Reads an alarm's invocation of a function.
pub(super) fn direct(message: &Object) -> Result<Alarm, Why> {
    let arn = field::required(message, "alarmArn")?;
    alarm(message, AlarmArn::read(arn, "alarmArn")?, field::required_object(message, "alarmData")?)
}

/// Reads EventBridge's event. The alarm's ARN is its only resource.
pub(super) fn event(message: &Object) -> Result<Alarm, Why> {
    let arn = field::items(message, "resources").first().ok_or_else(|| Why::missing("resources"))?;
    let arn = arn.as_str().ok_or_else(|| Why::wrong("resources", "a list of ARNs"))?;
    alarm(message, AlarmArn::read(arn, "resources")?, field::required_object(message, "detail")?)
}

fn alarm(message: &Object, identity: AlarmArn, data: &Object) -> Result<Alarm, Why> {
    let state = field::required_object(data, "state")?;
    let time = field::string(state, "timestamp").or_else(|| field::string(message, "time"));
    let changed_at = field::moment(time.ok_or_else(|| Why::missing("state.timestamp"))?)
        .ok_or_else(|| Why::wrong("state.timestamp", "a timestamp"))?;
    let none = Object::new();
    let configuration = field::object(data, "configuration").unwrap_or(&none);
    let tags = ["alarmTags", "tags"].iter().find_map(|name| data.get(*name).or_else(|| message.get(*name)));
    Ok(Alarm {
        name: field::bounded(data, "alarmName", field::NAME).unwrap_or(identity.name),
        arn: identity.arn,
        account: identity.account,
        region: identity.region,
        state: field::state(state, "value")?,
        previous: field::object(data, "previousState")
            .and_then(|previous| AlarmState::read(field::string(previous, "value")?)),
        reason: field::bounded(state, "reason", field::REASON).unwrap_or_default(),
        description: field::bounded(configuration, "description", field::DESCRIPTION),
        changed_at,
        measure: measure(configuration, &reason_data(state)),
        tags: field::pairs(tags),
        actions: Actions::default(),
        suppressed_by: field::string(state, "actionsSuppressedBy").map(|by| text::bounded(by, field::NAME)),
    })
}

/// `reasonData`, which is JSON in a string. It may be missing, and is never needed to know that an alarm went off.
fn reason_data(state: &Object) -> Object {
    let data = field::string(state, "reasonData").filter(|data| data.len() <= REASON_DATA * 4);
    data.and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default()
}

fn measure(configuration: &Object, reason: &Object) -> Measure {
    if let Some(rule) = field::bounded(configuration, "alarmRule", sns::RULE) {
        let children = field::items(reason, "triggeringAlarms").iter().filter_map(child).take(sns::CHILDREN).collect();
        return Measure::Composite { rule, children };
    }
    let configured = query::condition(configuration);
    let evaluated = query::condition(reason);
    let condition = Condition { threshold: configured.threshold.or(evaluated.threshold), ..configured };
    // Anomaly detection reports the thresholds of its band here, and so differs from a composite's `reasonData`.
    let has_band = reason.contains_key("recentLowerThresholds") || reason.contains_key("recentUpperThresholds");
    query::measure(field::items(configuration, "metrics"), condition, None, has_band)
}

fn child(value: &Value) -> Option<Child> {
    let child = value.as_object()?;
    let state = field::object(child, "state");
    Some(Child {
        arn: AlarmArn::read(field::string(child, "arn")?, "arn").ok()?.arn,
        state: state.and_then(|state| AlarmState::read(field::string(state, "value")?)),
        changed_at: state.and_then(|state| field::moment(field::string(state, "timestamp")?)),
    })
}
