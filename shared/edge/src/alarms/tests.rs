#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use ciborium::Value;
use ciborium::cbor;

use super::*;
use crate::stub::{Asked, Reply, Stub, patient};

/// A time as CloudWatch writes it: a tagged binary fraction of a second.
fn time(seconds: f64) -> Value {
    Value::Tag(1, Box::new(Value::Float(seconds)))
}

fn metric_alarm(name: &str, at: f64) -> Value {
    let arn = format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}");
    cbor!({
        "AlarmName" => name, "AlarmArn" => arn, "StateValue" => "ALARM", "StateReason" => "Threshold Crossed",
        "ActionsEnabled" => false,
        "AlarmActions" => ["arn:aws:sns:eu-west-1:123456789012:alarms"],
        "StateUpdatedTimestamp" => time(at + 100.0), "StateTransitionedTimestamp" => time(at),
        "MetricName" => "CPUUtilization", "Namespace" => "AWS/ECS", "Statistic" => "Average", "Period" => 60,
        "Dimensions" => [{ "Name" => "ServiceName", "Value" => "web" }],
        "Threshold" => 80.0,
    })
    .unwrap()
}

fn math_alarm() -> Value {
    cbor!({
        "AlarmName" => "web-P0-alb-5xx",
        "AlarmArn" => "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-P0-alb-5xx",
        "StateValue" => "ALARM", "ActionsEnabled" => true, "StateUpdatedTimestamp" => time(1_700_000_000.0),
        "Metrics" => [
            { "Id" => "share", "Expression" => "100*errors/requests", "Label" => "5xx share", "ReturnData" => true },
            { "Id" => "requests", "ReturnData" => false, "MetricStat" => {
                "Stat" => "Sum", "Period" => 60,
                "Metric" => { "Namespace" => "AWS/ApplicationELB", "MetricName" => "RequestCount",
                    "Dimensions" => [{ "Name" => "LoadBalancer", "Value" => "app/web/0123456789abcdef" }] } } },
        ],
    })
    .unwrap()
}

fn composite_alarm() -> Value {
    cbor!({
        "AlarmName" => "web-P0-all", "AlarmArn" => "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-P0-all",
        "StateValue" => "ALARM", "StateTransitionedTimestamp" => time(1_700_000_000.0), "ActionsEnabled" => true,
        "AlarmRule" => "ALARM(\"a\")", "ActionsSuppressedBy" => "Alarm",
    })
    .unwrap()
}

async fn alarms(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> (Stub, Alarms) {
    let stub = Stub::start(script).await;
    let alarms = Alarms::new(Client::new(&patient(&stub.url)));
    (stub, alarms)
}

/// What was asked for, out of the request's CBOR.
fn asked_for(asked: &Asked, field: &str) -> Value {
    let Value::Map(fields) = ciborium::from_reader::<Value, _>(asked.body.as_ref()).unwrap() else { panic!("no map") };
    fields.into_iter().find(|(name, _)| name.as_text() == Some(field)).map(|(_, value)| value).unwrap_or(Value::Null)
}

#[tokio::test]
async fn every_page_of_metric_and_composite_alarms_is_read() {
    let (stub, alarms) = alarms(|_, before| match before {
        0 => Reply::cbor(
            &cbor!({ "MetricAlarms" => [metric_alarm("web-P0-cpu", 1_700_000_000.0)], "NextToken" => "more" }).unwrap(),
        ),
        _ => {
            Reply::cbor(&cbor!({ "MetricAlarms" => [math_alarm()], "CompositeAlarms" => [composite_alarm()] }).unwrap())
        }
    })
    .await;
    let found = alarms.in_alarm().await.unwrap();
    let names: Vec<&str> = found.iter().map(|wired| wired.alarm.name.as_str()).collect();
    assert_eq!(names, ["web-P0-cpu", "web-P0-alb-5xx", "web-P0-all"]);
    assert_eq!(asked_for(&stub.asked()[0], "StateValue"), Value::from("ALARM"));
    assert_eq!(asked_for(&stub.asked()[0], "AlarmTypes"), cbor!(["MetricAlarm", "CompositeAlarm"]).unwrap());
}

#[tokio::test]
async fn an_alarm_comes_with_its_wiring() {
    let (_stub, alarms) = alarms(|_, _| {
        Reply::cbor(&cbor!({ "MetricAlarms" => [metric_alarm("web-P0-cpu", 1_700_000_000.0)] }).unwrap())
    })
    .await;
    let found = alarms.in_alarm().await.unwrap();
    assert!(!found[0].actions_enabled);
    let alarm = &found[0].alarm;
    assert_eq!(alarm.actions.alarm, [Arn::new("arn:aws:sns:eu-west-1:123456789012:alarms")]);
    assert_eq!(alarm.dimension("ServiceName"), Some("web"));
    assert_eq!((alarm.account.as_str(), alarm.region.as_str()), ("123456789012", "eu-west-1"));
}

#[tokio::test]
async fn the_time_of_a_change_is_never_newer_than_in_the_alarms_message() {
    for millis in [1_767_322_999_678_i64, 1_767_322_999_001, 1_767_322_999_999, 1_767_323_000_000] {
        let (_stub, alarms) = alarms(move |_, _| {
            Reply::cbor(&cbor!({ "MetricAlarms" => [metric_alarm("a", millis as f64 / 1000.0)] }).unwrap())
        })
        .await;
        let changed_at = alarms.in_alarm().await.unwrap()[0].alarm.changed_at.as_millisecond();
        assert!((millis - 1..=millis).contains(&changed_at), "{changed_at} for {millis}");
    }
}

#[tokio::test]
async fn the_metrics_of_an_expression_route_it() {
    let (_stub, alarms) = alarms(|_, _| Reply::cbor(&cbor!({ "MetricAlarms" => [math_alarm()] }).unwrap())).await;
    let found = alarms.in_alarm().await.unwrap();
    assert_eq!(found[0].alarm.dimension("LoadBalancer"), Some("app/web/0123456789abcdef"));
    assert!(matches!(&found[0].alarm.measure, Measure::Math { expression, .. } if expression == "100*errors/requests"));
    assert_eq!(found[0].alarm.changed_at.as_second(), 1_700_000_000, "the update stands in for the transition");
}

#[tokio::test]
async fn many_names_are_asked_for_in_several_calls() {
    let (stub, alarms) = alarms(|_, _| Reply::cbor(&cbor!({ "MetricAlarms" => [] }).unwrap())).await;
    let names: Vec<String> = (0..101).map(|n| format!("alarm-{n}")).collect();
    assert_eq!(alarms.named(&names).await, Ok(Vec::new()));
    let asked = stub.asked();
    assert_eq!(asked_for(&asked[0], "AlarmNames").as_array().unwrap().len(), 100);
    assert_eq!(asked_for(&asked[1], "AlarmNames").as_array().unwrap().len(), 1);
    assert_eq!(alarms.named(&[]).await, Ok(Vec::new()));
    assert_eq!(stub.asked().len(), 2, "no names are no reason to ask for all alarms");
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let (_stub, alarms) = alarms(|_, before| match before {
        0 => Reply::cbor(&cbor!({ "MetricAlarms" => [math_alarm()], "NextToken" => "more" }).unwrap()),
        _ => Reply::Says(500, vec![], vec![]),
    })
    .await;
    assert!(alarms.in_alarm().await.unwrap_err().transient);
}

#[tokio::test]
async fn the_tags_of_an_alarm_are_read_by_its_arn() {
    let tags = || cbor!({ "Tags" => [{ "Key" => "paramedic:service", "Value" => "web" }] }).unwrap();
    let (stub, alarms) = alarms(move |_, _| Reply::cbor(&tags())).await;
    let arn = Arn::new("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-slow");
    assert_eq!(alarms.tags(&arn).await.unwrap()["paramedic:service"], "web");
    assert_eq!(asked_for(&stub.asked()[0], "ResourceARN").as_text(), Some(arn.as_str()));
}
