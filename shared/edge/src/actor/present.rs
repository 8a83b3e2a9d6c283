//! What a plan was made for, as it is at the moment of acting and after a call whose answer was lost.

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_ecs::types::{Service, ServiceDeployment, ServiceDeploymentStatus};
use paramedic_domain::id::DeploymentId;
use paramedic_domain::ledger::{RollingOut, Target};
use paramedic_domain::remedy::{Action, Plan};

use super::primary;
use crate::alarms::ReadError;
use crate::fault::Fault;

const WHAT: &str = "the primary deployment";

/// How many tasks are wanted, and how many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many are wanted.
    pub desired: u32,
    /// The most that scaling may start.
    pub maximum: u32,
}

pub(super) async fn look(
    ecs: &aws_sdk_ecs::Client,
    scaling: &aws_sdk_applicationautoscaling::Client,
    plan: &Plan,
) -> Result<Target, ReadError> {
    let place = (plan.cluster.as_str(), plan.ecs_service.as_str());
    let maximum = async {
        match plan.action {
            Action::RaiseMaximum { .. } => maximum(scaling, place).await,
            _ => Ok(None),
        }
    };
    let (service, task_runs, rolling_out, maximum) =
        futures::future::try_join4(service(ecs, place), task_runs(ecs, plan), rolling_out(ecs, plan), maximum).await?;
    let found = primary(&service).and_then(|primary| {
        Some(Target {
            deployment: DeploymentId::from(primary.id()?),
            task_definition: revision(primary.task_definition()?),
            rolling_out,
            desired: u32::try_from(service.desired_count()).unwrap_or(0),
            maximum,
            task_runs,
        })
    });
    found.ok_or_else(|| unknown(place))
}

pub(super) async fn bounds(
    ecs: &aws_sdk_ecs::Client,
    scaling: &aws_sdk_applicationautoscaling::Client,
    place: (&str, &str),
) -> Result<Bounds, ReadError> {
    let (service, maximum) = futures::future::try_join(service(ecs, place), maximum(scaling, place)).await?;
    let maximum = maximum.ok_or_else(|| ReadError {
        what: "the maximum of scaling",
        why: format!("nothing scales service {} in cluster {}", place.1, place.0),
        transient: false,
    })?;
    Ok(Bounds { desired: u32::try_from(service.desired_count()).unwrap_or(0), maximum })
}

async fn service(ecs: &aws_sdk_ecs::Client, place: (&str, &str)) -> Result<Service, ReadError> {
    let call = ecs.describe_services().cluster(place.0).services(place.1);
    let answer = call.send().await.map_err(|error| ReadError::of(WHAT, Fault::of(&error)))?;
    answer.services().first().cloned().ok_or_else(|| unknown(place))
}

fn unknown((cluster, service): (&str, &str)) -> ReadError {
    let why = format!("ECS knows no deployment of service {service} in cluster {cluster}");
    ReadError { what: WHAT, why, transient: false }
}

/// The most tasks that scaling may start; `None` where nothing scales the service.
async fn maximum(
    scaling: &aws_sdk_applicationautoscaling::Client,
    place: (&str, &str),
) -> Result<Option<u32>, ReadError> {
    let call = scaling
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_ids(resource(place))
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
    let answer = call.send().await.map_err(|error| ReadError::of("the maximum of scaling", Fault::of(&error)))?;
    Ok(answer.scalable_targets().first().and_then(|target| u32::try_from(target.max_capacity()).ok()))
}

/// The service as Application Auto Scaling names it ("DescribeScalableTargets", `ResourceIds`).
pub(super) fn resource((cluster, service): (&str, &str)) -> String {
    format!("service/{cluster}/{service}")
}

/// How the rolling out stands that the plan would stop.
async fn rolling_out(ecs: &aws_sdk_ecs::Client, plan: &Plan) -> Result<Option<RollingOut>, ReadError> {
    let Action::StopDeployment { service_deployment, .. } = &plan.action else { return Ok(None) };
    let what = "the deployment to be stopped";
    let call = ecs.describe_service_deployments().service_deployment_arns(service_deployment.as_str());
    let answer = call.send().await.map_err(|error| ReadError::of(what, Fault::of(&error)))?;
    let status = answer.service_deployments().first().and_then(ServiceDeployment::status);
    // What ECS says of none, or in a word that is new, tells nothing.
    let unknown = || ReadError {
        what,
        why: format!("ECS does not say how {service_deployment} stands ({status:?})"),
        transient: true,
    };
    status.and_then(stands).map(Some).ok_or_else(unknown)
}

fn stands(status: &ServiceDeploymentStatus) -> Option<RollingOut> {
    use ServiceDeploymentStatus as Status;
    Some(match status {
        Status::Pending | Status::InProgress => RollingOut::UnderWay,
        Status::Successful => RollingOut::Completed,
        Status::RollbackRequested
        | Status::RollbackInProgress
        | Status::RollbackSuccessful
        | Status::RollbackFailed => RollingOut::RolledBack,
        Status::StopRequested | Status::Stopped => RollingOut::Stopped,
        _ => return None,
    })
}

/// Whether the plan's task is to run. One that ECS does not know any more is not.
async fn task_runs(ecs: &aws_sdk_ecs::Client, plan: &Plan) -> Result<Option<bool>, ReadError> {
    let Action::ReplaceTask { task } = &plan.action else { return Ok(None) };
    let call = ecs.describe_tasks().cluster(plan.cluster.as_str()).tasks(task.as_str());
    let answer = call.send().await.map_err(|error| ReadError::of("the task", Fault::of(&error)))?;
    match (answer.tasks().first(), answer.failures().first().and_then(|failure| failure.reason())) {
        (Some(task), _) => Ok(Some(task.desired_status() == Some("RUNNING"))),
        (None, Some("MISSING")) => Ok(Some(false)),
        // Nothing was said about it, which is not that it is gone.
        (None, why) => Err(ReadError {
            what: "the task",
            why: format!("ECS answered without task {task} ({})", why.unwrap_or("and gave no reason")),
            transient: true,
        }),
    }
}

/// `family:revision` of an ARN, or of what is that already.
fn revision(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or(arn).to_owned()
}
