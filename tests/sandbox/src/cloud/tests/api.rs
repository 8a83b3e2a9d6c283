//! The API in its protocols.

use super::world::{SERVICE, World};
use ciborium::Value as Cbor;
use serde_json::json;

fn text(value: &str) -> Cbor {
    Cbor::Text(value.to_owned())
}

fn member<'a>(value: &'a Cbor, name: &str) -> &'a Cbor {
    let entries = value.as_map().expect("a map");
    &entries.iter().find(|(key, _)| key == &text(name)).unwrap_or_else(|| panic!("no {name} in {value:?}")).1
}

#[test]
fn a_service_is_described_with_moments_as_fractions_of_seconds() {
    let mut world = World::settled(1);
    let request = json!({"cluster": "shop-cluster", "services": [SERVICE, "nobody"], "include": ["TAGS"]});
    let (status, answer) = world.json("ecs", "DescribeServices", &request);
    assert_eq!(status, 200);
    let service = &answer["services"][0];
    assert_eq!((&service["runningCount"], &service["healthCheckGracePeriodSeconds"]), (&json!(2), &json!(90)));
    assert!(service["createdAt"].is_f64());
    assert_eq!(service["tags"][0], json!({"key": "paramedic", "value": "remediate"}));
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    assert_eq!(answer["failures"][0]["reason"], "MISSING");
}

#[test]
fn tasks_carry_their_services_tags_and_when_they_started() {
    let mut world = World::settled(2);
    let (_, listed) = world.json("ecs", "ListTasks", &json!({"cluster": "shop-cluster", "serviceName": SERVICE}));
    let request = json!({"cluster": "shop-cluster", "tasks": listed["taskArns"], "include": ["TAGS"]});
    let (_, answer) = world.json("ecs", "DescribeTasks", &request);
    assert_eq!(answer["tasks"].as_array().unwrap().len(), 2);
    let task = &answer["tasks"][0];
    assert!(task["startedAt"].as_f64() > task["createdAt"].as_f64());
    assert_eq!(task["tags"][0]["key"], "paramedic");
    assert_eq!(task["lastStatus"], "RUNNING");
}

#[test]
fn what_does_not_exist_is_an_error_of_the_services_own() {
    let mut world = World::settled(3);
    let (status, answer) = world.json("ecs", "DescribeServices", &json!({"cluster": "none", "services": ["x"]}));
    assert_eq!((status, &answer["__type"]), (400, &json!("ClusterNotFoundException")));
    let (status, answer) = world.json("ecs", "CreateCapacityProvider", &json!({}));
    assert_eq!((status, &answer["__type"]), (400, &json!("UnknownOperationException")));
    let (status, answer) = world.query("elasticache", "Action=DescribeReplicationGroups&ReplicationGroupId=none");
    assert!(status == 404 && answer.contains("<Code>ReplicationGroupNotFoundFault</Code>"), "{answer}");
}

#[test]
fn target_health_is_told_in_xml() {
    let mut world = World::settled(4);
    let (_, answer) = world.json("ecs", "DescribeServices", &json!({"cluster": "shop-cluster", "services": [SERVICE]}));
    let group = answer["services"][0]["loadBalancers"][0]["targetGroupArn"].as_str().unwrap().to_owned();
    let body = format!("Action=DescribeTargetHealth&TargetGroupArn={}", group.replace(':', "%3A"));
    let (status, xml) = world.query("elasticloadbalancing", &body);
    assert_eq!(status, 200);
    assert_eq!(xml.matches("<State>healthy</State>").count(), 2, "{xml}");
}

#[test]
fn a_lost_cache_shows_in_its_status_and_its_events() {
    let mut world = World::settled(5);
    world.cloud.cache_down(SERVICE, world.now);
    let (_, xml) = world.query("elasticache", "Action=DescribeReplicationGroups&ReplicationGroupId=shop-redis");
    assert!(xml.contains("<MemberClusters><ClusterId>shop-redis-001</ClusterId></MemberClusters>"), "{xml}");
    assert!(xml.contains("<Status>modifying</Status>"));
    let (_, xml) = world.query("elasticache", "Action=DescribeEvents&SourceType=cache-cluster&Duration=60");
    assert!(xml.contains("<Message>Recovering cache nodes 0001</Message>"), "{xml}");
}

#[test]
fn alarms_are_paged_through_and_filtered_by_state() {
    let mut world = World::settled(6);
    let request = Cbor::Map(vec![(text("MaxRecords"), Cbor::Integer(1.into()))]);
    let (status, first) = world.cbor("DescribeAlarms", &request);
    assert_eq!((status, member(&first, "MetricAlarms").as_array().unwrap().len()), (200, 1));
    let request = Cbor::Map(vec![(text("NextToken"), member(&first, "NextToken").clone())]);
    let (_, second) = world.cbor("DescribeAlarms", &request);
    let alarm = &member(&second, "MetricAlarms").as_array().unwrap()[0];
    assert_eq!(member(alarm, "AlarmName"), &text("shop-P0-target-unhealthy"));
    assert_eq!(member(alarm, "Threshold"), &Cbor::Float(0.0));
    assert!(matches!(member(alarm, "StateUpdatedTimestamp"), Cbor::Tag(1, _)));
    let request = Cbor::Map(vec![(text("StateValue"), text("ALARM"))]);
    let (_, none) = world.cbor("DescribeAlarms", &request);
    assert!(member(&none, "MetricAlarms").as_array().unwrap().is_empty());
}

#[test]
fn metric_data_come_in_the_shortened_period_with_real_moments() {
    let mut world = World::settled(7);
    world.run(10.0);
    let seconds = |offset: i64| Cbor::Tag(1, Box::new(Cbor::Integer((world.now.as_second() + offset).into())));
    let (from, to) = (seconds(-10), seconds(0));
    let dimension = |name: &str, value: &str| Cbor::Map(vec![(text("Name"), text(name)), (text("Value"), text(value))]);
    let metric = Cbor::Map(vec![
        (text("Namespace"), text("AWS/ECS")),
        (text("MetricName"), text("CPUUtilization")),
        (
            text("Dimensions"),
            Cbor::Array(vec![dimension("ClusterName", "shop-cluster"), dimension("ServiceName", SERVICE)]),
        ),
    ]);
    let stat = Cbor::Map(vec![
        (text("Metric"), metric),
        (text("Period"), Cbor::Integer(60.into())),
        (text("Stat"), text("Average")),
    ]);
    let query = Cbor::Map(vec![(text("Id"), text("cpu")), (text("MetricStat"), stat)]);
    let request = Cbor::Map(vec![
        (text("StartTime"), from),
        (text("EndTime"), to),
        (text("MetricDataQueries"), Cbor::Array(vec![query])),
    ]);
    let (status, answer) = world.cbor("GetMetricData", &request);
    assert_eq!(status, 200, "{answer:?}");
    let result = &member(&answer, "MetricDataResults").as_array().unwrap()[0];
    let values = member(result, "Values").as_array().unwrap();
    let moments: Vec<f64> = member(result, "Timestamps")
        .as_array()
        .unwrap()
        .iter()
        .map(|moment| moment.as_tag().unwrap().1.as_float().unwrap())
        .collect();
    assert!(moments.len() >= 5 && moments.windows(2).all(|pair| pair[0] - pair[1] == 2.0), "newest first: {moments:?}");
    assert!(values.iter().all(|value| (15.0..35.0).contains(&value.as_float().unwrap())));
}

#[test]
fn every_call_is_journalled_with_its_caller_action_target_and_outcome() {
    let mut world = World::settled(8);
    world.json("ecs", "DescribeServices", &json!({"cluster": "shop-cluster", "services": [SERVICE]}));
    let request = json!({"cluster": "shop-cluster", "service": "nobody", "forceNewDeployment": true});
    world.json("ecs", "UpdateService", &request);
    let [read, write] = world.cloud.journal() else { panic!("{:?}", world.cloud.journal()) };
    assert_eq!((read.action.as_str(), read.target.as_str(), read.is_write), ("ecs:DescribeServices", SERVICE, false));
    assert_eq!((read.caller.as_str(), read.outcome.as_str()), ("AKIATEST", "ok"));
    assert_eq!((write.action.as_str(), write.is_write), ("ecs:UpdateService", true));
    assert_eq!(write.outcome, "ServiceNotFoundException");
}

fn widget_image(world: &mut World, widget: &str) -> (u16, Cbor) {
    world.cbor("GetMetricWidgetImage", &Cbor::Map(vec![(text("MetricWidget"), text(widget))]))
}

#[test]
fn a_widget_is_drawn_as_a_png_of_the_size_that_was_asked_for() {
    let mut world = World::settled(21);
    let widget = json!({
        "width": 300, "height": 200, "start": "-PT1H", "period": 60, "title": "a",
        "metrics": [["AWS/ECS", "CPUUtilization", "ServiceName", SERVICE, {"stat": "Average", "id": "m", "visible": false}],
                    [{"expression": "100*m", "id": "share"}]],
        "annotations": {"horizontal": [{"value": 5.0}]},
    });
    let (status, answer) = widget_image(&mut world, &widget.to_string());
    assert_eq!(status, 200, "{answer:?}");
    let png = member(&answer, "MetricWidgetImage").as_bytes().unwrap();
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(png[16..24], [0, 0, 1, 44, 0, 0, 0, 200]);
}

#[test]
fn a_widget_without_metrics_or_with_an_odd_size_is_refused() {
    let mut world = World::settled(22);
    let odd = [
        "{",
        "{}",
        r#"{"metrics":[]}"#,
        r#"{"metrics":[["N","M"]],"width":2001}"#,
        r#"{"metrics":[["N"]]}"#,
        r#"{"metrics":[["N","M","D"]]}"#,
        r#"{"metrics":[["N","M"]],"start":"yesterday"}"#,
    ];
    for widget in odd {
        let (status, answer) = widget_image(&mut world, widget);
        assert_eq!((status, member(&answer, "__type")), (400, &text("ValidationError")), "{widget}");
    }
}
