//! ECS's structures as its API describes them (ECS API reference, "Data types").

use super::Cluster;
use super::deployment::Deployment;
use super::service::Service;
use super::task::{Phase, Task};
use crate::cloud::clock::Moment;
use crate::cloud::names::Names;
use serde_json::{Value, json};

/// A list of tags.
pub(super) fn tags(tags: &[(String, String)]) -> Value {
    tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
}

/// A cluster, with counts from its services.
pub(super) fn cluster(cluster: &Cluster, services: &[Service]) -> Value {
    let members: Vec<&Service> = services.iter().filter(|service| service.cluster == cluster.name).collect();
    json!({
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": members.iter().map(|service| service.running()).sum::<usize>(),
        "pendingTasksCount": members.iter().map(|service| service.pending()).sum::<usize>(),
        "activeServicesCount": members.len(),
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "settings": [{"name": "containerInsights", "value": cluster.insights}],
        "tags": tags(&cluster.tags),
    })
}

/// A service; tags only where they were asked for.
pub(super) fn service(service: &Service, names: &Names, with_tags: bool) -> Value {
    let deployments: Vec<Value> =
        service.deployments.iter().enumerate().map(|(at, item)| deployment(service, item, at == 0)).collect();
    let events: Vec<Value> = service
        .events
        .iter()
        .map(|event| json!({"id": event.id, "createdAt": event.at.value(), "message": event.message}))
        .collect();
    let load_balancers: Vec<Value> = service
        .bindings
        .iter()
        .map(|binding| {
            json!({
                "targetGroupArn": binding.group, "containerName": binding.container, "containerPort": binding.port,
            })
        })
        .collect();
    json!({
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": names.arn("ecs", &format!("cluster/{}", service.cluster)),
        "loadBalancers": load_balancers,
        "serviceRegistries": [],
        "status": "ACTIVE",
        "desiredCount": service.desired,
        "runningCount": service.running(),
        "pendingCount": service.pending(),
        // A service has a launch type or a capacity provider strategy (ECS API reference, `Service`).
        "launchType": service.capacity_provider.is_none().then_some("FARGATE"),
        "capacityProviderStrategy": service.capacity_provider.iter()
            .map(|name| json!({"capacityProvider": name, "weight": 1, "base": 0})).collect::<Vec<_>>(),
        "platformVersion": "LATEST",
        "platformFamily": "Linux",
        "taskDefinition": service.primary().map(|primary| primary.definition.arn.clone()),
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {
                "enable": service.circuit_breaker.enable, "rollback": service.circuit_breaker.rollback,
            },
            "maximumPercent": service.maximum_percent,
            "minimumHealthyPercent": service.minimum_healthy_percent,
            "strategy": "ROLLING",
        },
        "deployments": deployments,
        "currentServiceDeployment": service.primary().map(|primary| service_deployment(service, primary, names)),
        "roleArn": format!(
            "arn:aws:iam::{}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", names.account
        ),
        "events": events,
        "createdAt": service.created_at.value(),
        "placementConstraints": [],
        "placementStrategy": [],
        "networkConfiguration": service.network,
        "healthCheckGracePeriodSeconds": service.grace_seconds,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "createdBy": format!("arn:aws:iam::{}:root", names.account),
        "enableECSManagedTags": false,
        "propagateTags": service.propagate_tags,
        "enableExecuteCommand": service.execute_command,
        "tags": if with_tags { tags(&service.tags) } else { Value::Null },
    })
}

/// The ARN of a rolling out. In AWS its last part is no part of the deployment's id; here it is.
pub(super) fn service_deployment(service: &Service, deployment: &Deployment, names: &Names) -> String {
    let id = deployment.id.rsplit('/').next().unwrap_or_default();
    names.arn("ecs", &format!("service-deployment/{}/{}/{id}", service.cluster, service.name))
}

fn deployment(service: &Service, deployment: &Deployment, is_primary: bool) -> Value {
    let ours = |task: &&Task| task.deployment == deployment.id;
    json!({
        "id": deployment.id,
        "status": if is_primary { "PRIMARY" } else { "ACTIVE" },
        "taskDefinition": deployment.definition.arn,
        "desiredCount": if is_primary { service.desired } else { 0 },
        "pendingCount": service.tasks.iter().filter(ours).filter(|task| task.is_pending()).count(),
        "runningCount": service.tasks.iter().filter(ours).filter(|task| task.is_running()).count(),
        "failedTasks": deployment.failed_tasks,
        "createdAt": deployment.created_at.value(),
        "updatedAt": deployment.updated_at.value(),
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "networkConfiguration": service.network,
        "rolloutState": deployment.rollout.name(),
        "rolloutStateReason": deployment.rollout_reason,
    })
}

/// A task; tags only where they were asked for.
pub(super) fn task(service: &Service, task: &Task, names: &Names, with_tags: bool) -> Value {
    let desired = if task.is_wanted() { "RUNNING" } else { "STOPPED" };
    let interface = "attachment-".to_owned() + &task.interface;
    let containers: Vec<Value> = task
        .definition
        .containers
        .iter()
        .enumerate()
        .map(|(at, container)| {
            let has_started = task.started_at.is_some();
            json!({
                "containerArn": names.arn("ecs", &format!("container/{}/{}/{at}", service.cluster, task.id)),
                "taskArn": task.arn,
                "name": container.name,
                "image": container.image,
                "imageDigest": has_started.then(|| Task::image_digest(&container.image)),
                "runtimeId": has_started.then(|| format!("{}-{at}", task.runtime_id)),
                "lastStatus": container_status(task.phase),
                "exitCode": task.exit_code,
                "reason": task.container_reason.clone().filter(|_| container.essential),
                "networkBindings": [],
                "networkInterfaces": [{"attachmentId": interface, "privateIpv4Address": task.address}],
                "healthStatus": task.container_health.name(),
                "cpu": "0",
            })
        })
        .collect();
    let overrides: Vec<Value> =
        task.definition.containers.iter().map(|container| json!({"name": container.name})).collect();
    json!({
        "attachments": [{
            "id": interface,
            "type": "ElasticNetworkInterface",
            "status": if task.phase == Phase::Stopped { "DELETED" } else { "ATTACHED" },
            "details": [
                {"name": "networkInterfaceId", "value": task.interface},
                {"name": "privateIPv4Address", "value": task.address},
            ],
        }],
        "availabilityZone": task.zone,
        "clusterArn": names.arn("ecs", &format!("cluster/{}", service.cluster)),
        "connectivity": "CONNECTED",
        "connectivityAt": task.pull_started_at.map(Moment::value),
        "containers": containers,
        "cpu": task.definition.cpu,
        "createdAt": task.created_at.value(),
        "desiredStatus": desired,
        "enableExecuteCommand": service.execute_command,
        "executionStoppedAt": task.execution_stopped_at.map(Moment::value),
        "group": format!("service:{}", service.name),
        "healthStatus": task.container_health.name(),
        "lastStatus": task.phase.name(),
        "launchType": "FARGATE",
        "capacityProviderName": task.capacity_provider,
        "memory": task.definition.memory,
        "overrides": {"containerOverrides": overrides, "inferenceAcceleratorOverrides": []},
        "platformFamily": "Linux",
        "platformVersion": "1.4.0",
        "pullStartedAt": task.pull_started_at.map(Moment::value),
        "pullStoppedAt": task.started_at.map(Moment::value),
        "startedAt": task.started_at.map(Moment::value),
        "startedBy": task.deployment,
        "stopCode": task.stop.as_ref().map(|stop| stop.code),
        "stoppedAt": task.stopped_at.map(Moment::value),
        "stoppedReason": task.stop.as_ref().map(|stop| stop.reason.clone()),
        "stoppingAt": task.stopping_at.map(Moment::value),
        "tags": if with_tags { tags(&task.tags) } else { json!([]) },
        "taskArn": task.arn,
        "taskDefinitionArn": task.definition.arn,
        "version": task.version,
    })
}

fn container_status(phase: Phase) -> &'static str {
    match phase {
        Phase::Provisioning | Phase::Pending => "PENDING",
        Phase::Running | Phase::Deactivating | Phase::Stopping => "RUNNING",
        Phase::Deprovisioning | Phase::Stopped => "STOPPED",
    }
}
