//! The tasks of the service, those that run and those that stopped lately. "ListTasks" and "DescribeTasks", Amazon ECS API
//! Reference.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{self, DesiredStatus, HealthStatus};
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{ContainerEnd, Reading, StoppedTask, Task};
use paramedic_domain::id::{DeploymentId, TaskId};

use super::{Read, why};
use crate::alarms::moment;

/// Tasks that one call lists and describes at most.
const PAGE: i32 = 100;
/// The longest reason that is kept.
const REASON: usize = 600;

/// The tasks that should run: ECS lists those that are still starting under the desired status RUNNING too.
pub(super) async fn running(client: &Client, service: &Service) -> Read<Vec<Task>> {
    let (arns, more) = list(client, service, DesiredStatus::Running).await?;
    if more {
        return Err(format!("the service has more than {PAGE} tasks, which this release does not read"));
    }
    Ok(Reading::Read(describe(client, service, arns).await?.iter().filter_map(task).collect()))
}

/// The tasks that stopped within about an hour; the first hundred tell enough.
pub(super) async fn stopped(client: &Client, service: &Service) -> Read<Vec<StoppedTask>> {
    let (arns, _) = list(client, service, DesiredStatus::Stopped).await?;
    Ok(Reading::Read(describe(client, service, arns).await?.iter().filter_map(stopped_task).collect()))
}

/// The ARNs of a page, and whether there are more.
async fn list(client: &Client, service: &Service, status: DesiredStatus) -> Result<(Vec<String>, bool), String> {
    let call = client
        .list_tasks()
        .cluster(service.cluster.as_str())
        .service_name(service.ecs_service.as_str())
        .desired_status(status)
        .max_results(PAGE);
    let answer = call.send().await.map_err(why)?;
    let more = answer.next_token().is_some();
    Ok((answer.task_arns.unwrap_or_default(), more))
}

async fn describe(client: &Client, service: &Service, arns: Vec<String>) -> Result<Vec<types::Task>, String> {
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let call = client.describe_tasks().cluster(service.cluster.as_str()).set_tasks(Some(arns));
    Ok(call.send().await.map_err(why)?.tasks.unwrap_or_default())
}

fn task(described: &types::Task) -> Option<Task> {
    // It stopped between the two calls.
    if described.last_status() == Some("STOPPED") {
        return None;
    }
    Some(Task {
        id: TaskId::from_arn(described.task_arn()?),
        status: described.last_status().unwrap_or("UNKNOWN").to_owned(),
        started_at: described.started_at().and_then(moment),
        unhealthy: described.health_status() == Some(&HealthStatus::Unhealthy),
        started_by: described.started_by().map(DeploymentId::from),
    })
}

fn stopped_task(described: &types::Task) -> Option<StoppedTask> {
    Some(StoppedTask {
        id: TaskId::from_arn(described.task_arn()?),
        stopped_at: described.stopped_at().or(described.stopping_at()).and_then(moment),
        code: described.stop_code().map_or("", |code| code.as_str()).to_owned(),
        reason: text::escaped(described.stopped_reason().unwrap_or_default(), REASON),
        containers: described
            .containers()
            .iter()
            .map(|container| ContainerEnd {
                name: text::escaped(container.name().unwrap_or_default(), 255),
                exit_code: container.exit_code(),
                reason: container.reason().map(|reason| text::escaped(reason, REASON)),
            })
            .collect(),
    })
}
