#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::alarm::{Parsed, parse};

const CONFIG: &str = r#"
version = 1
[[service]]
name = "web"
cluster = "main"
target_group = "targetgroup/web/0af"
cache = "web-redis"
[[service]]
name = "web-api"
cluster = "main"
"#;

fn config() -> Config {
    Config::parse(CONFIG, "paramedic.toml").unwrap()
}

fn alarm(name: &str, dimensions: &[(&str, &str)]) -> Alarm {
    let dimensions: Vec<_> =
        dimensions.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect();
    let message = serde_json::json!({
        "AlarmName": name,
        "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"),
        "AWSAccountId": "123456789012",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed",
        "OldStateValue": "OK",
        "StateChangeTime": "2026-03-01T03:00:00.000+0000",
        "Region": "EU (Ireland)",
        "Trigger": {"MetricName": "CPUUtilization", "Namespace": "AWS/ECS", "StatisticType": "Statistic",
            "Statistic": "AVERAGE", "Dimensions": dimensions, "Period": 60, "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold", "Threshold": 80.0},
    });
    match parse(&message.to_string()) {
        Ok(Parsed::Alarm(alarm)) => *alarm,
        other => panic!("not an alarm: {other:?}"),
    }
}

#[test]
fn every_way_to_the_service() {
    let cases: &[(&str, &[(&str, &str)], &str, bool)] = &[
        ("cpu", &[("ClusterName", "main"), ("ServiceName", "web")], "web", true),
        ("cpu", &[("ClusterName", "other"), ("ServiceName", "web")], "cpu", false),
        ("hosts", &[("TargetGroup", "targetgroup/web/0af")], "web", true),
        ("memory", &[("CacheClusterId", "web-redis-001")], "web", true),
        ("memory", &[("CacheClusterId", "web-redis-blue")], "memory", false),
        ("web-P0-alb-5xx", &[], "web", true),
        ("web-api-P1-latency", &[], "web-api", true),
        ("webshop-P0-alb-5xx", &[], "webshop-P0-alb-5xx", false),
        ("anything", &[("ClusterName", "main")], "anything", false),
    ];
    for (name, dimensions, service, configured) in cases {
        let route = route(&alarm(name, dimensions), &config());
        assert_eq!((route.service.as_str(), route.configured), (*service, *configured), "{name} {dimensions:?}");
    }
}

#[test]
fn services_that_share_a_load_balancer_do_not_get_each_others_alarms() {
    let config = Config::parse(
        "version = 1\n\
         [[service]]\nname = \"a\"\ncluster = \"c\"\ntarget_group = \"targetgroup/a/1\"\nload_balancer = \"app/shared/9\"\n\
         [[service]]\nname = \"b\"\ncluster = \"c\"\ntarget_group = \"targetgroup/b/2\"\nload_balancer = \"app/shared/9\"\n",
        "paramedic.toml",
    )
    .unwrap();
    let to = |dimensions: &[(&str, &str)]| route(&alarm("5xx", dimensions), &config).service.as_str().to_owned();
    assert_eq!(to(&[("TargetGroup", "targetgroup/b/2"), ("LoadBalancer", "app/shared/9")]), "b");
    assert_eq!(to(&[("LoadBalancer", "app/shared/9")]), "5xx", "it could be either's, so it is neither's");
}

#[test]
fn an_alarms_own_severity_counts_and_else_somebody_should_look() {
    assert_eq!(route(&alarm("web-P0-alb-5xx", &[]), &config()).severity, Severity::P0);
    assert_eq!(route(&alarm("web-disk", &[]), &config()).severity, Severity::P1);
}

#[test]
fn a_tag_beats_the_dimensions() {
    let mut tagged = alarm("cpu", &[("ClusterName", "main"), ("ServiceName", "web")]);
    tagged.tags.insert("paramedic:service".to_owned(), "web-api".to_owned());
    assert_eq!(route(&tagged, &config()).service.as_str(), "web-api");
}
