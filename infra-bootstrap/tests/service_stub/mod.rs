//! AWS as far as a diagnosis reads it: service `web`, whose new revision cannot pull its image while the old one goes on.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, unreachable_pub, missing_docs)]

use std::net::TcpStream;
use std::process::Output;
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use ciborium::cbor;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::http_stub::{self, encoded};

/// What of AWS is not as usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// Operations that are refused.
    pub denied: &'static [&'static str],
    /// Nobody deployed an ops stack.
    pub without_stack: bool,
}

pub struct ServiceStub {
    address: String,
    calls: Arc<Mutex<Vec<String>>>,
}

pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/service_stub");

impl ServiceStub {
    /// AWS at that time.
    pub fn start(world: World, now: Timestamp) -> Self {
        let calls = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&calls);
        let address = http_stub::listen(move |connection| serve(connection, world, now, &log));
        Self { address, calls }
    }

    pub async fn sdk(&self) -> SdkConfig {
        http_stub::sdk(&self.address).await
    }

    /// Runs the command line in the folder that holds the stub's configuration.
    pub fn run(&self, line: &[&str]) -> Output {
        http_stub::command_line(&self.address, FOLDER, line).output().unwrap()
    }

    /// What was called, sorted.
    pub fn calls(&self) -> Vec<String> {
        let mut calls = self.calls.lock().unwrap().clone();
        calls.sort();
        calls
    }
}

fn serve(connection: TcpStream, world: World, now: Timestamp, log: &Mutex<Vec<String>>) {
    let http_stub::Asked { mut operation, body } = http_stub::read(&connection);
    let form = String::from_utf8_lossy(&body).into_owned();
    if operation.is_empty() {
        operation = form.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default().to_owned();
    }
    log.lock().unwrap().push(operation.clone());
    let (status, kind, answer) = if world.denied.contains(&operation.as_str()) {
        denied(&operation)
    } else if world.without_stack && operation == "configuration" {
        (404, "application/json", json!({ "Type": "User", "Message": "Function not found" }).to_string().into())
    } else {
        answer(&operation, &body, now)
    };
    let error = match status {
        404 => "x-amzn-errortype: ResourceNotFoundException\r\n",
        400 => "x-amzn-errortype: AccessDeniedException\r\n",
        _ => "",
    };
    http_stub::answer(connection, status, kind, &format!("smithy-protocol: rpc-v2-cbor\r\n{error}"), &answer);
}

/// A refusal in the protocol of the operation.
fn denied(operation: &str) -> (u16, &'static str, Vec<u8>) {
    let (code, message) = ("AccessDeniedException", "not authorized");
    match operation {
        "DescribeAlarms" | "GetMetricData" => {
            (400, "application/cbor", encoded(&cbor!({ "__type" => code, "message" => message }).unwrap()))
        }
        _ => (400, "application/x-amz-json-1.1", json!({ "__type": code, "message": message }).to_string().into()),
    }
}

fn answer(operation: &str, body: &[u8], now: Timestamp) -> (u16, &'static str, Vec<u8>) {
    match operation {
        "GetCallerIdentity" => (200, "text/xml", IDENTITY.into()),
        "DescribeTargetHealth" => (200, "text/xml", xml(operation, &targets(&["10.0.0.1", "10.0.0.2"]))),
        "DescribeReplicationGroups" => (200, "text/xml", xml(operation, CACHE)),
        "DescribeEvents" => (200, "text/xml", xml(operation, "<Events></Events>")),
        "DescribeAlarms" => (200, "application/cbor", encoded(&alarms(now))),
        "GetMetricData" => (200, "application/cbor", encoded(&metrics(body, now))),
        other => {
            let asked = serde_json::from_slice(body).unwrap_or_default();
            (200, "application/x-amz-json-1.1", told(other, &asked, now).to_string().into())
        }
    }
}

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
     <Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>A</UserId><Account>123456789012</Account>\
     </GetCallerIdentityResult></GetCallerIdentityResponse>";

const CACHE: &str = "<ReplicationGroups><ReplicationGroup><ReplicationGroupId>web-redis</ReplicationGroupId>\
     <Status>available</Status><MemberClusters><ClusterId>web-redis-001</ClusterId></MemberClusters>\
     <AutomaticFailover>disabled</AutomaticFailover></ReplicationGroup></ReplicationGroups>";

fn targets(addresses: &[&str]) -> String {
    let target = |address| {
        format!(
            "<member><Target><Id>{address}</Id></Target><TargetHealth><State>healthy</State></TargetHealth></member>"
        )
    };
    let targets: String = addresses.iter().map(target).collect();
    format!("<TargetHealthDescriptions>{targets}</TargetHealthDescriptions>")
}

fn xml(operation: &str, result: &str) -> Vec<u8> {
    format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>").into()
}

fn seconds(now: Timestamp, minutes_ago: i64) -> f64 {
    (now - SignedDuration::from_mins(minutes_ago)).as_second() as f64
}

/// What the JSON protocols answer.
fn told(operation: &str, asked: &Value, now: Timestamp) -> Value {
    let ago = |minutes| seconds(now, minutes);
    let millis = |minutes| (seconds(now, minutes) * 1000.0) as i64;
    match operation {
        "configuration" => json!({ "Environment": { "Variables": { "PARAMEDIC_RECORDER": "/paramedic/recorder" } } }),
        "DescribeServices" => {
            let deployment = |status: &str, revision: u32, running: u32, failed: u32, minutes| {
                json!({ "id": format!("ecs-svc/{revision}"), "status": status, "runningCount": running, "desiredCount": 3,
                    "rolloutState": if status == "PRIMARY" { "IN_PROGRESS" } else { "COMPLETED" }, "failedTasks": failed,
                    "taskDefinition": format!("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:{revision}"),
                    "createdAt": ago(minutes) })
            };
            json!({ "services": [{ "status": "ACTIVE", "desiredCount": 3, "runningCount": 2, "pendingCount": 1,
                "deploymentConfiguration": { "minimumHealthyPercent": 50, "maximumPercent": 200 },
                "deploymentController": { "type": "ECS" }, "events": [],
                "deployments": [deployment("PRIMARY", 8, 0, 2, 6), deployment("ACTIVE", 7, 2, 0, 3000)] }] })
        }
        "ListTasks" => {
            let ids = if asked["desiredStatus"] == "RUNNING" { ["r1", "r2"] } else { ["s1", "s2"] };
            json!({ "taskArns": ids.map(|id| format!("arn:aws:ecs:eu-west-1:123456789012:task/main/{id}")) })
        }
        "DescribeTasks" => {
            let arns = asked["tasks"].as_array().unwrap();
            json!({ "tasks": arns.iter().map(|arn| task(arn.as_str().unwrap(), now)).collect::<Vec<_>>() })
        }
        "DescribeTaskDefinition" => {
            let revision: u32 = asked["taskDefinition"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
            json!({ "taskDefinition": { "family": "web", "revision": revision, "cpu": "512", "memory": "1024",
                "containerDefinitions": [{ "name": "web", "image": format!("shop/web:1.{revision}"), "essential": true }] } })
        }
        "DescribeScalableTargets" => json!({ "ScalableTargets": [{ "ServiceNamespace": "ecs",
            "ResourceId": "service/main/web", "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 2,
            "MaxCapacity": 6, "RoleARN": "arn:aws:iam::123456789012:role/r", "CreationTime": ago(9000) }] }),
        "DescribeScalingPolicies" => json!({ "ScalingPolicies": [{ "PolicyARN": "arn:x", "PolicyName": "web-cpu",
            "ServiceNamespace": "ecs", "ResourceId": "service/main/web", "CreationTime": ago(9000),
            "ScalableDimension": "ecs:service:DesiredCount", "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": { "TargetValue": 60.0, "ScaleOutCooldown": 60, "ScaleInCooldown": 180,
                "PredefinedMetricSpecification": { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" } } }] }),
        "DescribeScalingActivities" => json!({ "ScalingActivities": [] }),
        "FilterLogEvents" if asked["logGroupName"] == "/ecs/web" => {
            json!({ "events": [{ "logStreamName": "web/web/r1", "timestamp": millis(1),
                "message": "ERROR login failed with password=hunter2hunter2" }] })
        }
        "FilterLogEvents" => json!({ "events": [] }),
        "ListSecretVersionIds" => {
            json!({ "Versions": [{ "VersionId": "v1", "VersionStages": ["AWSCURRENT"], "CreatedDate": ago(90_000) }] })
        }
        other => json!({ "__type": "UnknownOperationException", "message": other }),
    }
}

/// `r…` runs for two days, `s…` could not pull its image.
fn task(arn: &str, now: Timestamp) -> Value {
    let id = arn.rsplit('/').next().unwrap();
    let revision = if id.starts_with('r') { 7 } else { 8 };
    let mut task = json!({ "taskArn": arn, "startedBy": format!("ecs-svc/{revision}"), "containers": [{ "name": "web" }],
        "taskDefinitionArn": format!("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:{revision}") });
    let state = match id {
        "r1" | "r2" => json!({ "lastStatus": "RUNNING", "startedAt": seconds(now, 2999) }),
        _ => json!({ "lastStatus": "STOPPED", "stopCode": "TaskFailedToStart",
            "stoppedAt": seconds(now, if id == "s1" { 2 } else { 4 }),
            "stoppedReason": "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve \
                              ref docker.io/shop/web:1.8: not found" }),
    };
    task.as_object_mut().unwrap().extend(state.as_object().unwrap().clone());
    task
}

/// One alarm of `web` and one of nobody.
fn alarms(now: Timestamp) -> ciborium::Value {
    let alarm = |name: &str, metric: &str| {
        let since = ciborium::Value::Tag(1, Box::new(ciborium::Value::Float(seconds(now, 3))));
        cbor!({ "AlarmName" => name, "StateValue" => "ALARM", "ActionsEnabled" => true, "MetricName" => metric,
            "AlarmArn" => format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"), "Namespace" => "AWS/ECS",
            "StateTransitionedTimestamp" => since, "Threshold" => 3.0 })
        .unwrap()
    };
    cbor!({ "MetricAlarms" => [alarm("web-P1-running-tasks", "RunningTaskCount"), alarm("nightly", "Backlog")] })
        .unwrap()
}

/// Seventy-five minutes of the usual.
fn metrics(body: &[u8], now: Timestamp) -> ciborium::Value {
    let asked: ciborium::Value = ciborium::from_reader(body).unwrap();
    let field = |map: &ciborium::Value, name: &str| {
        map.as_map().unwrap().iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value.clone())
    };
    let queries = field(&asked, "MetricDataQueries").unwrap();
    let result = |query: &ciborium::Value| {
        let id = field(query, "Id")?.into_text().unwrap();
        let usual = match id.as_str() {
            "requests" => Some(600.0),
            "cpu" => Some(35.0),
            "memory" => Some(50.0),
            "latency_p50" => Some(0.05),
            "latency_p95" => Some(0.2),
            "latency_p99" => Some(0.4),
            "cache_connections" => Some(30.0),
            _ => None,
        };
        let time = |minute: &i64| ciborium::Value::Tag(1, Box::new(ciborium::Value::Float(seconds(now, *minute))));
        let minutes: Vec<i64> = usual.map(|_| (1..=75).rev().collect()).unwrap_or_default();
        let (times, values): (Vec<_>, Vec<_>) = minutes.iter().map(|it| (time(it), usual.unwrap_or_default())).unzip();
        Some(cbor!({ "Id" => id, "StatusCode" => "Complete", "Timestamps" => times, "Values" => values }).unwrap())
    };
    let results: Vec<_> = queries.as_array().unwrap().iter().filter_map(result).collect();
    cbor!({ "MetricDataResults" => results }).unwrap()
}
