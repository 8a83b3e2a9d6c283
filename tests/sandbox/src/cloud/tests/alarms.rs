//! What alarms tell, and to whom.

use super::super::Emission;
use super::world::{ROUTER, SERVICE, TOPIC, World};
use serde_json::{Value, json};

fn alarming(seed: u64) -> World {
    let mut world = World::settled(seed);
    world.cloud.rotate_credential(SERVICE, world.now);
    world.until(15, "the 5xx alarm", |world| world.alarm("shop-P0-alb-5xx") == "ALARM");
    world
}

#[test]
fn a_math_alarm_reaches_the_topic_in_cloudwatchs_shape() {
    let world = alarming(1);
    let messages = world.messages();
    let [message] = messages.as_slice() else { panic!("{} messages", messages.len()) };
    assert_eq!(message["AlarmName"], "shop-P0-alb-5xx");
    assert_eq!((&message["OldStateValue"], &message["NewStateValue"]), (&json!("OK"), &json!("ALARM")));
    assert_eq!(message["Region"], "EU (Ireland)");
    assert_eq!(message["AlarmDescription"], Value::Null);
    assert_eq!(message["AlarmArn"], "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-P0-alb-5xx");
    assert!(message["StateChangeTime"].as_str().unwrap().ends_with("+0000"));
    assert_eq!(message["Trigger"]["Period"], 60);
    let metrics = message["Trigger"]["Metrics"].as_array().unwrap();
    assert_eq!((metrics[0]["Id"].as_str(), metrics[0]["ReturnData"].as_bool()), (Some("share"), Some(true)));
    assert_eq!(metrics[1]["MetricStat"]["Metric"]["Dimensions"][0]["name"], "LoadBalancer");
    let reason = message["NewStateReason"].as_str().unwrap();
    assert!(
        reason.starts_with("Threshold Crossed: ") && reason.contains(" out of the last 3 datapoints ["),
        "{reason}"
    );
    assert!(
        reason.ends_with("were greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition)."),
        "{reason}"
    );
}

#[test]
fn a_plain_alarm_names_its_metric_and_shouts_its_statistic() {
    let mut world = World::settled(2);
    world.cloud.break_task(SERVICE, world.now).unwrap();
    world.until(15, "the alarm on unhealthy targets", |world| world.alarm("shop-P0-target-unhealthy") == "ALARM");
    let trigger = world.messages()[0]["Trigger"].clone();
    assert_eq!(trigger["MetricName"], "UnHealthyHostCount");
    assert_eq!((&trigger["StatisticType"], &trigger["Statistic"]), (&json!("Statistic"), &json!("MAXIMUM")));
    assert_eq!((&trigger["Unit"], &trigger["Threshold"]), (&Value::Null, &json!(0.0)));
    assert_eq!((&trigger["TreatMissingData"], &trigger["DatapointsToAlarm"]), (&json!("missing"), &json!(2)));
}

#[test]
fn an_alarm_also_invokes_a_function_and_sends_an_event() {
    let world = alarming(3);
    let direct = world.sent.iter().find_map(|(_, emission)| match emission {
        Emission::AlarmToLambda { function_arn, payload } => Some((function_arn.clone(), payload.clone())),
        _ => None,
    });
    let (function, payload) = direct.unwrap();
    assert_eq!((function.as_str(), &payload["source"]), (ROUTER, &json!("aws.cloudwatch")));
    assert_eq!(payload["alarmData"]["state"]["value"], "ALARM");
    assert_eq!(payload["alarmData"]["previousState"]["value"], "OK");
    let metric = &payload["alarmData"]["configuration"]["metrics"][1]["metricStat"]["metric"];
    assert!(metric["dimensions"]["LoadBalancer"].is_string(), "dimensions are a map here");
    let data: Value = serde_json::from_str(payload["alarmData"]["state"]["reasonData"].as_str().unwrap()).unwrap();
    assert_eq!(data["threshold"], 5.0);

    let event = world.events("CloudWatch Alarm State Change").pop().unwrap();
    assert_eq!(
        (&event["source"], &event["detail"]["alarmName"]),
        (&json!("aws.cloudwatch"), &json!("shop-P0-alb-5xx"))
    );
}

#[test]
fn a_new_alarm_goes_from_insufficient_data_to_ok_and_tells() {
    let mut world = World::new(4);
    assert!(world.cloud.alarms_view().iter().all(|alarm| alarm.state == "INSUFFICIENT_DATA"));
    world.until(30, "OK", |world| world.alarm("shop-P0-target-unhealthy") == "OK");
    let first =
        world.messages().into_iter().find(|message| message["AlarmName"] == "shop-P0-target-unhealthy").unwrap();
    assert_eq!((&first["OldStateValue"], &first["NewStateValue"]), (&json!("INSUFFICIENT_DATA"), &json!("OK")));
}

#[test]
fn with_actions_disabled_the_state_changes_and_nobody_is_told() {
    let mut world = World::settled(5);
    let (status, _) = world.query("monitoring", "Action=DisableAlarmActions&AlarmNames.member.1=shop-P0-alb-5xx");
    assert_eq!(status, 200);
    world.cloud.rotate_credential(SERVICE, world.now);
    world.until(15, "the 5xx alarm", |world| world.alarm("shop-P0-alb-5xx") == "ALARM");
    assert!(world.messages().is_empty());
    let alarm = world.cloud.alarms_view().into_iter().find(|alarm| alarm.name == "shop-P0-alb-5xx").unwrap();
    assert!(!alarm.actions_enabled);
}

#[test]
fn an_alarm_that_lost_its_metric_says_that_data_are_insufficient() {
    let mut world = World::settled(6);
    world.make(
        "AWS::CloudWatch::Alarm",
        "Memory",
        json!({
            "AlarmName": "memory", "Namespace": "AWS/ElastiCache", "MetricName": "DatabaseMemoryUsagePercentage",
            "Dimensions": [{"Name": "CacheClusterId", "Value": "shop-redis-001"}], "Statistic": "Maximum", "Period": 60,
            "EvaluationPeriods": 1, "Threshold": 90, "ComparisonOperator": "GreaterThanThreshold",
        }),
    );
    world.until(10, "OK", |world| world.alarm("memory") == "OK");
    world.cloud.cache_down(SERVICE, world.now);
    world.until(15, "insufficient data", |world| world.alarm("memory") == "INSUFFICIENT_DATA");
    let alarm = world.cloud.alarms_view().into_iter().find(|alarm| alarm.name == "memory").unwrap();
    assert_eq!(alarm.reason, "Insufficient Data: 1 datapoint was unknown.");
}

#[test]
fn a_composite_alarm_follows_its_children_and_lists_them() {
    let mut world = World::settled(7);
    world.make(
        "AWS::CloudWatch::CompositeAlarm",
        "Any",
        json!({
            "AlarmName": "any", "AlarmActions": [TOPIC],
            "AlarmRule": "ALARM(\"shop-P0-alb-5xx\") OR ALARM(shop-P0-target-unhealthy)",
        }),
    );
    world.run(1.0);
    assert_eq!(world.alarm("any"), "OK");
    world.cloud.rotate_credential(SERVICE, world.now);
    world.until(15, "the composite", |world| world.alarm("any") == "ALARM");
    let message = world.messages().into_iter().find(|message| message["AlarmName"] == "any").unwrap();
    assert!(message.get("Trigger").is_none());
    assert!(message["TriggeringChildren"][0]["Arn"].as_str().unwrap().ends_with(":alarm:shop-P0-alb-5xx"));
}

#[test]
fn a_state_that_was_set_by_hand_acts_and_lasts_until_the_next_evaluation() {
    let mut world = World::settled(8);
    let body = "Action=SetAlarmState&AlarmName=shop-P0-alb-5xx&StateValue=ALARM&StateReason=drill";
    assert_eq!(world.query("monitoring", body).0, 200);
    world.run(0.25);
    assert_eq!(world.messages()[0]["NewStateReason"], "drill");
    world.until(5, "OK again", |world| world.alarm("shop-P0-alb-5xx") == "OK");
}

/// A mute rule over the 5xx alarm for so many seconds of AWS's time.
fn mute(world: &mut World, seconds: u32) {
    let rule = json!({
        "Name": "quiet",
        "Rule": {"Schedule": {"Expression": "at(2026-11-23T00:00)", "Duration": format!("PT{seconds}S")}},
        "MuteTargets": {"AlarmNames": ["shop-P0-alb-5xx"]},
    });
    let (status, _) = world.cbor("PutAlarmMuteRule", &ciborium::Value::serialized(&rule).unwrap());
    assert_eq!(status, 200);
}

#[test]
fn a_muted_alarm_changes_and_tells_nobody_but_the_event_bus() {
    let mut world = World::settled(8);
    mute(&mut world, 3600);
    world.cloud.rotate_credential(SERVICE, world.now);
    world.until(15, "the 5xx alarm", |world| world.alarm("shop-P0-alb-5xx") == "ALARM");
    world.run(2.0);
    assert!(world.messages().is_empty());
    assert_eq!(world.events("CloudWatch Alarm State Change").len(), 1);
    assert!(world.cloud.alarms_view().iter().all(|alarm| alarm.actions_enabled), "nothing of it is to be seen");
}

#[test]
fn what_still_rings_when_its_mute_ends_is_told_then() {
    let mut world = World::settled(9);
    mute(&mut world, 600);
    world.cloud.rotate_credential(SERVICE, world.now);
    world.until(15, "the 5xx alarm", |world| world.alarm("shop-P0-alb-5xx") == "ALARM");
    assert!(world.messages().is_empty());
    world.until(20, "a message", |world| !world.messages().is_empty());
    assert_eq!(world.messages()[0]["NewStateValue"], "ALARM");
    world.run(5.0);
    assert_eq!(world.messages().len(), 1, "once");
}

#[test]
fn a_metric_that_stops_coming_is_breaching_where_the_alarm_says_so() {
    let mut world = World::settled(10);
    world.make(
        "AWS::CloudWatch::Alarm",
        "Watchdog",
        json!({
            "AlarmName": "ops-watchdog-heartbeat-missing", "EvaluationPeriods": 3, "DatapointsToAlarm": 3, "Threshold": 1,
            "ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching", "AlarmActions": [TOPIC],
            "Metrics": [
                {"Id": "beats", "Expression": "FILL(arrived, 0)"},
                {"Id": "arrived", "ReturnData": false, "MetricStat": {"Stat": "SampleCount", "Period": 300, "Metric": {
                    "Namespace": "Paramedic", "MetricName": "HeartbeatRoundTrip",
                    "Dimensions": [{"Name": "Stack", "Value": "ops"}],
                }}},
            ],
        }),
    );
    let beat = json!({"Namespace": "Paramedic", "MetricData": [{
        "MetricName": "HeartbeatRoundTrip", "Value": 0.2, "Dimensions": [{"Name": "Stack", "Value": "ops"}],
    }]});
    let beat = ciborium::Value::serialized(&beat).unwrap();
    for _ in 0..4 {
        assert_eq!(world.cbor("PutMetricData", &beat).0, 200);
        world.run(10.0);
    }
    assert_eq!(world.alarm("ops-watchdog-heartbeat-missing"), "OK");
    let silent_since = world.now;
    world.until(60, "the watchdog", |world| world.alarm("ops-watchdog-heartbeat-missing") == "ALARM");
    assert!(world.now.duration_since(silent_since).as_secs() <= 40, "within three periods and what is left of one");
}
