//! The events ECS sends to EventBridge (ECS Developer Guide, "Amazon ECS events": task state change, service action and
//! service deployment state change events).

use super::deployment::{Deployment, Rollout};
use super::describe;
use super::service::Service;
use super::task::Task;
use crate::cloud::turn::Turn;
use serde_json::{Value, json};

/// A task changed its state.
pub(super) fn task_change(service: &Service, task: &Task, turn: &mut Turn<'_>) {
    let mut detail = describe::task(service, task, turn.names, true);
    if let Value::Object(map) = &mut detail {
        map.insert("updatedAt".to_owned(), turn.now.value());
        map.insert("version".to_owned(), json!(task.version));
    }
    turn.event("aws.ecs", "ECS Task State Change", std::slice::from_ref(&task.arn), detail);
}

/// Something happened to the service: `SERVICE_STEADY_STATE`, `SERVICE_TASK_START_IMPAIRED` and the like.
pub(super) fn service_action(service: &Service, kind: &str, name: &str, turn: &mut Turn<'_>) {
    let cluster_arn = turn.names.arn("ecs", &format!("cluster/{}", service.cluster));
    let detail = json!({
        "eventType": kind, "eventName": name, "clusterArn": cluster_arn, "createdAt": turn.now.value(),
    });
    turn.event("aws.ecs", "ECS Service Action", std::slice::from_ref(&service.arn), detail);
}

/// No task could be placed (ECS Developer Guide, "Amazon ECS service action events": SERVICE_TASK_PLACEMENT_FAILURE, whose
/// `reason` names the resource that was lacking).
pub(super) fn placement_failure(service: &Service, turn: &mut Turn<'_>) {
    let cluster_arn = turn.names.arn("ecs", &format!("cluster/{}", service.cluster));
    let providers: Vec<String> = service
        .capacity_provider
        .iter()
        .map(|name| turn.names.arn("ecs", &format!("capacity-provider/{name}")))
        .collect();
    let detail = json!({
        "eventType": "ERROR", "eventName": "SERVICE_TASK_PLACEMENT_FAILURE", "clusterArn": cluster_arn,
        "capacityProviderArns": providers, "reason": "RESOURCE:FARGATE", "createdAt": turn.now.value(),
    });
    turn.event("aws.ecs", "ECS Service Action", std::slice::from_ref(&service.arn), detail);
}

/// A deployment began, completed or failed.
pub(super) fn deployment_change(service: &Service, deployment: &Deployment, turn: &mut Turn<'_>) {
    let (kind, name) = match deployment.rollout {
        Rollout::InProgress => ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS"),
        Rollout::Completed => ("INFO", "SERVICE_DEPLOYMENT_COMPLETED"),
        Rollout::Failed => ("ERROR", "SERVICE_DEPLOYMENT_FAILED"),
    };
    let detail = json!({
        "eventType": kind, "eventName": name, "deploymentId": deployment.id,
        "updatedAt": turn.now.value(), "reason": deployment.rollout_reason,
    });
    turn.event("aws.ecs", "ECS Deployment State Change", std::slice::from_ref(&service.arn), detail);
}
