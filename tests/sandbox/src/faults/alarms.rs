//! What people do to alarms, and alarms that are set off by hand.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Target, note, operator};
use crate::overlay::Overlay;

/// Disables the actions of every alarm of the service, as someone does who wants quiet during a deployment.
pub fn mute_alarms(overlay: &Overlay, target: &Target) {
    let names = alarms_of(overlay, target);
    let outcome = cloudwatch(overlay, "DisableAlarmActions", &json!({"AlarmNames": names}));
    note(overlay, target, format!("the actions of all {} alarms of the service are disabled: {outcome}", names.len()));
}

/// Puts a mute rule over every alarm of the service for so many seconds of AWS's time, which the pace shortens. Unlike
/// disabled actions nothing of it is seen in `DescribeAlarms`.
pub fn mute_rule(overlay: &Overlay, target: &Target, seconds: u32) {
    let names = alarms_of(overlay, target);
    let rule = json!({
        "Name": format!("{}-quiet", target.service),
        "Rule": {"Schedule": {
            "Expression": Timestamp::now().strftime("at(%Y-%m-%dT%H:%M)").to_string(),
            "Duration": format!("PT{seconds}S"),
        }},
        "MuteTargets": {"AlarmNames": names},
    });
    let outcome = cloudwatch(overlay, "PutAlarmMuteRule", &rule);
    note(overlay, target, format!("a mute rule keeps all {} alarms of the service quiet: {outcome}", names.len()));
}

/// Sets the state of an alarm, which lasts until its next evaluation; for ever where missing data is ignored.
pub fn set_alarm_state(overlay: &Overlay, alarm: &str, state: &str, reason: &str) {
    let body = json!({"AlarmName": alarm, "StateValue": state, "StateReason": reason});
    cloudwatch(overlay, "SetAlarmState", &body);
}

/// Creates an alarm of a metric that nobody writes: it stays in the state it is set to.
pub fn put_alarm(overlay: &Overlay, name: &str, dimensions: &[(&str, &str)], actions: &[String]) {
    let dimensions: Vec<_> = dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
    let body = json!({
        "AlarmName": name, "Namespace": "Sandbox", "MetricName": "Nothing", "Dimensions": dimensions,
        "Statistic": "Maximum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "ignore",
        "AlarmActions": actions, "OKActions": actions,
    });
    cloudwatch(overlay, "PutMetricAlarm", &body);
}

/// Disables the actions of one alarm, or enables them again.
pub fn enable_actions(overlay: &Overlay, alarm: &str, enabled: bool) {
    let operation = if enabled { "EnableAlarmActions" } else { "DisableAlarmActions" };
    cloudwatch(overlay, operation, &json!({"AlarmNames": [alarm]}));
}

/// Deletes an alarm.
pub fn delete_alarm(overlay: &Overlay, alarm: &str) {
    cloudwatch(overlay, "DeleteAlarms", &json!({"AlarmNames": [alarm]}));
}

/// Sets off an alarm of the service that watches nothing else, which is created for it; it rings until [`calm`].
pub fn set_off(overlay: &Overlay, target: &Target, alarm: &str) {
    put_alarm(overlay, alarm, &[], std::slice::from_ref(&target.alarms_topic));
    note(overlay, target, format!("{alarm} goes off"));
    set_alarm_state(overlay, alarm, "ALARM", "Checks fail.");
}

/// Lets an alarm recover that was set off.
pub fn calm(overlay: &Overlay, target: &Target, alarm: &str) {
    note(overlay, target, format!("{alarm} recovers"));
    set_alarm_state(overlay, alarm, "OK", "Checks succeed.");
}

fn alarms_of(overlay: &Overlay, target: &Target) -> Vec<String> {
    let prefix = format!("{}-", target.service);
    let all = overlay.cloud().alarms_view();
    all.into_iter().map(|alarm| alarm.name).filter(|name| name.starts_with(&prefix)).collect()
}

/// A call that somebody makes to CloudWatch; says what came of it.
fn cloudwatch(overlay: &Overlay, operation: &str, input: &Value) -> String {
    let status = operator::cloudwatch(&mut overlay.cloud(), operation, input, Timestamp::now());
    if status < 300 { "done".to_owned() } else { format!("refused with {status}") }
}
