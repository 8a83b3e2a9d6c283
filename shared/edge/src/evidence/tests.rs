#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ciborium::cbor;
use paramedic_domain::evidence::{Dependency, Follows, Rollout, Source, TargetHealth};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::*;
use crate::staged;
use crate::stub::{Asked, Reply, Stub, patient};

const GROUP: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";

/// The calls of the first wave for a full incident of a service with one secret.
const FIRST_WAVE: [&str; 13] = [
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingActivities",
    "application-autoscaling:DescribeScalingPolicies",
    "cloudwatch:GetMetricData",
    "ecs:DescribeServices",
    "ecs:ListTasks",
    "ecs:ListTasks",
    "elasticache:DescribeEvents",
    "elasticache:DescribeReplicationGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "logs:FilterLogEvents",
    "logs:FilterLogEvents",
    "secretsmanager:ListSecretVersionIds",
];

/// The calls of the second wave after a recent deployment.
const AFTER_A_DEPLOYMENT: [&str; 3] = ["ecs:DescribeTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:DescribeTasks"];
/// The calls of the second wave where nothing was deployed lately.
const OTHERWISE: [&str; 3] = ["cloudwatch:GetMetricData", "ecs:DescribeTaskDefinition", "ecs:DescribeTasks"];

/// A second before [`staged::now`], in seconds.
fn lately() -> f64 {
    (staged::now().as_second() - 1) as f64
}

/// AWS, where all is well with service `web` a second after its deployment.
fn well(asked: &Asked) -> Reply {
    well_since(asked, lately())
}

/// AWS, where all is well with service `web`, deployed at that time.
fn well_since(asked: &Asked, deployed: f64) -> Reply {
    match asked.operation().as_str() {
        "DescribeServices" => Reply::json(
            200,
            &json!({ "services": [{
                "status": "ACTIVE", "desiredCount": 2, "runningCount": 2, "pendingCount": 0,
                "healthCheckGracePeriodSeconds": 90,
                "deploymentConfiguration": { "minimumHealthyPercent": 50, "maximumPercent": 200,
                    "deploymentCircuitBreaker": { "enable": true, "rollback": true } },
                "deploymentController": { "type": "ECS" },
                "tags": [{ "key": "paramedic", "value": "remediate" }],
                "deployments": [{ "id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "COMPLETED",
                    "rolloutStateReason": "ECS deployment ecs-svc/1 completed.",
                    "taskDefinition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7",
                    "desiredCount": 2, "runningCount": 2, "failedTasks": 0, "createdAt": deployed }],
                "events": [{ "createdAt": lately(), "message": "(service web) has reached a steady state." }],
            }] }),
        ),
        "ListTasks" => {
            let task = if asked.json()["desiredStatus"] == "RUNNING" { "r1" } else { "s1" };
            Reply::json(200, &json!({ "taskArns": [format!("arn:aws:ecs:eu-west-1:123456789012:task/main/{task}")] }))
        }
        "DescribeTasks" => {
            let asked = asked.json();
            let tasks: Vec<Value> =
                asked["tasks"].as_array().unwrap().iter().map(|arn| task(arn.as_str().unwrap())).collect();
            Reply::json(200, &json!({ "tasks": tasks }))
        }
        "DescribeTaskDefinition" => {
            let name = asked.json()["taskDefinition"].as_str().unwrap().to_owned();
            let (family, revision) = name.rsplit_once(':').unwrap();
            let revision: u32 = revision.parse().unwrap();
            let container = json!({ "name": "web", "image": format!("shop/web:1.{revision}"), "essential": true,
                "environment": [{ "name": "LEVEL", "value": "hunter2" }] });
            Reply::json(
                200,
                &json!({ "taskDefinition": { "family": family, "revision": revision, "cpu": "512",
                "memory": "1024", "registeredAt": lately(), "containerDefinitions": [container] } }),
            )
        }
        "DescribeTargetHealth" => xml(
            "DescribeTargetHealth",
            "<TargetHealthDescriptions><member><Target><Id>10.0.0.1</Id><AvailabilityZone>eu-west-1a</AvailabilityZone></Target>\
             <TargetHealth><State>unhealthy</State><Reason>Target.ResponseCodeMismatch</Reason>\
             <Description>Health checks failed with these codes: [503]</Description></TargetHealth></member>\
             </TargetHealthDescriptions>",
        ),
        "DescribeScalableTargets" => Reply::json(
            200,
            &json!({ "ScalableTargets": [{ "ServiceNamespace": "ecs", "ResourceId": "service/main/web",
                "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 2, "MaxCapacity": 6,
                "SuspendedState": { "DynamicScalingOutSuspended": true, "DynamicScalingInSuspended": false },
                "RoleARN": "arn:aws:iam::123456789012:role/r", "CreationTime": lately() }] }),
        ),
        "DescribeScalingPolicies" => Reply::json(200, &json!({ "ScalingPolicies": [policy()] })),
        "DescribeScalingActivities" => {
            Reply::json(200, &json!({ "ScalingActivities": [activity(60.0, "Successful"), activity(0.0, "Failed")] }))
        }
        "DescribeReplicationGroups" => xml(
            "DescribeReplicationGroups",
            "<ReplicationGroups><ReplicationGroup><ReplicationGroupId>web-redis</ReplicationGroupId><Status>available</Status>\
             <MemberClusters><ClusterId>web-redis-001</ClusterId><ClusterId>web-redis-002</ClusterId></MemberClusters>\
             <AutomaticFailover>enabled</AutomaticFailover>\
             <NodeGroups><NodeGroup><PrimaryEndpoint><Address>web-redis.x.euw1.cache.amazonaws.com</Address></PrimaryEndpoint>\
             </NodeGroup></NodeGroups></ReplicationGroup></ReplicationGroups>",
        ),
        "DescribeEvents" => {
            let event = |about: &str, at: &str| {
                format!(
                    "<Event><SourceIdentifier>{about}</SourceIdentifier><SourceType>cache-cluster</SourceType>\
                     <Message>Failover of {about}</Message><Date>2026-03-01T{at}Z</Date></Event>"
                )
            };
            let events =
                [event("web-redis-001", "01:00:00"), event("other-001", "02:00:00"), event("web-redis", "02:30:00")];
            xml("DescribeEvents", &format!("<Events>{}</Events>", events.concat()))
        }
        "GetMetricData" => metrics(asked),
        "FilterLogEvents" if asked.json()["logGroupName"] == "/aws/events/paramedic-recorder" => {
            Reply::json(200, &json!({ "events": [{ "logStreamName": "e", "timestamp": 1, "message": replaced() }] }))
        }
        "FilterLogEvents" => {
            let line = |stream: &str, text: &str| json!({ "logStreamName": stream, "timestamp": 1_772_333_999_000_i64, "message": text });
            Reply::json(
                200,
                &json!({ "events": [
                    line("a", "Error: request 17 failed"), line("b", "Error: request 4711 failed"),
                    line("b", "Error: request 4 failed"), line("a", "FATAL: token=abc"),
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

/// A task as DescribeTasks has it: `r…` runs, `s…` stopped.
fn task(arn: &str) -> Value {
    let details = json!([{ "name": "networkInterfaceId", "value": "eni-1" }, { "name": "privateIPv4Address", "value": "10.0.0.1" }]);
    let mut task = json!({ "taskArn": arn, "startedAt": lately(), "startedBy": "ecs-svc/1", "availabilityZone": "eu-west-1a",
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7", "launchType": "FARGATE",
        "attachments": [{ "type": "ElasticNetworkInterface", "details": details }] });
    let added = if arn.ends_with("r1") {
        let container = json!({ "name": "web", "image": "shop/web:1.7", "imageDigest": "sha256:0123" });
        json!({ "lastStatus": "RUNNING", "healthStatus": "HEALTHY", "containers": [container] })
    } else {
        let container = json!({ "name": "web", "exitCode": 137, "reason": "OutOfMemoryError: Container killed" });
        json!({ "lastStatus": "STOPPED", "stopCode": "EssentialContainerExited", "stoppedAt": lately(),
            "stoppedReason": "Essential container in task exited", "capacityProviderName": "FARGATE_SPOT",
            "containers": [container] })
    };
    task.as_object_mut().unwrap().extend(added.as_object().unwrap().clone());
    task
}

/// What the flight recorder kept of a task of the revision before.
fn replaced() -> String {
    json!({ "detail-type": "ECS Task State Change", "source": "aws.ecs", "time": "2026-03-01T02:59:30Z", "resources": [],
        "detail": { "taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/main/o1", "group": "service:web",
            "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/main", "lastStatus": "STOPPED",
            "startedBy": "ecs-svc/0", "stoppedAt": "2026-03-01T02:59:29Z",
            "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:5" } })
    .to_string()
}

fn policy() -> Value {
    json!({ "PolicyARN": "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:x", "PolicyName": "web-cpu",
        "ServiceNamespace": "ecs", "ResourceId": "service/main/web", "ScalableDimension": "ecs:service:DesiredCount",
        "PolicyType": "TargetTrackingScaling", "CreationTime": lately(),
        "TargetTrackingScalingPolicyConfiguration": { "TargetValue": 60.0, "ScaleOutCooldown": 60, "ScaleInCooldown": 180,
            "PredefinedMetricSpecification": { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" } } })
}

/// An attempt to scale so many seconds before the others.
fn activity(before: f64, status: &str) -> Value {
    json!({ "ActivityId": "a", "ServiceNamespace": "ecs", "ResourceId": "service/main/web",
        "ScalableDimension": "ecs:service:DesiredCount", "Description": "Attempting to scale due to alarm triggered",
        "Cause": "monitor alarm web-cpu in state ALARM triggered policy web-cpu", "StartTime": lately() - before,
        "StatusCode": status, "NotScaledReasons": [{ "Code": "AlreadyAtMaxCapacity", "MaxCapacity": 6, "CurrentCapacity": 6 }] })
}

/// The queries of a GetMetricData by their ids, each with its expression or else nothing.
fn queries(asked: &Asked) -> Vec<(String, Option<String>)> {
    let body: ciborium::Value = ciborium::from_reader(&asked.body[..]).unwrap();
    let field = |map: &ciborium::Value, name: &str| {
        let entries = map.as_map().unwrap();
        entries.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value.clone())
    };
    let queries = field(&body, "MetricDataQueries").unwrap();
    let text = |query: &ciborium::Value, name: &str| field(query, name).and_then(|it| it.as_text().map(str::to_owned));
    queries.as_array().unwrap().iter().map(|query| (text(query, "Id").unwrap(), text(query, "Expression"))).collect()
}

/// Two points for `requests` and for the memory of a task, none for the other series. Searches that find nothing have no
/// result at all.
fn metrics(asked: &Asked) -> Reply {
    let time = |ago: f64| ciborium::Value::Tag(1, Box::new(ciborium::Value::Float(lately() - ago)));
    let results: Vec<ciborium::Value> = queries(asked)
        .iter()
        .filter_map(|(id, _)| match id.as_str() {
            "cpu_by_task" => None,
            "requests" | "memory_by_task" => Some(cbor!({ "Id" => id, "Label" => "r1", "StatusCode" => "Complete",
                "Timestamps" => [time(60.0), time(0.0)], "Values" => [10.0, 20.0] })),
            _ => Some(cbor!({ "Id" => id, "StatusCode" => "Complete", "Timestamps" => [], "Values" => [] })),
        })
        .map(Result::unwrap)
        .collect();
    Reply::cbor(&cbor!({ "MetricDataResults" => results }).unwrap())
}

/// The service of the staged configuration with one secret.
fn web() -> Service {
    let mut service = staged::config("http://127.0.0.1").services[0].clone();
    service.secrets = vec!["web/token".to_owned()];
    service
}

fn reader(stub: &Stub) -> Reader {
    Reader::new(&patient(&stub.url), Site::of(&staged::environment()))
}

async fn read(service: &Service, stub: &Stub, deadline: SignedDuration) -> Evidence {
    reader(stub).gather(service, Reading::Read(Vec::new()), deadline, staged::now()).await
}

async fn gather(
    script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    deadline: SignedDuration,
) -> (Stub, Evidence) {
    let stub = Stub::start(move |asked, _| script(asked)).await;
    let config = staged::config("http://127.0.0.1");
    let evidence = read(&config.services[0], &stub, deadline).await;
    (stub, evidence)
}

/// Gathers where one operation is answered otherwise.
async fn gather_with(operation: &'static str, reply: fn() -> Reply) -> Evidence {
    let script = move |asked: &Asked| if asked.operation() == operation { reply() } else { well(asked) };
    gather(script, SignedDuration::from_secs(20)).await.1
}

/// The calls as IAM names them, sorted: each is signed for its service, and CloudWatch's is called `monitoring` there.
fn calls(stub: &Stub) -> Vec<String> {
    let action = |asked: &Asked| {
        let scope = asked.header("authorization").split('/').nth(3).unwrap().to_owned();
        let service = if scope == "monitoring" { "cloudwatch" } else { scope.as_str() };
        format!("{service}:{}", asked.operation())
    };
    let mut calls: Vec<String> = stub.asked().iter().map(action).collect();
    calls.sort();
    calls
}

fn sorted(calls: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    let mut calls: Vec<String> = calls.into_iter().map(str::to_owned).collect();
    calls.sort();
    calls
}

#[tokio::test]
async fn a_full_incident_costs_exactly_sixteen_calls() {
    let stub = Stub::start(|asked, _| well(asked)).await;
    let evidence = read(&web(), &stub, SignedDuration::from_secs(20)).await;
    assert_eq!(evidence.unread(), Vec::new());
    assert_eq!(calls(&stub), sorted(FIRST_WAVE.into_iter().chain(AFTER_A_DEPLOYMENT)));

    let settled = Stub::start(|asked, _| well_since(asked, lately() - 25.0 * 3600.0)).await;
    let evidence = read(&web(), &settled, SignedDuration::from_secs(20)).await;
    assert_eq!(evidence.unread(), Vec::new());
    assert_eq!(calls(&settled), sorted(FIRST_WAVE.into_iter().chain(OTHERWISE)));
}

#[test]
fn the_role_of_enricher_and_remediator_allows_exactly_these_calls() {
    let template = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml"));
    let policy = template.split("\n  ReadEvidence:\n").nth(1).unwrap();
    let policy = policy.split("\n  EnricherFunction:\n").next().unwrap();
    let lines = policy.lines().map(|line| line.trim().trim_start_matches("- ").trim_start_matches("Action: "));
    let prefixes: BTreeSet<&str> = FIRST_WAVE.iter().filter_map(|call| call.split(':').next()).collect();
    let is_action = |line: &&str| line.split_once(':').is_some_and(|(service, _)| prefixes.contains(service));
    let allowed: BTreeSet<&str> = lines.filter(is_action).collect();
    let made: BTreeSet<&str> = FIRST_WAVE.into_iter().chain(AFTER_A_DEPLOYMENT).chain(OTHERWISE).collect();
    assert_eq!(allowed, made);
    assert_eq!(template.matches("ManagedPolicyArns: [!Ref ReadEvidence]").count(), 2);
}

#[tokio::test]
async fn everything_about_a_service_is_read() {
    let (_stub, evidence) = gather(well, SignedDuration::from_secs(20)).await;
    assert_eq!(evidence.unread(), Vec::new());

    let service = evidence.service.read().unwrap();
    assert_eq!((service.desired, service.running, service.minimum_healthy_percent), (2, 2, 50));
    assert!(service.opted_in && service.ecs_controls_deployments);
    assert!(service.breaker.enabled && service.breaker.rolls_back);
    assert_eq!(service.grace, SignedDuration::from_secs(90));
    let primary = service.primary().unwrap();
    assert_eq!((primary.rollout, primary.task_definition.as_str(), primary.desired), (Rollout::Completed, "web:7", 2));
    assert_eq!(primary.reason.as_deref(), Some("ECS deployment ecs-svc/1 completed."));
    let running = &evidence.tasks.read().unwrap()[0];
    assert_eq!(running.started_at.unwrap().as_second() as f64, lately());
    assert_eq!(running.placement.task_definition, "web:7");
    assert_eq!(running.placement.address.as_deref(), Some("10.0.0.1"));
    assert_eq!(running.placement.zone.as_deref(), Some("eu-west-1a"));
    assert_eq!(running.placement.capacity.as_deref(), Some("FARGATE"));
    assert_eq!(running.placement.images[0].digest.as_deref(), Some("sha256:0123"));
    let stopped = &evidence.stopped.read().unwrap()[0];
    assert_eq!((stopped.code.as_str(), stopped.containers[0].exit_code), ("EssentialContainerExited", Some(137)));
    assert_eq!(stopped.placement.capacity.as_deref(), Some("FARGATE_SPOT"));
    let target = &evidence.targets.read().unwrap()[0];
    assert_eq!(
        (target.health, target.reason.as_deref()),
        (TargetHealth::Unhealthy, Some("Target.ResponseCodeMismatch"))
    );
    assert_eq!(target.description.as_deref(), Some("Health checks failed with these codes: [503]"));
    assert_eq!(target.zone.as_deref(), Some("eu-west-1a"));
    let scaling = evidence.scaling.read().unwrap();
    assert!(scaling.max == 6 && scaling.scale_out_suspended && !scaling.scale_in_suspended);
    let policy = &evidence.policies.read().unwrap()[0];
    assert_eq!(
        (&policy.follows, policy.scale_out_cooldown),
        (&Follows::Cpu(60.0), Some(SignedDuration::from_secs(60)))
    );
    let activities = evidence.activities.read().unwrap();
    assert!(activities[0].at > activities[1].at && activities[0].not_scaled == ["AlreadyAtMaxCapacity"]);
    assert_eq!(evidence.dependency(), Dependency::Well);
    let cache = evidence.cache.read().unwrap();
    assert_eq!(cache.endpoint.as_deref(), Some("web-redis.x.euw1.cache.amazonaws.com"));
    assert_eq!((cache.nodes, cache.fails_over), (2, true));
    let about: Vec<&str> = evidence.cache_events.read().unwrap().iter().map(|event| event.about.as_str()).collect();
    assert_eq!(about, ["web-redis", "web-redis-001"], "newest first, and none of another cache");
    let metrics = evidence.metrics.read().unwrap();
    assert_eq!(metrics.requests.latest().unwrap().value, 20.0);
    assert_eq!(metrics.memory_by_task.keys().map(|task| task.as_str()).collect::<Vec<_>>(), ["r1"]);
    assert!(metrics.cpu_by_task.is_empty(), "where there is none that is no error");
    assert_eq!(evidence.record.read().unwrap().stopped[0].placement.task_definition, "web:5");
}

#[tokio::test]
async fn after_a_deployment_it_is_compared_with_what_ran_before() {
    let (_stub, evidence) = gather(well, SignedDuration::from_secs(20)).await;
    let (now, before) = (evidence.definition.read().unwrap(), evidence.previous.read().unwrap());
    let told: Vec<String> = now.against(before).iter().map(|difference| difference.to_string()).collect();
    assert_eq!(told, ["image of web: shop/web:1.5 → shop/web:1.7"], "web:6 was never seen to run");
    assert_eq!(evidence.week_before, Reading::NotConfigured);
    assert!(!format!("{evidence:?}").contains("hunter2"), "no value of a variable");
}

#[tokio::test]
async fn without_a_deployment_it_is_compared_with_the_week_before() {
    let (stub, evidence) =
        gather(|asked| well_since(asked, lately() - 25.0 * 3600.0), SignedDuration::from_secs(20)).await;
    assert_eq!(evidence.previous, Reading::NotConfigured);
    assert_eq!(evidence.definition.read().unwrap().name, "web:7");
    let usual = evidence.week_before.read().unwrap();
    assert_eq!((usual.cpu, usual.latency_p95), (None, None), "a metric without points has no average");
    let asked: Vec<_> = stub.asked().into_iter().filter(|asked| asked.operation() == "GetMetricData").collect();
    let ids: Vec<String> = queries(&asked[1]).into_iter().map(|(id, _)| id).collect();
    assert!(
        ids.contains(&"requests".to_owned()) && !ids.iter().any(|id| id.contains("cache") || id.contains("by_task"))
    );
}

#[tokio::test]
async fn cpu_and_memory_of_each_task_are_searched_for_by_service() {
    let (stub, _) = gather(well, SignedDuration::from_secs(20)).await;
    let asked = stub.asked().into_iter().find(|asked| asked.operation() == "GetMetricData").unwrap();
    let search = queries(&asked).into_iter().find(|(id, _)| id == "memory_by_task").and_then(|(_, search)| search);
    assert_eq!(
        search.as_deref(),
        Some(
            "SEARCH('{ECS/ContainerInsights,ClusterName,ServiceName,TaskId} MetricName=\"TaskMemoryUtilization\" \
             ClusterName=\"main\" ServiceName=\"web\"', 'Average', 60)"
        )
    );
}

#[tokio::test]
async fn each_wave_is_wholly_in_flight_at_once() {
    // Nobody gets an answer before all of its wave have asked.
    let (first, second) = (Arc::new(Barrier::new(FIRST_WAVE.len())), Arc::new(Barrier::new(AFTER_A_DEPLOYMENT.len())));
    let together = move |asked: &Asked| {
        let is_second = ["DescribeTasks", "DescribeTaskDefinition"].contains(&asked.operation().as_str());
        let wave = if is_second { second.clone() } else { first.clone() };
        Reply::Together(wave, Box::new(well(asked)))
    };
    let stub = Stub::start(move |asked, _| together(asked)).await;
    let evidence = read(&web(), &stub, SignedDuration::from_secs(20)).await;
    assert_eq!(evidence.unread(), Vec::new());
}

#[tokio::test]
async fn the_second_wave_waits_for_nothing_but_what_it_is_about() {
    // Everything that neither names tasks nor a definition stays silent until the second wave has asked.
    let asked_by_all = Arc::new(Barrier::new(AFTER_A_DEPLOYMENT.len() + 9));
    let staggered = move |asked: &Asked| match asked.operation().as_str() {
        "DescribeServices" | "ListTasks" => well(asked),
        "FilterLogEvents" if asked.json()["logGroupName"] == "/aws/events/paramedic-recorder" => well(asked),
        _ => Reply::Together(asked_by_all.clone(), Box::new(well(asked))),
    };
    let stub = Stub::start(move |asked, _| staggered(asked)).await;
    let evidence = read(&web(), &stub, SignedDuration::from_secs(20)).await;
    assert_eq!(evidence.unread(), Vec::new());
}

#[tokio::test]
async fn what_does_not_answer_costs_its_own_reading_and_no_other() {
    let hung = |asked: &Asked| if asked.operation() == "GetMetricData" { Reply::Silence } else { well(asked) };
    let (_stub, evidence) = gather(hung, SignedDuration::from_secs(6)).await;
    assert_eq!(evidence.unread(), [(Source::Metrics, "timed out after 5.8 s".to_owned())]);
}

#[tokio::test]
async fn a_hung_list_of_stopped_tasks_leaves_time_to_describe_those_that_run() {
    let hung = |asked: &Asked| match asked.operation().as_str() {
        "ListTasks" if asked.json()["desiredStatus"] == "STOPPED" => Reply::Silence,
        _ => well(asked),
    };
    let (_stub, evidence) = gather(hung, SignedDuration::from_secs(6)).await;
    assert_eq!(evidence.tasks.read().unwrap().len(), 1);
    assert_eq!(evidence.unread(), [(Source::StoppedTasks, "timed out after 3.5 s".to_owned())]);
}

#[tokio::test]
async fn a_service_that_cannot_be_read_costs_what_it_names_and_nothing_else() {
    let denied = || Reply::refusal(400, "AccessDeniedException", "no");
    let evidence = gather_with("DescribeServices", denied).await;
    let unread: Vec<Source> = evidence.unread().into_iter().map(|(source, _)| source).collect();
    assert_eq!(unread, [Source::Service, Source::Definition, Source::Previous]);
    assert!(evidence.week_before.read().is_some(), "nothing is known of a recent deployment");
}

#[tokio::test]
async fn without_the_flight_recorder_the_number_before_is_compared_with() {
    let stub = Stub::start(|asked, _| well(asked)).await;
    let site = Site { recorder: None, ..Site::of(&staged::environment()) };
    let reader = Reader::new(&patient(&stub.url), site);
    let evidence = reader.gather(&web(), Reading::NotConfigured, SignedDuration::from_secs(20), staged::now()).await;
    assert_eq!(evidence.record, Reading::NotConfigured);
    assert_eq!(evidence.previous.read().unwrap().name, "web:6");
}

#[tokio::test]
async fn the_alarms_that_ring_are_those_that_were_given() {
    let stub = Stub::start(|asked, _| well(asked)).await;
    let ringing = vec![Ringing {
        name: "web-P0-alb-5xx".to_owned(),
        service: None,
        metric: None,
        since: staged::now(),
        dimensions: BTreeMap::new(),
    }];
    let given = Reading::Read(ringing.clone());
    let evidence = reader(&stub).gather(&web(), given, SignedDuration::from_secs(20), staged::now()).await;
    assert_eq!(evidence.ringing, Reading::Read(ringing));
    assert!(!stub.operations().iter().any(|operation| operation == "DescribeAlarms"));
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
    let long = || {
        let arns = ["arn:aws:ecs:eu-west-1:123456789012:task/main/s1"];
        Reply::json(200, &json!({ "taskArns": arns, "nextToken": "more" }))
    };
    let evidence = gather_with("ListTasks", long).await;
    assert!(evidence.tasks.why_unread().unwrap().contains("more than 100 tasks"));
    assert!(evidence.stopped.read().is_some());
}

#[tokio::test]
async fn a_target_group_is_asked_for_by_the_id_in_its_full_name() {
    let (stub, _) = gather(well, SignedDuration::from_secs(20)).await;
    let asked = stub.asked().into_iter().find(|asked| asked.operation() == "DescribeTargetHealth").unwrap();
    assert_eq!(asked.form()["TargetGroupArn"], GROUP);
}

#[tokio::test]
async fn more_cache_events_than_are_read_are_no_reading() {
    let more = || xml("DescribeEvents", "<Marker>more</Marker><Events></Events>");
    let evidence = gather_with("DescribeEvents", more).await;
    assert!(evidence.cache_events.why_unread().unwrap().contains("more than 100 events"));
}

#[tokio::test]
async fn logs_that_were_still_being_searched_are_not_empty() {
    let searching = || Reply::json(200, &json!({ "events": [], "nextToken": "more" }));
    let evidence = gather_with("FilterLogEvents", searching).await;
    assert!(evidence.errors.why_unread().unwrap().contains("still searching"));
    assert!(evidence.record.why_unread().unwrap().contains("still searching"));
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
    let mut service = web();
    service.cache = Some("web-redis-001".to_owned());
    let stub = Stub::start(|asked, _| match asked.form().get("ReplicationGroupId").map(String::as_str) {
        Some("web-redis-001") => {
            Reply::xml(404, "<ErrorResponse><Error><Code>ReplicationGroupNotFoundFault</Code></Error></ErrorResponse>")
        }
        _ => well(asked),
    })
    .await;
    let evidence = read(&service, &stub, SignedDuration::from_secs(20)).await;
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
    assert_eq!((shapes[0].shape.as_str(), shapes[0].count, shapes[0].streams), ("Error: request # failed", 3, 2));
    assert_eq!((shapes[0].busiest.as_str(), shapes[0].most_in_one), ("b", 2));
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
        _ => well(asked),
    })
    .await;
    let bare = Service::new("web", "main");
    let evidence = read(&bare, &stub, SignedDuration::from_secs(20)).await;
    assert_eq!(evidence.unread(), Vec::new());
    assert_eq!(evidence.targets, Reading::NotConfigured);
    assert_eq!(evidence.cache, Reading::NotConfigured);
    assert_eq!(evidence.cache_events, Reading::NotConfigured);
    assert_eq!(evidence.errors, Reading::NotConfigured);
    assert_eq!(evidence.scaling, Reading::NotConfigured);
    let asked = stub.operations();
    for never in ["DescribeTargetHealth", "DescribeReplicationGroups", "DescribeEvents", "ListSecretVersionIds"] {
        assert!(!asked.iter().any(|operation| operation == never), "{never}");
    }
    assert_eq!(asked.iter().filter(|operation| *operation == "FilterLogEvents").count(), 1, "the flight recorder");
}
