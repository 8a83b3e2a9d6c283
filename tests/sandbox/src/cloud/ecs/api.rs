//! ECS's operations (ECS API reference, "Actions").

use super::describe;
use super::service::Service;
use super::task::{StopCause, Task};
use super::{CircuitBreaker, Ecs, Phase, TaskDefinition, scheduler};
use crate::cloud::names::{Names, last_part};
use crate::cloud::protocol::{Answer, ApiError, Input};
use crate::cloud::targets::Balancing;
use crate::cloud::turn::Turn;
use serde_json::{Value, json};

/// Serves an operation; `None` for one that is not modelled.
pub(crate) fn call(
    ecs: &mut Ecs,
    balancing: &mut Balancing,
    operation: &str,
    input: &Input,
    turn: &mut Turn<'_>,
) -> Option<Answer> {
    Some(match operation {
        "DescribeClusters" => describe_clusters(ecs, input),
        "ListClusters" => {
            Ok(json!({"clusterArns": ecs.clusters.iter().map(|cluster| &cluster.arn).collect::<Vec<_>>()}))
        }
        "DescribeServices" => describe_services(ecs, input, turn.names),
        "ListServices" => list_services(ecs, input),
        "DescribeTasks" => describe_tasks(ecs, input, turn.names),
        "ListTasks" => list_tasks(ecs, input),
        "DescribeTaskDefinition" => describe_task_definition(ecs, input),
        "RegisterTaskDefinition" => register_task_definition(ecs, input, turn),
        "UpdateService" => update_service(ecs, input, turn),
        "StopTask" => stop_task(ecs, balancing, input, turn),
        "ListServiceDeployments" => list_service_deployments(ecs, input, turn.names),
        "DescribeServiceDeployments" => describe_service_deployments(ecs, input),
        "StopServiceDeployment" => stop_service_deployment(ecs, input, turn),
        "ListTagsForResource" => list_tags(ecs, input),
        "UntagResource" => untag(ecs, input),
        "UpdateClusterSettings" => update_cluster_settings(ecs, input),
        _ => return None,
    })
}

fn cluster_name(ecs: &Ecs, input: &Input) -> Result<String, ApiError> {
    ecs.cluster(input.text("cluster").as_deref()).map(|cluster| cluster.name.clone())
}

fn includes_tags(input: &Input) -> bool {
    input.texts("include").iter().any(|part| part == "TAGS")
}

fn missing(arn: &str) -> Value {
    json!({"arn": arn, "reason": "MISSING"})
}

fn describe_clusters(ecs: &Ecs, input: &Input) -> Answer {
    let mut names = input.texts("clusters");
    if names.is_empty() {
        names.push("default".to_owned());
    }
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        match ecs.cluster(Some(&name)) {
            Ok(cluster) => clusters.push(describe::cluster(cluster, &ecs.services)),
            Err(_) => failures.push(missing(&name)),
        }
    }
    Ok(json!({"clusters": clusters, "failures": failures}))
}

fn describe_services(ecs: &mut Ecs, input: &Input, names: &Names) -> Answer {
    let cluster = cluster_name(ecs, input)?;
    let with_tags = includes_tags(input);
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for name in input.texts("services") {
        match ecs.service_in(&cluster, &name) {
            Some(service) => services.push(describe::service(service, names, with_tags)),
            None => {
                let arn = names.arn("ecs", &format!("service/{cluster}/{}", last_part(&name)));
                failures.push(missing(&arn));
            }
        }
    }
    Ok(json!({"services": services, "failures": failures}))
}

fn list_services(ecs: &Ecs, input: &Input) -> Answer {
    let cluster = cluster_name(ecs, input)?;
    let arns: Vec<&String> =
        ecs.services.iter().filter(|service| service.cluster == cluster).map(|service| &service.arn).collect();
    Ok(json!({"serviceArns": arns}))
}

fn find_task<'a>(ecs: &'a Ecs, cluster: &str, name: &str) -> Option<(&'a Service, &'a Task)> {
    let id = last_part(name);
    ecs.services
        .iter()
        .filter(|service| service.cluster == cluster)
        .find_map(|service| Some((service, service.tasks.iter().find(|task| task.id == id)?)))
}

fn describe_tasks(ecs: &Ecs, input: &Input, names: &Names) -> Answer {
    let cluster = cluster_name(ecs, input)?;
    let wanted = input.texts("tasks");
    if wanted.is_empty() {
        return Err(ApiError::sender("InvalidParameterException", "Tasks cannot be empty."));
    }
    let with_tags = includes_tags(input);
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for name in wanted {
        match find_task(ecs, &cluster, &name) {
            Some((service, task)) => tasks.push(describe::task(service, task, names, with_tags)),
            None => failures.push(missing(&names.arn("ecs", &format!("task/{cluster}/{}", last_part(&name))))),
        }
    }
    Ok(json!({"tasks": tasks, "failures": failures}))
}

/// Without `desiredStatus` only tasks that are wanted are listed, as in AWS.
fn list_tasks(ecs: &Ecs, input: &Input) -> Answer {
    let cluster = cluster_name(ecs, input)?;
    let wants_stopped = input.text("desiredStatus").as_deref() == Some("STOPPED");
    let service_name = input.text("serviceName").map(|name| last_part(&name).to_owned());
    let family = input.text("family");
    let started_by = input.text("startedBy");
    let arns: Vec<&String> = ecs
        .services
        .iter()
        .filter(|service| service.cluster == cluster)
        .filter(|service| service_name.as_ref().is_none_or(|name| *name == service.name))
        .flat_map(|service| &service.tasks)
        .filter(|task| task.is_wanted() != wants_stopped)
        .filter(|task| family.as_ref().is_none_or(|family| *family == task.definition.family))
        .filter(|task| started_by.as_ref().is_none_or(|id| *id == task.deployment))
        .map(|task| &task.arn)
        .collect();
    if let Some(name) = service_name
        && !ecs.services.iter().any(|service| service.cluster == cluster && service.name == name)
    {
        return Err(ApiError::sender("ServiceNotFoundException", "Service not found."));
    }
    Ok(json!({"taskArns": arns}))
}

fn describe_task_definition(ecs: &Ecs, input: &Input) -> Answer {
    let name = input.text("taskDefinition").unwrap_or_default();
    match ecs.definition(&name) {
        Some(definition) => Ok(json!({"taskDefinition": definition.document, "tags": []})),
        None => Err(ApiError::sender("ClientException", "Unable to describe task definition.")),
    }
}

/// Registers the next revision of a family. What an answer of `DescribeTaskDefinition` has beyond a request is passed
/// over, so that a described definition can be changed and registered again, as deployment tools do.
fn register_task_definition(ecs: &mut Ecs, input: &Input, turn: &Turn<'_>) -> Answer {
    let family = input.text("family").unwrap_or_default();
    if family.is_empty() || input.items("containerDefinitions").is_empty() {
        return Err(ApiError::sender("ClientException", "family and containerDefinitions are required."));
    }
    let definition = ecs.register(family, turn.names, |arn, family, revision| {
        TaskDefinition::of(arn, family, revision, input.0.clone(), turn.now)
    });
    Ok(json!({"taskDefinition": definition.document}))
}

/// A change of the task definition and `forceNewDeployment` begin a deployment; a change of the desired count does not.
fn update_service(ecs: &mut Ecs, input: &Input, turn: &mut Turn<'_>) -> Answer {
    let cluster = cluster_name(ecs, input)?;
    let requested = match input.text("taskDefinition") {
        Some(name) => Some(
            ecs.definition(&name).ok_or_else(|| ApiError::sender("ClientException", "TaskDefinition not found."))?,
        ),
        None => None,
    };
    let name = input.text("service").unwrap_or_default();
    let service = ecs
        .service_in(&cluster, &name)
        .ok_or_else(|| ApiError::sender("ServiceNotFoundException", "Service not found."))?;
    if let Some(desired) = input.count("desiredCount") {
        service.scale_to(desired);
    }
    if let Some(grace) = input.count("healthCheckGracePeriodSeconds") {
        service.grace_seconds = grace;
    }
    let rollout = input.structure("deploymentConfiguration");
    service.minimum_healthy_percent = rollout.count("minimumHealthyPercent").unwrap_or(service.minimum_healthy_percent);
    service.maximum_percent = rollout.count("maximumPercent").unwrap_or(service.maximum_percent);
    let breaker = rollout.structure("deploymentCircuitBreaker");
    service.circuit_breaker = CircuitBreaker {
        enable: breaker.flag("enable").unwrap_or(service.circuit_breaker.enable),
        rollback: breaker.flag("rollback").unwrap_or(service.circuit_breaker.rollback),
    };
    // The strategy takes effect with the deployment that must come with it.
    if let Some(item) = input.items("capacityProviderStrategy").first() {
        service.capacity_provider = item.text("capacityProvider");
    }
    let current = service.primary().map(|primary| std::sync::Arc::clone(&primary.definition));
    let is_forced = input.flag("forceNewDeployment").unwrap_or(false);
    let is_changed = requested
        .as_ref()
        .is_some_and(|definition| current.as_ref().is_none_or(|current| current.arn != definition.arn));
    if let Some(definition) = requested.or(current).filter(|_| is_forced || is_changed) {
        service.deploy(definition, turn);
    }
    Ok(json!({"service": describe::service(service, turn.names, true)}))
}

fn stop_task(ecs: &mut Ecs, balancing: &mut Balancing, input: &Input, turn: &mut Turn<'_>) -> Answer {
    let cluster = cluster_name(ecs, input)?;
    let id = last_part(&input.text("task").unwrap_or_default()).to_owned();
    let service = ecs
        .services
        .iter_mut()
        .filter(|service| service.cluster == cluster)
        .find(|service| service.tasks.iter().any(|task| task.id == id && task.phase != Phase::Stopped))
        .ok_or_else(|| ApiError::sender("InvalidParameterException", "The referenced task was not found."))?;
    let reason = input.text("reason").unwrap_or_else(|| "Task stopped by user".to_owned());
    service.stop_task(&id, StopCause { code: "UserInitiated", reason }, balancing, turn);
    let task = service.tasks.iter().find(|task| task.id == id);
    Ok(json!({"task": task.map(|task| describe::task(service, task, turn.names, false))}))
}

/// Briefly: one entry a deployment that is still known.
fn list_service_deployments(ecs: &mut Ecs, input: &Input, names: &Names) -> Answer {
    let cluster = cluster_name(ecs, input)?;
    let name = input.text("service").unwrap_or_default();
    let service = ecs
        .service_in(&cluster, &name)
        .ok_or_else(|| ApiError::sender("ServiceNotFoundException", "Service not found."))?;
    let items: Vec<Value> = service
        .deployments
        .iter()
        .map(|deployment| {
            json!({
                "serviceDeploymentArn": describe::service_deployment(service, deployment, names),
                "serviceArn": service.arn,
                "clusterArn": names.arn("ecs", &format!("cluster/{cluster}")),
                "startedAt": deployment.created_at.value(),
                "createdAt": deployment.created_at.value(),
                "status": match deployment.rollout.name() { "COMPLETED" => "SUCCESSFUL", other => other },
                "statusReason": deployment.rollout_reason,
            })
        })
        .collect();
    Ok(json!({"serviceDeployments": items}))
}

/// What is known of each, briefly. Of those that ended, AWS keeps ninety days, here those that ECS went back from are kept.
fn describe_service_deployments(ecs: &Ecs, input: &Input) -> Answer {
    let (mut items, mut failures) = (Vec::new(), Vec::new());
    for arn in input.texts("serviceDeploymentArns") {
        let status = ecs.services.iter().find_map(|service| service.stands(&format!("ecs-svc/{}", last_part(&arn))));
        match status {
            Some(status) => items.push(json!({"serviceDeploymentArn": arn, "status": status})),
            None => failures.push(json!({"arn": arn, "reason": "MISSING"})),
        }
    }
    Ok(json!({"serviceDeployments": items, "failures": failures}))
}

/// A deployment that is still rolling out goes back to the last one that completed. Only `ROLLBACK` is modelled.
fn stop_service_deployment(ecs: &mut Ecs, input: &Input, turn: &mut Turn<'_>) -> Answer {
    let arn = input.text("serviceDeploymentArn").unwrap_or_default();
    let id = format!("ecs-svc/{}", last_part(&arn));
    if input.text("stopType").is_some_and(|kind| kind != "ROLLBACK") {
        return Err(ApiError::sender("InvalidParameterException", "The sandbox models stopType ROLLBACK only."));
    }
    let service = ecs
        .services
        .iter_mut()
        .find(|service| service.is_deploying() && service.primary().is_some_and(|primary| primary.id == id))
        .ok_or_else(|| {
            ApiError::sender("ServiceDeploymentNotFoundException", "No deployment in progress has this ARN.")
        })?;
    scheduler::stop_deployment(service, turn);
    Ok(json!({"serviceDeploymentArn": arn}))
}

/// Turns Container Insights on, off, or to `enhanced` (ECS API reference, `ClusterSetting`).
fn update_cluster_settings(ecs: &mut Ecs, input: &Input) -> Answer {
    let cluster = cluster_name(ecs, input)?;
    let value = input.items("settings").iter().find_map(|setting| setting.text("value"));
    if let (Some(value), Some(cluster)) = (value, ecs.clusters.iter_mut().find(|item| item.name == cluster)) {
        cluster.insights = value;
    }
    Ok(json!({}))
}

fn list_tags(ecs: &Ecs, input: &Input) -> Answer {
    let arn = input.text("resourceArn").unwrap_or_default();
    let of_service = ecs.services.iter().find(|service| service.arn == arn).map(|service| &service.tags);
    let of_cluster = || ecs.clusters.iter().find(|cluster| cluster.arn == arn).map(|cluster| &cluster.tags);
    let of_task =
        || ecs.services.iter().flat_map(|service| &service.tasks).find(|task| task.arn == arn).map(|task| &task.tags);
    match of_service.or_else(of_cluster).or_else(of_task) {
        Some(tags) => Ok(json!({"tags": describe::tags(tags)})),
        None => Err(ApiError::sender("InvalidParameterException", "The specified resource was not found.")),
    }
}

/// Of services and tasks only.
fn untag(ecs: &mut Ecs, input: &Input) -> Answer {
    let (arn, keys) = (input.text("resourceArn").unwrap_or_default(), input.texts("tagKeys"));
    let of_service = ecs.services.iter().position(|service| service.arn == arn);
    let tags = match of_service.and_then(|at| ecs.services.get_mut(at)) {
        Some(service) => Some(&mut service.tags),
        None => {
            let mut tasks = ecs.services.iter_mut().flat_map(|service| &mut service.tasks);
            tasks.find(|task| task.arn == arn).map(|task| &mut task.tags)
        }
    };
    match tags {
        Some(tags) => {
            tags.retain(|(key, _)| !keys.contains(key));
            Ok(json!({}))
        }
        None => Err(ApiError::sender("InvalidParameterException", "The specified resource was not found.")),
    }
}
