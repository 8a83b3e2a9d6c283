//! The ECS service and its deployments. "DescribeServices", Amazon ECS API Reference.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{self, DeploymentControllerType, DeploymentRolloutState, ServiceField};
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Breaker, Deployment, Reading, Rollout, ServiceEvent, ServiceState};
use paramedic_domain::id::{Arn, DeploymentId};

use super::{Read, count, definition, why};
use crate::alarms::moment;

/// Lines of the scheduler that are kept.
const EVENTS: usize = 50;
/// The longest of them.
const EVENT: usize = 300;
/// The longest reason of a deployment that is kept.
const REASON: usize = 300;

pub(super) async fn read(client: &Client, service: &Service) -> Read<ServiceState> {
    let call = client
        .describe_services()
        .cluster(service.cluster.as_str())
        .services(service.ecs_service.as_str())
        .include(ServiceField::Tags);
    let answer = call.send().await.map_err(why)?;
    // Nothing is an error here, never "there are no tasks".
    let described = answer
        .services()
        .first()
        .ok_or_else(|| format!("ECS knows no service {} in cluster {}", service.ecs_service, service.cluster))?;
    let deployments: Option<Vec<_>> = described.deployments().iter().map(deployment).collect();
    let configuration = described.deployment_configuration();
    let breaker = configuration.and_then(|configuration| configuration.deployment_circuit_breaker());
    let grace = described.health_check_grace_period_seconds().unwrap_or(0);
    Ok(Reading::Read(ServiceState {
        status: described.status().unwrap_or("UNKNOWN").to_owned(),
        desired: count(described.desired_count()),
        running: count(described.running_count()),
        pending: count(described.pending_count()),
        minimum_healthy_percent: percent(configuration.and_then(|c| c.minimum_healthy_percent()), 100),
        maximum_percent: percent(configuration.and_then(|c| c.maximum_percent()), 200),
        deployments: deployments.ok_or("a deployment came without id or time")?,
        service_deployment: described.current_service_deployment().map(Arn::from),
        events: described.events().iter().filter_map(event).take(EVENTS).collect(),
        opted_in: described.tags().iter().any(|tag| tag.key() == Some("paramedic") && tag.value() == Some("remediate")),
        ecs_controls_deployments: described
            .deployment_controller()
            .is_none_or(|controller| *controller.r#type() == DeploymentControllerType::Ecs),
        breaker: breaker
            .map_or_else(Breaker::default, |it| Breaker { enabled: it.enable(), rolls_back: it.rollback() }),
        grace: SignedDuration::from_secs(i64::from(grace)),
    }))
}

/// A percentage of the deployment configuration, with ECS's own default.
fn percent(given: Option<i32>, default: u32) -> u32 {
    given.map_or(default, count)
}

fn deployment(described: &types::Deployment) -> Option<Deployment> {
    Some(Deployment {
        id: DeploymentId::from(described.id()?),
        primary: described.status() == Some("PRIMARY"),
        // A deployment without a state is not one that ended.
        rollout: match described.rollout_state() {
            Some(DeploymentRolloutState::Completed) => Rollout::Completed,
            Some(DeploymentRolloutState::Failed) => Rollout::Failed,
            _ => Rollout::InProgress,
        },
        task_definition: definition::short(described.task_definition().unwrap_or_default()),
        running: count(described.running_count()),
        desired: count(described.desired_count()),
        failed_tasks: count(described.failed_tasks()),
        reason: described.rollout_state_reason().map(|reason| text::escaped(reason, REASON)),
        created_at: moment(described.created_at()?)?,
    })
}

fn event(described: &types::ServiceEvent) -> Option<ServiceEvent> {
    let at: Timestamp = moment(described.created_at()?)?;
    Some(ServiceEvent { at, message: text::escaped(described.message()?, EVENT) })
}
