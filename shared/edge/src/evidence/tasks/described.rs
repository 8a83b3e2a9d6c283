//! One described task in the domain's words. "Task", Amazon ECS API Reference.

use aws_sdk_ecs::types::{self, HealthStatus};
use paramedic_domain::alarm::text;
use paramedic_domain::evidence::{ContainerEnd, Placement, StoppedTask, Task};
use paramedic_domain::id::{DeploymentId, TaskId};

use super::Placed;
use crate::alarms::moment;

/// The longest reason that is kept.
const REASON: usize = 600;
/// The longest name of a container.
const NAME: usize = 255;

pub(super) fn running(described: &types::Task) -> Option<Task> {
    Some(Task {
        id: TaskId::from_arn(described.task_arn()?),
        status: described.last_status().unwrap_or("UNKNOWN").to_owned(),
        started_at: described.started_at().and_then(moment),
        unhealthy: described.health_status() == Some(&HealthStatus::Unhealthy),
        started_by: described.started_by().map(DeploymentId::from),
        placement: placement(described),
    })
}

pub(super) fn stopped(described: &types::Task) -> Option<StoppedTask> {
    Some(StoppedTask {
        id: TaskId::from_arn(described.task_arn()?),
        started_at: described.started_at().and_then(moment),
        stopped_at: described.stopped_at().or(described.stopping_at()).and_then(moment),
        started_by: described.started_by().map(DeploymentId::from),
        placement: placement(described),
        code: described.stop_code().map_or("", |code| code.as_str()).to_owned(),
        reason: text::escaped(described.stopped_reason().unwrap_or_default(), REASON),
        containers: described
            .containers()
            .iter()
            .map(|container| ContainerEnd {
                name: text::escaped(container.name().unwrap_or_default(), NAME),
                exit_code: container.exit_code(),
                reason: container.reason().map(|reason| text::escaped(reason, REASON)),
            })
            .collect(),
    })
}

fn placement(described: &types::Task) -> Placement {
    let details = described.attachments().iter().flat_map(types::Attachment::details);
    let images = described.containers().iter().filter_map(|container| {
        Some((container.name().unwrap_or_default(), container.image()?, container.image_digest()))
    });
    Placed {
        definition: described.task_definition_arn(),
        zone: described.availability_zone(),
        interface: details.filter_map(|detail| Some((detail.name()?, detail.value()?))).collect(),
        capacity_provider: described.capacity_provider_name(),
        launch_type: described.launch_type().map(types::LaunchType::as_str),
        images: images.collect(),
    }
    .told()
}
