#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use ciborium::cbor;
use paramedic_domain::evidence::{Dependency, Rollout, Source, TargetHealth};
use serde_json::json;
use tokio::sync::Barrier;

use super::*;
use crate::staged;
use crate::stub::{Asked, Reply, Stub, patient};

const GROUP: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";

/// A second before [`staged::now`], in seconds.
fn lately() -> f64 {
    (staged::now().as_second() - 1) as f64
}

/// AWS, where all is well with service `web`.
fn well(asked: &Asked) -> Reply {
    match asked.operation().as_str() {
        "DescribeServices" => Reply::json(
            200,
            &json!({ "services": [{
                "status": "ACTIVE", "desiredCount": 2, "runningCount": 2, "pendingCount": 0,
                "deploymentConfiguration": { "minimumHealthyPercent": 50, "maximumPercent": 200 },
                "deploymentController": { "type": "ECS" },
                "tags": [{ "key": "paramedic", "value": "remediate" }],
                "deployments": [{ "id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "COMPLETED",
                    "taskDefinition": "web:7", "runningCount": 2, "failedTasks": 0, "createdAt": lately() }],
                "events": [{ "createdAt": lately(), "message": "(service web) has reached a steady state." }],
            }] }),
        ),
        "ListTasks" => {
            let task = if asked.json()["desiredStatus"] == "RUNNING" { "r1" } else { "s1" };
            Reply::json(200, &json!({ "taskArns": [format!("arn:aws:ecs:eu-west-1:123456789012:task/main/{task}")] }))
        }
        "DescribeTasks" if asked.json()["tasks"][0].as_str().unwrap().ends_with("r1") => Reply::json(
            200,
            &json!({ "tasks": [{ "taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/main/r1", "lastStatus": "RUNNING",
                "startedAt": lately(), "startedBy": "ecs-svc/1", "healthStatus": "HEALTHY" }] }),
        ),
        "DescribeTasks" => Reply::json(
            200,
            &json!({ "tasks": [{ "taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/main/s1", "lastStatus": "STOPPED",
                "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited",
                "stoppedAt": lately(),
                "containers": [{ "name": "web", "exitCode": 137, "reason": "OutOfMemoryError: Container killed" }] }] }),
        ),
        "DescribeTargetGroups" => xml(
            "DescribeTargetGroups",
            &format!("<TargetGroups><member><TargetGroupArn>{GROUP}</TargetGroupArn></member></TargetGroups>"),
        ),
        "DescribeTargetHealth" => xml(
            "DescribeTargetHealth",
            "<TargetHealthDescriptions><member><Target><Id>10.0.0.1</Id></Target><TargetHealth><State>unhealthy</State>\
             <Reason>Target.Timeout</Reason></TargetHealth></member></TargetHealthDescriptions>",
        ),
        "DescribeScalableTargets" => Reply::json(
            200,
            &json!({ "ScalableTargets": [{ "ServiceNamespace": "ecs", "ResourceId": "service/main/web",
                "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 2, "MaxCapacity": 6,
                "RoleARN": "arn:aws:iam::123456789012:role/r", "CreationTime": lately() }] }),
        ),
        "DescribeReplicationGroups" => xml(
            "DescribeReplicationGroups",
            "<ReplicationGroups><ReplicationGroup><ReplicationGroupId>web-redis</ReplicationGroupId><Status>available</Status>\
             <NodeGroups><NodeGroup><PrimaryEndpoint><Address>web-redis.x.euw1.cache.amazonaws.com</Address></PrimaryEndpoint>\
             </NodeGroup></NodeGroups></ReplicationGroup></ReplicationGroups>",
        ),
        "GetMetricData" => metrics(asked),
        "FilterLogEvents" => {
            let line = |stream: &str, text: &str| json!({ "logStreamName": stream, "timestamp": 1_772_333_999_000_i64, "message": text });
            Reply::json(
                200,
                &json!({ "events": [
                line("a", "Error: request 17 failed"), line("b", "Error: request 4711 failed"), line("a", "FATAL: token=abc"),
            ] }),
            )
        }
        "ListSecretVersionIds" => {
            let present = json!({ "VersionId": "v2", "VersionStages": ["AWSCURRENT"], "CreatedDate": lately() });
            let former = json!({ "VersionId": "v1", "VersionStages": ["AWSPREVIOUS"], "CreatedDate": 1.0 });
            let rotated = asked.json()["SecretId"] == "web/token";
            let versions = if rotated { json!([former, present]) } else { json!([present]) };
            Reply::json(200, &json!({ "Versions": versions }))
        }
        other => panic!("nobody expected {other}"),
    }
}

fn xml(operation: &str, result: &str) -> Reply {
    Reply::xml(
        200,
        &format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"),
    )
}

/// Two points for `requests`, none for the other series.
fn metrics(_: &Asked) -> Reply {
    let ids =
        ["cpu", "memory", "requests", "target_5xx", "elb_5xx", "latency_p95", "cache_connections", "cache_memory"];
    let results: Vec<ciborium::Value> = ids
        .iter()
        .map(|id| {
            let time = |ago: f64| ciborium::Value::Tag(1, Box::new(ciborium::Value::Float(lately() - ago)));
            match *id {
                "requests" => cbor!({ "Id" => id, "StatusCode" => "Complete", "Timestamps" => [time(60.0), time(0.0)], "Values" => [10.0, 20.0] }).unwrap(),
                _ => cbor!({ "Id" => id, "StatusCode" => "Complete", "Timestamps" => [], "Values" => [] }).unwrap(),
            }
        })
        .collect();
    Reply::cbor(&cbor!({ "MetricDataResults" => results }).unwrap())
}

async fn gather(
    script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    deadline: SignedDuration,
) -> (Stub, Evidence) {
    let stub = Stub::start(move |asked, _| script(asked)).await;
    let config = staged::config("http://127.0.0.1");
    let evidence = Reader::new(&patient(&stub.url)).gather(&config.services[0], deadline, staged::now()).await;
    (stub, evidence)
}

/// Gathers where one operation is answered otherwise.
async fn gather_with(operation: &'static str, reply: fn() -> Reply) -> Evidence {
    let script = move |asked: &Asked| if asked.operation() == operation { reply() } else { well(asked) };
    gather(script, SignedDuration::from_secs(20)).await.1
}

#[tokio::test]
async fn everything_about_a_service_is_read_in_at_most_sixteen_calls() {
    let (stub, evidence) = gather(well, SignedDuration::from_secs(20)).await;
    assert_eq!(evidence.unread(), Vec::new());
    assert!(stub.operations().len() <= 16, "{:?}", stub.operations());

    let service = evidence.service.read().unwrap();
    assert_eq!((service.desired, service.running, service.minimum_healthy_percent), (2, 2, 50));
    assert!(service.opted_in && service.ecs_controls_deployments);
    assert_eq!(service.primary().unwrap().rollout, Rollout::Completed);
    assert_eq!(evidence.tasks.read().unwrap()[0].started_at.unwrap().as_second() as f64, lately());
    let stopped = &evidence.stopped.read().unwrap()[0];
    assert_eq!((stopped.code.as_str(), stopped.containers[0].exit_code), ("EssentialContainerExited", Some(137)));
    let target = &evidence.targets.read().unwrap()[0];
    assert_eq!((target.health, target.reason.as_deref()), (TargetHealth::Unhealthy, Some("Target.Timeout")));
    assert_eq!(evidence.scaling.read().unwrap().max, 6);
    assert_eq!(evidence.dependency(), Dependency::Well);
    assert_eq!(evidence.cache.read().unwrap().endpoint.as_deref(), Some("web-redis.x.euw1.cache.amazonaws.com"));
    assert_eq!(evidence.metrics.read().unwrap().requests.latest().unwrap().value, 20.0);
}

#[tokio::test]
async fn the_whole_first_wave_is_in_flight_at_once() {
    // Nobody gets an answer before all nine sources and the second secret have asked.
    let wave = Arc::new(Barrier::new(10));
    let together = move |asked: &Asked| match asked.operation().as_str() {
        "DescribeTasks" | "DescribeTargetHealth" => well(asked),
        _ => Reply::Together(wave.clone(), Box::new(well(asked))),
    };
    let (_stub, evidence) = gather(together, SignedDuration::from_secs(20)).await;
    assert_eq!(evidence.unread(), Vec::new());
}

#[tokio::test]
async fn what_does_not_answer_costs_its_own_reading_and_no_other() {
    let hung = |asked: &Asked| if asked.operation() == "GetMetricData" { Reply::Silence } else { well(asked) };
    let (_stub, evidence) = gather(hung, SignedDuration::from_secs(2)).await;
    assert_eq!(evidence.unread(), [(Source::Metrics, "timed out after 2 s".to_owned())]);
}

#[tokio::test]
async fn a_refusal_is_named_by_awss_own_code() {
    let denied = || Reply::refusal(400, "AccessDeniedException", "not authorized to perform: ecs:ListTasks");
    let evidence = gather_with("ListTasks", denied).await;
    assert!(evidence.tasks.why_unread().unwrap().starts_with("AccessDeniedException"));
    assert!(evidence.stopped.why_unread().unwrap().starts_with("AccessDeniedException"));
    assert!(evidence.service.read().is_some());
}

#[tokio::test]
async fn a_service_that_ecs_does_not_know_is_unread_and_not_empty() {
    let nothing = || Reply::json(200, &json!({ "services": [], "failures": [{ "reason": "MISSING" }] }));
    let evidence = gather_with("DescribeServices", nothing).await;
    assert_eq!(evidence.service.why_unread(), Some("ECS knows no service web in cluster main"));
}

#[tokio::test]
async fn more_tasks_than_are_read_are_no_reading() {
    let evidence = gather_with("ListTasks", || Reply::json(200, &json!({ "taskArns": [], "nextToken": "more" }))).await;
    assert!(evidence.tasks.why_unread().unwrap().contains("more than 100 tasks"));
    assert!(evidence.stopped.read().is_some());
}

#[tokio::test]
async fn a_target_group_made_anew_under_the_same_name_is_another_one() {
    let other = || {
        let arn = GROUP.replace("0123456789abcdef", "ffffffffffffffff");
        xml(
            "DescribeTargetGroups",
            &format!("<TargetGroups><member><TargetGroupArn>{arn}</TargetGroupArn></member></TargetGroups>"),
        )
    };
    let evidence = gather_with("DescribeTargetGroups", other).await;
    assert_eq!(evidence.targets.why_unread(), Some("there is no target group targetgroup/web/0123456789abcdef"));
}

#[tokio::test]
async fn a_cache_that_is_gone_is_a_dependency_that_is_down() {
    let gone = || {
        let error = "<Error><Type>Sender</Type><Code>ReplicationGroupNotFoundFault</Code><Message>no</Message></Error>";
        Reply::xml(404, &format!("<ErrorResponse>{error}</ErrorResponse>"))
    };
    let evidence = gather_with("DescribeReplicationGroups", gone).await;
    assert!(matches!(evidence.dependency(), Dependency::Down { id, .. } if id == "web-redis"));
}

#[tokio::test]
async fn a_cache_that_cannot_be_asked_about_is_not_well() {
    let denied = || Reply::xml(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
    let evidence = gather_with("DescribeReplicationGroups", denied).await;
    assert!(matches!(evidence.dependency(), Dependency::Unread { why } if why == "AccessDenied"));
}

#[tokio::test]
async fn a_member_of_a_cache_stands_for_its_group() {
    assert_eq!(cache::member("web-redis"), "web-redis-001");
    assert_eq!(cache::member("web-redis-001"), "web-redis-001");
    let mut service = staged::config("http://127.0.0.1").services[0].clone();
    service.cache = Some("web-redis-001".to_owned());
    let stub = Stub::start(|asked, _| match asked.form().get("ReplicationGroupId").map(String::as_str) {
        Some("web-redis-001") => {
            Reply::xml(404, "<ErrorResponse><Error><Code>ReplicationGroupNotFoundFault</Code></Error></ErrorResponse>")
        }
        _ => well(asked),
    })
    .await;
    let evidence =
        Reader::new(&patient(&stub.url)).gather(&service, SignedDuration::from_secs(20), staged::now()).await;
    assert_eq!(evidence.cache.read().unwrap().id, "web-redis");
}

#[tokio::test]
async fn a_series_that_cloudwatch_leaves_out_was_not_read() {
    let evidence = gather_with("GetMetricData", || Reply::cbor(&cbor!({ "MetricDataResults" => [] }).unwrap())).await;
    assert_eq!(evidence.metrics.why_unread(), Some("CloudWatch left out the series cpu"));
}

#[tokio::test]
async fn error_lines_are_counted_by_shape_and_by_task() {
    let (_stub, evidence) = gather(well, SignedDuration::from_secs(20)).await;
    let shapes = evidence.errors.read().unwrap();
    assert_eq!((shapes[0].shape.as_str(), shapes[0].count, shapes[0].streams), ("Error: request # failed", 2, 2));
    assert_eq!(shapes[1].shape, "FATAL: token=***");
}

#[tokio::test]
async fn only_a_value_that_was_replaced_counts_as_a_change() {
    let (_stub, evidence) = gather(well, SignedDuration::from_secs(20)).await;
    let names: Vec<&str> = evidence.secrets.read().unwrap().iter().map(|change| change.name.as_str()).collect();
    assert_eq!(names, ["web/token"], "web/key was only made");
}

#[tokio::test]
async fn one_secret_that_cannot_be_read_leaves_all_unread() {
    let denied = || Reply::refusal(400, "AccessDeniedException", "no");
    let evidence = gather_with("ListSecretVersionIds", denied).await;
    assert!(evidence.secrets.why_unread().unwrap().contains("AccessDeniedException"));
}

#[tokio::test]
async fn what_is_not_configured_is_not_asked_for() {
    let stub = Stub::start(|asked, _| match asked.operation().as_str() {
        "DescribeScalableTargets" => Reply::json(200, &json!({ "ScalableTargets": [] })),
        "GetMetricData" => metrics(asked),
        _ => well(asked),
    })
    .await;
    let bare = Service::new("web", "main");
    let evidence = Reader::new(&patient(&stub.url)).gather(&bare, SignedDuration::from_secs(20), staged::now()).await;
    assert_eq!(evidence.unread(), Vec::new());
    assert_eq!(evidence.targets, Reading::NotConfigured);
    assert_eq!(evidence.cache, Reading::NotConfigured);
    assert_eq!(evidence.scaling, Reading::NotConfigured);
    let asked = stub.operations();
    assert!(!asked.iter().any(|operation| operation.contains("Target") && operation != "DescribeScalableTargets"));
    assert!(!asked.contains(&"ListSecretVersionIds".to_owned()) && !asked.contains(&"FilterLogEvents".to_owned()));
}
