//! A task that stopped. "Amazon ECS task state change events", Amazon ECS Developer Guide: the detail is the task as
//! DescribeTasks has it, with times as text.

use jiff::Timestamp;
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{ContainerEnd, StoppedTask};
use paramedic_domain::id::{DeploymentId, TaskId};
use serde::Deserialize;

use crate::evidence::tasks::Placed;

/// The longest reason that is kept.
const REASON: usize = 600;
/// The longest name or id that is kept.
const NAME: usize = 255;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    task_arn: String,
    cluster_arn: String,
    group: String,
    last_status: String,
    started_at: Option<Timestamp>,
    stopped_at: Option<Timestamp>,
    stopping_at: Option<Timestamp>,
    started_by: Option<String>,
    stop_code: Option<String>,
    stopped_reason: Option<String>,
    task_definition_arn: Option<String>,
    availability_zone: Option<String>,
    capacity_provider_name: Option<String>,
    launch_type: Option<String>,
    #[serde(default)]
    attachments: Vec<Attachment>,
    #[serde(default)]
    containers: Vec<Container>,
}

#[derive(Deserialize)]
struct Attachment {
    #[serde(default)]
    details: Vec<AttachmentDetail>,
}

#[derive(Deserialize)]
struct AttachmentDetail {
    name: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    name: Option<String>,
    image: Option<String>,
    image_digest: Option<String>,
    exit_code: Option<i32>,
    reason: Option<String>,
}

/// The task, if it is one of the service's and stopped.
pub(super) fn read(detail: &str, service: &Service) -> Option<StoppedTask> {
    let detail: Detail = serde_json::from_str(detail).ok()?;
    let ours = detail.group == format!("service:{}", service.ecs_service)
        && detail.cluster_arn.rsplit('/').next() == Some(service.cluster.as_str());
    (ours && detail.last_status == "STOPPED").then(|| StoppedTask {
        id: TaskId::from_arn(&text::escaped(&detail.task_arn, NAME)),
        started_at: detail.started_at,
        stopped_at: detail.stopped_at.or(detail.stopping_at),
        started_by: detail.started_by.as_ref().map(|id| DeploymentId::new(text::escaped(id, NAME))),
        placement: detail.placed().told(),
        code: text::escaped(detail.stop_code.as_deref().unwrap_or_default(), NAME),
        reason: text::escaped(detail.stopped_reason.as_deref().unwrap_or_default(), REASON),
        containers: detail.containers.iter().map(Container::end).collect(),
    })
}

impl Detail {
    fn placed(&self) -> Placed<'_> {
        let details = self.attachments.iter().flat_map(|attachment| &attachment.details);
        let images = self.containers.iter().filter_map(|container| {
            let name = container.name.as_deref().unwrap_or_default();
            Some((name, container.image.as_deref()?, container.image_digest.as_deref()))
        });
        Placed {
            definition: self.task_definition_arn.as_deref(),
            zone: self.availability_zone.as_deref(),
            interface: details.filter_map(|it| Some((it.name.as_deref()?, it.value.as_deref()?))).collect(),
            capacity_provider: self.capacity_provider_name.as_deref(),
            launch_type: self.launch_type.as_deref(),
            images: images.collect(),
        }
    }
}

impl Container {
    fn end(&self) -> ContainerEnd {
        ContainerEnd {
            name: text::escaped(self.name.as_deref().unwrap_or_default(), NAME),
            exit_code: self.exit_code,
            reason: self.reason.as_deref().map(|reason| text::escaped(reason, REASON)),
        }
    }
}
