#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;

const SERVICE: &str = "arn:aws:ecs:eu-west-1:123456789012:service/main/web";

fn service() -> Service {
    let mut service = Service::new("web", "main");
    service.secrets = vec!["web/token".to_owned()];
    service
}

fn event(kind: &str, time: &str, resource: &str, detail: Value) -> String {
    json!({ "version": "0", "id": "53dc4d37", "detail-type": kind, "source": "aws.ecs", "account": "123456789012",
            "time": time, "region": "eu-west-1", "resources": [resource], "detail": detail })
    .to_string()
}

fn stopped(group: &str, cluster: &str) -> String {
    let detail = json!({
        "taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/main/0af3", "group": group, "lastStatus": "STOPPED",
        "clusterArn": format!("arn:aws:ecs:eu-west-1:123456789012:cluster/{cluster}"),
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:6",
        "startedBy": "ecs-svc/1", "stopCode": "EssentialContainerExited", "availabilityZone": "eu-west-1a",
        "stoppedReason": "Essential container in task exited", "capacityProviderName": "FARGATE_SPOT",
        "startedAt": "2026-03-01T00:10:00.123Z", "stoppedAt": "2026-03-01T01:00:00.5Z",
        "attachments": [{ "type": "eni", "details": [{ "name": "privateIPv4Address", "value": "10.0.0.9" }] }],
        "containers": [{ "name": "web", "exitCode": 137, "reason": "OutOfMemoryError: Container killed",
                         "image": "shop/web:1.4", "imageDigest": "sha256:0123" }],
    });
    event("ECS Task State Change", "2026-03-01T01:00:01Z", "arn:aws:ecs:eu-west-1:123456789012:task/main/0af3", detail)
}

fn changed(name: &str, parameters: Value) -> String {
    let identity =
        json!({ "type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/Deploy/jane@example.com" });
    let detail = json!({ "eventName": name, "userIdentity": identity, "requestParameters": parameters });
    event("AWS API Call via CloudTrail", "2026-03-01T00:55:00Z", "", detail)
}

fn recorded(events: &[String]) -> Record {
    record(events.iter().map(String::as_str), &service())
}

#[test]
fn a_task_that_stopped_hours_ago_is_told_as_one_that_stopped_just_now() {
    let record = recorded(&[stopped("service:web", "main")]);
    let task = &record.stopped[0];
    assert_eq!((task.id.as_str(), task.code.as_str()), ("0af3", "EssentialContainerExited"));
    assert_eq!(task.stopped_at.unwrap().to_string(), "2026-03-01T01:00:00.5Z");
    assert_eq!(task.containers[0].exit_code, Some(137));
    assert_eq!(task.placement.task_definition, "web:6");
    assert_eq!(task.placement.address.as_deref(), Some("10.0.0.9"));
    assert_eq!(task.placement.capacity.as_deref(), Some("FARGATE_SPOT"));
    assert_eq!(task.placement.images[0].digest.as_deref(), Some("sha256:0123"));
}

#[test]
fn tasks_of_another_service_or_cluster_are_left_out() {
    let record =
        recorded(&[stopped("service:web2", "main"), stopped("service:web", "other"), stopped("family:web", "main")]);
    assert_eq!(record, Record::default());
}

#[test]
fn deployments_and_actions_are_told_newest_first_in_the_words_of_ecs() {
    let deployment = |time, name, reason| {
        let detail = json!({ "eventType": "INFO", "eventName": name, "deploymentId": "ecs-svc/2", "reason": reason });
        event("ECS Deployment State Change", time, SERVICE, detail)
    };
    let action =
        json!({ "eventType": "ERROR", "eventName": "SERVICE_TASK_PLACEMENT_FAILURE", "reason": "RESOURCE:FARGATE" });
    let record = recorded(&[
        deployment("2026-03-01T00:10:00Z", "SERVICE_DEPLOYMENT_IN_PROGRESS", "begun"),
        deployment("2026-03-01T00:20:00Z", "SERVICE_DEPLOYMENT_FAILED", "rolling back to deployment ecs-svc/1"),
        event("ECS Service Action", "2026-03-01T00:15:00Z", SERVICE, action.clone()),
        event("ECS Service Action", "2026-03-01T00:15:00Z", &format!("{SERVICE}2"), action),
    ]);
    let names: Vec<&str> = record.deployments.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["SERVICE_DEPLOYMENT_FAILED", "SERVICE_DEPLOYMENT_IN_PROGRESS"]);
    assert_eq!(record.deployments[0].reason, "rolling back to deployment ecs-svc/1");
    assert_eq!(record.actions.len(), 1);
    assert_eq!(record.actions[0].reason.as_deref(), Some("RESOURCE:FARGATE"));
}

#[test]
fn a_change_is_told_with_who_made_it_and_on_what() {
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web/token-a1B2c3";
    let record = recorded(&[
        changed("UpdateService", json!({ "cluster": "main", "service": SERVICE })),
        changed("PutSecretValue", json!({ "secretId": arn })),
        changed("RotateSecret", json!({ "secretId": "web/token" })),
        changed("RegisterScalableTarget", json!({ "resourceId": "service/main/web", "maxCapacity": 2 })),
        changed("RegisterTaskDefinition", json!({ "family": "web" })),
    ]);
    let told: Vec<String> = record.changes.iter().map(|it| format!("{} on {} by {}", it.call, it.on, it.by)).collect();
    assert_eq!(
        told,
        [
            "ecs:UpdateService on web by jane@example.com",
            "secretsmanager:PutSecretValue on web/token by jane@example.com",
            "secretsmanager:RotateSecret on web/token by jane@example.com",
            "application-autoscaling:RegisterScalableTarget on web by jane@example.com",
            "ecs:RegisterTaskDefinition on web by jane@example.com",
        ]
    );
}

#[test]
fn changes_to_something_else_are_left_out() {
    let record = recorded(&[
        changed("UpdateService", json!({ "cluster": "main", "service": "other-web" })),
        changed("UpdateService", json!({ "service": "web" })),
        changed("PutSecretValue", json!({ "secretId": "web/token2" })),
        changed("PutSecretValue", json!({ "secretId": "web/token/more" })),
        changed("DeleteService", json!({ "cluster": "main", "service": "web" })),
    ]);
    assert_eq!(record, Record::default());
}

#[test]
fn a_call_that_was_refused_changed_nothing() {
    let detail = json!({ "eventName": "UpdateService", "errorCode": "AccessDenied",
                         "requestParameters": { "cluster": "main", "service": "web" } });
    let refused = event("AWS API Call via CloudTrail", "2026-03-01T00:55:00Z", "", detail);
    assert_eq!(recorded(&[refused]), Record::default());
}

#[test]
fn what_is_no_event_harms_nothing() {
    assert_eq!(recorded(&["not json".to_owned(), "{}".to_owned(), "[1]".to_owned()]), Record::default());
}
