//! Snapshots for the page and for a scenario's judge.

use super::alarms::Alarms;
use super::cache::Caches;
use super::clock::Moment;
use super::ecs::Service;
use super::targets::Balancing;
use jiff::Timestamp;
use serde::Serialize;

/// What a service looks like at one moment.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceView {
    /// The service's name.
    pub name: String,
    /// Its cluster's name.
    pub cluster: String,
    /// Its ARN.
    pub arn: String,
    /// How many tasks are wanted.
    pub desired: u32,
    /// How many tasks are RUNNING.
    pub running: u32,
    /// How many tasks are on their way to RUNNING.
    pub pending: u32,
    /// Tasks that have not been forgotten yet, stopped ones included, oldest first.
    pub tasks: Vec<TaskView>,
    /// Targets of its target groups.
    pub targets: Vec<TargetView>,
    /// Deployments, the primary one first.
    pub deployments: Vec<DeploymentView>,
    /// Share of requests answered with 5xx in the last few seconds, 0 to 1.
    pub error_share: f64,
    /// Whether the cache the service uses is reachable; `None` without a cache.
    pub cache_up: Option<bool>,
}

/// One task.
#[derive(Debug, Clone, Serialize)]
pub struct TaskView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// `lastStatus`, such as `RUNNING`.
    pub status: String,
    /// State of its target, such as `healthy`; `none` when it is not registered.
    pub health: String,
    /// When it reached RUNNING.
    pub started_at: Option<Timestamp>,
    /// Why it stopped or is stopping.
    pub stopped_reason: Option<String>,
    /// Which deployment started it.
    pub deployment: String,
}

/// One registered target.
#[derive(Debug, Clone, Serialize)]
pub struct TargetView {
    /// Its address and port.
    pub address: String,
    /// `initial`, `healthy`, `unhealthy` or `draining`.
    pub state: String,
    /// The reason code, empty when healthy.
    pub reason: String,
}

/// One deployment.
#[derive(Debug, Clone, Serialize)]
pub struct DeploymentView {
    /// `ecs-svc/` and digits.
    pub id: String,
    /// `PRIMARY` or `ACTIVE`.
    pub status: String,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
    pub rollout_state: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// How many of its tasks failed.
    pub failed_tasks: u32,
}

/// One alarm.
#[derive(Debug, Clone, Serialize)]
pub struct AlarmView {
    /// Its name.
    pub name: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Why it is in that state, in CloudWatch's words.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether state changes act.
    pub actions_enabled: bool,
}

/// Makes the view of a service.
pub(super) fn service(service: &Service, balancing: &Balancing, caches: &Caches) -> ServiceView {
    let groups: Vec<_> = service.bindings.iter().filter_map(|binding| balancing.group(&binding.group)).collect();
    let targets: Vec<_> = groups.iter().flat_map(|group| &group.targets).collect();
    let health = |address: &str| {
        let target = targets.iter().find(|target| target.address == address);
        target.map_or("none", |target| target.state.name()).to_owned()
    };
    let tasks = service.tasks.iter().map(|task| TaskView {
        id: task.id.clone(),
        status: task.phase.name().to_owned(),
        health: health(&task.address),
        started_at: task.started_at.map(Moment::timestamp),
        stopped_reason: task.stop.as_ref().map(|stop| stop.reason.clone()),
        deployment: task.deployment.clone(),
    });
    let deployments = service.deployments.iter().enumerate().map(|(at, deployment)| DeploymentView {
        id: deployment.id.clone(),
        status: if at == 0 { "PRIMARY" } else { "ACTIVE" }.to_owned(),
        rollout_state: deployment.rollout.name().to_owned(),
        created_at: deployment.created_at.timestamp(),
        failed_tasks: deployment.failed_tasks,
    });
    let definition = service.primary().map(|primary| primary.definition.as_ref());
    ServiceView {
        name: service.name.clone(),
        cluster: service.cluster.clone(),
        arn: service.arn.clone(),
        desired: service.desired,
        running: service.running() as u32,
        pending: service.pending() as u32,
        tasks: tasks.collect(),
        targets: targets
            .iter()
            .map(|target| TargetView {
                address: format!("{}:{}", target.address, target.port),
                state: target.state.name().to_owned(),
                reason: target.reason().unwrap_or_default().to_owned(),
            })
            .collect(),
        deployments: deployments.collect(),
        error_share: service.application.error_share(),
        cache_up: caches.used_by(&service.name, definition).map(|cache| cache.is_up),
    }
}

/// Makes the views of all alarms.
pub(super) fn alarms(alarms: &Alarms) -> Vec<AlarmView> {
    let mut views: Vec<AlarmView> = alarms
        .alarms
        .iter()
        .map(|alarm| AlarmView {
            name: alarm.name.clone(),
            state: alarm.standing.state.name().to_owned(),
            reason: alarm.standing.reason.clone(),
            since: alarm.standing.since.timestamp(),
            actions_enabled: alarm.actions_enabled,
        })
        .collect();
    views.sort_by(|left, right| left.name.cmp(&right.name));
    views
}
