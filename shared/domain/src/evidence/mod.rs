//! What was read about a service, when, and what could not be read.
//!
//! Evidence is an immutable snapshot. A diagnosis is computed from it and from nothing else, so the same snapshot always
//! gives the same answer, and an absent reading is visible rather than assumed.

mod dependency;
mod metrics;
mod reading;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::dependency::Dependency;
pub use self::metrics::{Metrics, Point, Series, Streak, streak};
pub use self::reading::{Reading, Source};
use crate::id::{DeploymentId, TaskId};

/// Everything that was read about one service in one go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// When the reading began; the oldest that any part can be.
    pub gathered_at: Timestamp,
    /// The ECS service and its deployments.
    pub service: Reading<ServiceState>,
    /// Tasks that run or are starting.
    pub tasks: Reading<Vec<Task>>,
    /// Tasks that stopped lately; ECS forgets them after about an hour.
    pub stopped: Reading<Vec<StoppedTask>>,
    /// The load balancer's view of the tasks.
    pub targets: Reading<Vec<Target>>,
    /// The service's scalable target.
    pub scaling: Reading<Scaling>,
    /// The cache it depends on.
    pub cache: Reading<Cache>,
    /// Its metrics over the last quarter of an hour.
    pub metrics: Reading<Metrics>,
    /// Lines of its log that speak of errors, grouped by shape.
    pub errors: Reading<Vec<ErrorShape>>,
    /// When the secrets that its tasks read at their start last changed.
    pub secrets: Reading<Vec<SecretChange>>,
}

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
    /// What the scheduler said lately, newest first.
    pub events: Vec<ServiceEvent>,
    /// Whether the service bears the tag `paramedic` = `remediate`.
    pub opted_in: bool,
    /// Whether ECS itself rolls its deployments out (and not CodeDeploy or another controller).
    pub ecs_controls_deployments: bool,
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
    /// How many of its tasks failed to start or to become healthy.
    pub failed_tasks: u32,
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
}

/// A task that stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedTask {
    /// Its id.
    pub id: TaskId,
    /// When it stopped.
    pub stopped_at: Option<Timestamp>,
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

/// One target of the target group. Source: `DescribeTargetHealth` in the Elastic Load Balancing API reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its address.
    pub id: String,
    /// Its state.
    pub health: TargetHealth,
    /// Why, as a reason code such as `Target.FailedHealthChecks`.
    pub reason: Option<String>,
}

/// The state of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetHealth {
    /// Being registered.
    Initial,
    /// Passes its health checks.
    Healthy,
    /// Fails its health checks.
    Unhealthy,
    /// Being deregistered.
    Draining,
    /// Not checked, or its state cannot be told.
    Other,
}

/// What scales the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaling {
    /// The fewest tasks.
    pub min: u32,
    /// The most tasks.
    pub max: u32,
    /// Whether scaling out is suspended.
    pub scale_out_suspended: bool,
}

/// The cache's replication group. Source: `DescribeReplicationGroups` in the Amazon ElastiCache API reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// Its id.
    pub id: String,
    /// `available`, `modifying`, `create-failed` and so on.
    pub status: String,
    /// Where it is reached.
    pub endpoint: Option<String>,
}

impl Cache {
    /// Whether its status is one in which it answers; a change or a snapshot under way does not interrupt it.
    pub fn serving(&self) -> bool {
        matches!(self.status.as_str(), "available" | "modifying" | "snapshotting")
    }
}

/// Log lines of one shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorShape {
    /// The shape: one line with its numbers and ids taken out.
    pub shape: String,
    /// How often it was seen.
    pub count: u32,
    /// How many log streams, and therefore tasks, wrote it.
    pub streams: u32,
    /// When it was seen last.
    pub last_at: Timestamp,
}

/// When a secret last changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretChange {
    /// The secret's name.
    pub name: String,
    /// When its value last changed; never, for one that was only made.
    pub changed_at: Timestamp,
}

impl Evidence {
    /// A snapshot in which nothing could be read.
    pub fn nothing(gathered_at: Timestamp, why: &str) -> Self {
        fn unread<T>(why: &str) -> Reading<T> {
            Reading::Unread { why: why.to_owned() }
        }
        Self {
            gathered_at,
            service: unread(why),
            tasks: unread(why),
            stopped: unread(why),
            targets: unread(why),
            scaling: unread(why),
            cache: unread(why),
            metrics: unread(why),
            errors: unread(why),
            secrets: unread(why),
        }
    }

    /// What could not be read, and why.
    pub fn unread(&self) -> Vec<(Source, String)> {
        [
            (Source::Service, self.service.why_unread()),
            (Source::Tasks, self.tasks.why_unread()),
            (Source::StoppedTasks, self.stopped.why_unread()),
            (Source::Targets, self.targets.why_unread()),
            (Source::Scaling, self.scaling.why_unread()),
            (Source::Cache, self.cache.why_unread()),
            (Source::Metrics, self.metrics.why_unread()),
            (Source::Logs, self.errors.why_unread()),
            (Source::Secrets, self.secrets.why_unread()),
        ]
        .into_iter()
        .filter_map(|(source, why)| why.map(|why| (source, why.to_owned())))
        .collect()
    }

    /// How many targets take requests and how many of those are sick; `None` where there is no answer.
    ///
    /// Without a load balancer the container health checks stand in.
    pub fn sick(&self) -> Option<Sick> {
        match &self.targets {
            Reading::Read(targets) => {
                let counted =
                    targets.iter().filter(|t| matches!(t.health, TargetHealth::Healthy | TargetHealth::Unhealthy));
                let (mut all, mut sick) = (0, 0);
                for target in counted {
                    all += 1;
                    sick += u32::from(target.health == TargetHealth::Unhealthy);
                }
                Some(Sick { sick, of: all })
            }
            Reading::NotConfigured => self.tasks.read().map(|tasks| {
                let running = tasks.iter().filter(|task| task.status == "RUNNING");
                let (mut all, mut sick) = (0, 0);
                for task in running {
                    all += 1;
                    sick += u32::from(task.unhealthy);
                }
                Sick { sick, of: all }
            }),
            Reading::Unread { .. } => None,
        }
    }
}

/// How many of how many are sick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sick {
    /// Fail their health check.
    pub sick: u32,
    /// Are checked at all.
    pub of: u32,
}

impl Sick {
    /// How many pass their health check.
    pub fn healthy(self) -> u32 {
        self.of.saturating_sub(self.sick)
    }

    /// Whether more than half are sick, or there is nobody left who could be well.
    pub fn is_majority(self) -> bool {
        self.of == 0 || self.sick * 2 > self.of
    }
}
