//! What the flight recorder kept: the events that ECS sent about the service, which ECS itself forgets within the hour.
//!
//! A rule of EventBridge writes them into a log group of the ops stack. Source: "Amazon ECS events", Amazon ECS Developer
//! Guide.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoppedTask;
use crate::id::DeploymentId;

/// The events of the last hours, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Tasks that stopped.
    pub stopped: Vec<StoppedTask>,
    /// What became of deployments.
    pub deployments: Vec<DeploymentEvent>,
    /// What the scheduler did or could not do.
    pub actions: Vec<ServiceAction>,
    /// Changes that people or other services made, where the account sends them to EventBridge.
    pub changes: Vec<RecordedChange>,
}

/// `ECS Deployment State Change`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentEvent {
    /// When.
    pub at: Timestamp,
    /// Which deployment.
    pub deployment: DeploymentId,
    /// `SERVICE_DEPLOYMENT_IN_PROGRESS`, `SERVICE_DEPLOYMENT_COMPLETED` or `SERVICE_DEPLOYMENT_FAILED`.
    pub name: String,
    /// In ECS's words; that it is a return to the last completed one stands only here.
    pub reason: String,
}

/// `ECS Service Action`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAction {
    /// When.
    pub at: Timestamp,
    /// Such as `SERVICE_TASK_PLACEMENT_FAILURE`.
    pub name: String,
    /// Why, where ECS says so.
    pub reason: Option<String>,
}

/// An API call that changed something (`AWS API Call via CloudTrail`, which comes where a trail exists).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedChange {
    /// When.
    pub at: Timestamp,
    /// The call, such as `ecs:UpdateService`.
    pub call: String,
    /// Who made it: the last part of the principal's ARN.
    pub by: String,
    /// What it was made on.
    pub on: String,
    /// How many tasks it asked for, where a person or a tool named a number.
    #[serde(default)]
    pub tasks: Option<u32>,
}
