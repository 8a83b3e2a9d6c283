//! `AWS::ECS::*`.

use super::{Ground, Provisioned, Wish};
use crate::cloud::application::Application;
use crate::cloud::ecs::{Binding, CircuitBreaker, Cluster, Service, TaskDefinition, camel};
use crate::cloud::names::last_part;
use crate::cloud::turn::Turn;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;

pub(super) fn cluster(ground: &mut Ground<'_>, wish: &Wish, turn: &Turn<'_>) -> Provisioned {
    let name = wish.existing.clone().unwrap_or_else(|| wish.name("ClusterName", 255));
    let arn = turn.names.arn("ecs", &format!("cluster/{name}"));
    let tags = wish.properties.tags("Tags");
    let settings = wish.properties.items("ClusterSettings");
    let insights = settings.iter().find(|setting| setting.text("Name").as_deref() == Some("containerInsights"));
    let insights = insights.and_then(|setting| setting.text("Value")).unwrap_or_else(|| "disabled".to_owned());
    match ground.ecs.clusters.iter_mut().find(|cluster| cluster.name == name) {
        Some(cluster) => (cluster.tags, cluster.insights) = (tags, insights),
        None => ground.ecs.clusters.push(Cluster { name: name.clone(), arn: arn.clone(), tags, insights }),
    }
    Ok((name, json!({"Arn": arn})))
}

/// Every change registers the next revision.
pub(super) fn task_definition(ground: &mut Ground<'_>, wish: &Wish, turn: &Turn<'_>) -> Provisioned {
    let family = wish.name("Family", 255);
    if wish.properties.items("ContainerDefinitions").is_empty() {
        return Err("ContainerDefinitions must not be empty".to_owned());
    }
    let definition = ground.ecs.register(family, turn.names, |arn, family, revision| {
        TaskDefinition::new(arn, family, revision, &wish.properties.0, turn.now)
    });
    let arn = definition.arn.clone();
    Ok((arn.clone(), json!({"TaskDefinitionArn": arn})))
}

pub(super) fn service(ground: &mut Ground<'_>, wish: &Wish, turn: &mut Turn<'_>) -> Provisioned {
    let properties = &wish.properties;
    let cluster = last_part(&properties.text("Cluster").unwrap_or_else(|| "default".to_owned())).to_owned();
    if !ground.ecs.clusters.iter().any(|candidate| candidate.name == cluster) {
        return Err(format!("cluster '{cluster}' does not exist"));
    }
    let definition_name = properties.text("TaskDefinition").unwrap_or_default();
    let definition = ground
        .ecs
        .definition(&definition_name)
        .ok_or_else(|| format!("task definition '{definition_name}' does not exist"))?;
    let name = match &wish.existing {
        Some(arn) => last_part(arn).to_owned(),
        None => wish.name("ServiceName", 255),
    };
    let arn = turn.names.arn("ecs", &format!("service/{cluster}/{name}"));
    if ground.ecs.service_in(&cluster, &name).is_none() {
        let created = Service {
            name: name.clone(),
            cluster: cluster.clone(),
            arn: arn.clone(),
            desired: 1,
            templated: 1,
            provisioned: None,
            templated_rollout: None,
            minimum_healthy_percent: 100,
            maximum_percent: 200,
            circuit_breaker: CircuitBreaker::default(),
            grace_seconds: 0,
            bindings: Vec::new(),
            network: Value::Null,
            tags: Vec::new(),
            propagate_tags: "NONE".to_owned(),
            execute_command: false,
            capacity_provider: None,
            shortage: None,
            start_failures: 0,
            start_again_at: turn.now,
            complained_at: None,
            created_at: turn.now,
            deployments: Vec::new(),
            last_completed: None,
            rolled_back: Vec::new(),
            tasks: Vec::new(),
            events: VecDeque::new(),
            steady: false,
            application: Application::new(turn.chance),
        };
        ground.ecs.services.push(created);
    }
    if let Some(service) = ground.ecs.service_in(&cluster, &name) {
        configure(service, wish);
        service.provisioned = Some(Arc::clone(&definition));
        let runs_it = service.primary().is_some_and(|primary| primary.definition.arn == definition.arn);
        if !runs_it {
            service.deploy(definition, turn);
        }
    }
    Ok((arn.clone(), json!({"ServiceArn": arn, "Name": name})))
}

fn configure(service: &mut Service, wish: &Wish) {
    let properties = &wish.properties;
    if let Some(desired) = properties.count("DesiredCount") {
        service.scale_to(desired);
        service.templated = desired;
    }
    let deployment = properties.structure("DeploymentConfiguration");
    service.minimum_healthy_percent = deployment.count("MinimumHealthyPercent").unwrap_or(100);
    service.maximum_percent = deployment.count("MaximumPercent").unwrap_or(200);
    let breaker = deployment.structure("DeploymentCircuitBreaker");
    service.circuit_breaker = CircuitBreaker {
        enable: breaker.flag("Enable").unwrap_or(false),
        rollback: breaker.flag("Rollback").unwrap_or(false),
    };
    let (minimum, maximum) = (service.minimum_healthy_percent, service.maximum_percent);
    service.templated_rollout = Some((minimum, maximum, service.circuit_breaker));
    service.grace_seconds = properties.count("HealthCheckGracePeriodSeconds").unwrap_or(0);
    service.bindings = properties
        .items("LoadBalancers")
        .iter()
        .filter_map(|binding| {
            Some(Binding {
                group: binding.text("TargetGroupArn")?,
                container: binding.text("ContainerName").unwrap_or_default(),
                port: binding.count("ContainerPort").unwrap_or(80),
            })
        })
        .collect();
    service.network = camel(properties.member("NetworkConfiguration").cloned().unwrap_or(Value::Null));
    service.tags = properties.tags("Tags");
    service.propagate_tags = properties.text("PropagateTags").unwrap_or_else(|| "NONE".to_owned());
    service.execute_command = properties.flag("EnableExecuteCommand").unwrap_or(false);
}

pub(super) fn delete_service(ground: &mut Ground<'_>, arn: &str) {
    let Some(position) = ground.ecs.services.iter().position(|service| service.arn == arn) else { return };
    let service = ground.ecs.services.remove(position);
    for group in &mut ground.balancing.groups {
        group.targets.retain(|target| !service.tasks.iter().any(|task| task.address == target.address));
    }
}
