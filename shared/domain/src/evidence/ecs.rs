//! The service, its deployments and its tasks, as ECS tells them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{Arn, DeploymentId, TaskId};

/// An ECS service. Source: `DescribeServices` in the Amazon ECS API reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceState {
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: String,
    /// How many tasks there should be.
    pub desired: u32,
    /// How many run.
    pub running: u32,
    /// How many are starting.
    pub pending: u32,
    /// The share of the desired tasks that a deployment leaves running, in percent.
    pub minimum_healthy_percent: u32,
    /// The share of the desired tasks that a deployment may run at most, in percent.
    pub maximum_percent: u32,
    /// The deployments, newest first.
    pub deployments: Vec<Deployment>,
    /// What ECS calls the rolling out that is under way, if there is one.
    #[serde(default)]
    pub service_deployment: Option<Arn>,
    /// What the scheduler said lately, newest first.
    pub events: Vec<ServiceEvent>,
    /// Whether the service bears the tag `paramedic` = `remediate`.
    pub opted_in: bool,
    /// Whether ECS itself rolls its deployments out (and not CodeDeploy or another controller).
    pub ecs_controls_deployments: bool,
    /// Whether a failing deployment is given up by ECS, and whether ECS then returns to the last completed one.
    pub breaker: Breaker,
    /// How long after its start a task's failing health checks are passed over.
    pub grace: SignedDuration,
}

/// The deployment circuit breaker. Source: `DeploymentCircuitBreaker` in the Amazon ECS API reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    /// Whether ECS gives a failing deployment up.
    pub enabled: bool,
    /// Whether it then returns to the last completed one.
    pub rolls_back: bool,
}

impl ServiceState {
    /// The deployment that the service is at, or is moving to.
    pub fn primary(&self) -> Option<&Deployment> {
        self.deployments.iter().find(|deployment| deployment.primary)
    }

    /// A deployment that has not ended, if there is one.
    pub fn in_flight(&self) -> Option<&Deployment> {
        self.deployments.iter().find(|deployment| deployment.rollout == Rollout::InProgress).or_else(|| {
            // While tasks of an older deployment still drain there are two, whatever the rollout state says.
            if self.deployments.len() > 1 { self.primary() } else { None }
        })
    }
}

/// One deployment of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// Whether it is the one that the service is at or is moving to.
    pub primary: bool,
    /// How far it is.
    pub rollout: Rollout,
    /// The task definition it runs, `family:revision` or an ARN.
    pub task_definition: String,
    /// How many of its tasks run.
    pub running: u32,
    /// How many of its tasks run or are starting in the end.
    pub desired: u32,
    /// How many of its tasks failed to start or to become healthy.
    pub failed_tasks: u32,
    /// Why it is as far as it is, in ECS's words.
    pub reason: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
}

/// How far a deployment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rollout {
    /// Reached a steady state.
    Completed,
    /// Still replacing tasks.
    InProgress,
    /// Gave up.
    Failed,
}

/// One line that the ECS scheduler wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceEvent {
    /// When.
    pub at: Timestamp,
    /// What, in the scheduler's words.
    pub message: String,
}

/// A task that runs or is starting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// `PROVISIONING`, `PENDING`, `ACTIVATING`, `RUNNING` and so on.
    pub status: String,
    /// When its containers started; absent while it is starting.
    pub started_at: Option<Timestamp>,
    /// Whether a container health check calls it unhealthy.
    pub unhealthy: bool,
    /// What started it: a deployment's id for tasks of a service.
    pub started_by: Option<DeploymentId>,
    /// Where and as what it runs.
    pub placement: Placement,
}

/// Where and as what a task runs or ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The task definition, `family:revision`.
    pub task_definition: String,
    /// The availability zone.
    pub zone: Option<String>,
    /// The private address of its network interface, by which the load balancer knows it.
    pub address: Option<String>,
    /// `FARGATE`, `FARGATE_SPOT` or the name of another capacity provider.
    pub capacity: Option<String>,
    /// The images that its containers run, each with its digest where ECS resolved one.
    pub images: Vec<ImageRun>,
}

/// The image that one container runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageRun {
    /// The container's name.
    pub container: String,
    /// The image as the task definition names it.
    pub image: String,
    /// What that name meant when the task started.
    pub digest: Option<String>,
}

/// A task that stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedTask {
    /// Its id.
    pub id: TaskId,
    /// When its containers started; absent if they never did.
    pub started_at: Option<Timestamp>,
    /// When it stopped.
    pub stopped_at: Option<Timestamp>,
    /// What started it: a deployment's id for tasks of a service.
    pub started_by: Option<DeploymentId>,
    /// Where and as what it ran.
    pub placement: Placement,
    /// The stop code, such as `EssentialContainerExited`.
    pub code: String,
    /// The stop reason in ECS's words.
    pub reason: String,
    /// Each container's reason and exit code.
    pub containers: Vec<ContainerEnd>,
}

/// How one container of a stopped task ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerEnd {
    /// The container's name.
    pub name: String,
    /// Its exit code. An `OutOfMemoryError` may come with 0: judge by the reason first.
    pub exit_code: Option<i32>,
    /// Why, where ECS says so.
    pub reason: Option<String>,
}
