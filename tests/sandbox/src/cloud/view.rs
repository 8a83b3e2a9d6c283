//! Snapshots for the page and for a scenario's judge.

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
