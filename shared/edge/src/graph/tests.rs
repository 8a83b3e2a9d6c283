#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use ciborium::{Value, cbor};
use serde_json::{Value as Json, json};

use super::*;
use crate::stub::{Asked, Reply, Stub, patient};

const ARN: &str = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-P0-alb-5xx";

fn alarm() -> Arn {
    Arn::new(ARN)
}

fn single() -> Value {
    cbor!({
        "AlarmName" => "web-P0-alb-5xx", "AlarmArn" => ARN, "Namespace" => "AWS/ApplicationELB",
        "MetricName" => "HTTPCode_Target_5XX_Count", "Statistic" => "Sum", "Period" => 60, "Threshold" => 5.0,
        "ComparisonOperator" => "GreaterThanThreshold",
        "Dimensions" => [{ "Name" => "LoadBalancer", "Value" => "app/web/1" }],
    })
    .unwrap()
}

/// An alarm on a share; its requests are counted in this account.
fn share(account: &str) -> Value {
    cbor!({
        "AlarmName" => "web-P0-alb-5xx", "AlarmArn" => ARN, "Threshold" => 5.0,
        "ComparisonOperator" => "GreaterThanOrEqualToThreshold",
        "Metrics" => [
            { "Id" => "share", "Expression" => "5/requests", "Label" => "errors" },
            { "Id" => "requests", "ReturnData" => false, "AccountId" => account, "MetricStat" => {
                "Stat" => "Sum", "Period" => 60,
                "Metric" => { "Namespace" => "AWS/ApplicationELB", "MetricName" => "RequestCount", "Dimensions" => [] } } },
        ],
    })
    .unwrap()
}

fn described(alarms: &[Value]) -> Reply {
    Reply::cbor(&cbor!({ "MetricAlarms" => alarms }).unwrap())
}

fn image(bytes: &[u8]) -> Reply {
    Reply::cbor(&Value::Map(vec![("MetricWidgetImage".into(), Value::Bytes(bytes.to_vec()))]))
}

/// CloudWatch with that alarm, and a renderer that draws.
async fn cloudwatch(alarm: Value) -> (Stub, Renderer) {
    renderer(move |asked, _| match asked.operation().as_str() {
        "DescribeAlarms" => described(std::slice::from_ref(&alarm)),
        _ => image(PNG),
    })
    .await
}

async fn renderer(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> (Stub, Renderer) {
    let stub = Stub::start(script).await;
    let renderer = Renderer::new(&patient(&stub.url));
    (stub, renderer)
}

/// The widget that was asked for.
fn widget(stub: &Stub) -> Json {
    let fields: Value = ciborium::from_reader(stub.asked()[1].body.as_ref()).unwrap();
    let fields = fields.into_map().unwrap();
    let widget = fields.into_iter().find(|(name, _)| name.as_text() == Some("MetricWidget")).unwrap().1;
    serde_json::from_str(widget.as_text().unwrap()).unwrap()
}

#[tokio::test]
async fn an_alarm_is_drawn_as_cloudwatch_describes_it() {
    let (stub, renderer) = cloudwatch(single()).await;
    let drawn = renderer.draw(&alarm()).await.unwrap();
    assert_eq!(drawn, Image { png: PNG.to_vec(), title: "web-P0-alb-5xx".to_owned() });
    assert_eq!(stub.operations(), ["DescribeAlarms", "GetMetricWidgetImage"]);
    let widget = widget(&stub);
    assert_eq!(widget["metrics"][0][1], "HTTPCode_Target_5XX_Count");
    assert_eq!(widget["annotations"]["horizontal"][0]["label"], "above 5");
}

#[tokio::test]
async fn metric_math_is_drawn_with_what_it_is_computed_from() {
    let (stub, renderer) = cloudwatch(share("123456789012")).await;
    renderer.draw(&alarm()).await.unwrap();
    let metrics = json!([
        [{ "expression": "5/requests", "id": "share", "label": "errors" }],
        ["AWS/ApplicationELB", "RequestCount", { "stat": "Sum", "period": 60, "id": "requests", "visible": false }],
    ]);
    assert_eq!(widget(&stub)["metrics"], metrics);
}

#[tokio::test]
async fn what_looks_at_no_metric_of_this_account_has_no_graph() {
    let other =
        cbor!({ "AlarmName" => "web-P0-alb-5xx", "AlarmArn" => ARN.replace("eu-west-1", "us-east-1") }).unwrap();
    for (case, alarms) in [
        ("a composite alarm, or one that is gone", vec![]),
        ("an alarm of another region with the same name", vec![other]),
        ("metrics of another account", vec![share("999999999999")]),
    ] {
        let (stub, renderer) = renderer(move |_, _| described(&alarms)).await;
        let undrawn = renderer.draw(&alarm()).await.unwrap_err();
        assert!(matches!(undrawn, Undrawn::NotToBeHad { .. }), "{case}: {undrawn:?}");
        assert_eq!(stub.operations(), ["DescribeAlarms"], "{case}");
    }
}

#[tokio::test]
async fn a_renderer_that_is_busy_may_draw_later_and_one_that_refuses_will_not() {
    let rendering = |says: fn() -> Reply| {
        move |asked: &Asked, _: usize| match asked.operation().as_str() {
            "DescribeAlarms" => described(&[single()]),
            _ => says(),
        }
    };
    let refused: fn() -> Reply = || Reply::refusal(403, "AccessDenied", "not authorized");
    let cases: [(&str, fn() -> Reply, bool); 3] = [
        ("busy", || Reply::Says(503, vec![], vec![]), true),
        ("no PNG", || image(b"<html>"), true),
        ("refused", refused, false),
    ];
    for (case, says, passes) in cases {
        let (_stub, renderer) = renderer(rendering(says)).await;
        let undrawn = renderer.draw(&alarm()).await.unwrap_err();
        let Undrawn::Failed(failure) = &undrawn else { unreachable!("{case}: {undrawn:?}") };
        assert_eq!(matches!(failure, Failure::Transient { .. }), passes, "{case}: {failure:?}");
        assert!(failure.why().starts_with("cloudwatch:GetMetricWidgetImage: "), "{case}: {failure:?}");
    }
}
