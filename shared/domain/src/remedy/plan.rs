//! One action with every choice made.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::RemedyKind;
use crate::diagnosis::Cause;
use crate::id::{Arn, ClusterName, DeploymentId, EcsServiceName, ServiceName, TaskId};
use crate::picture::quoted;

/// What would be done, to what, and for which cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The service as the configuration names it.
    pub service: ServiceName,
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its name in ECS.
    pub ecs_service: EcsServiceName,
    /// The deployment that must still be the primary one at the moment of acting.
    pub expected_deployment: DeploymentId,
    /// The cause it is meant to cure.
    pub cause: Cause,
    /// Why this remedy and none that touches less, in one sentence without figures: it is the same at every look.
    #[serde(default)]
    pub because: String,
    /// What is done.
    #[serde(flatten)]
    pub action: Action,
}

/// What is done, with what it is done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "remedy", rename_all = "snake_case")]
pub enum Action {
    /// `StopTask`; the scheduler starts another in its place.
    ReplaceTask {
        /// The task.
        task: TaskId,
    },
    /// `RegisterScalableTarget` with a higher maximum; the service's own scaling adds the tasks.
    RaiseMaximum {
        /// The maximum until now, to which it is set back later.
        from: u32,
        /// The maximum for the time being.
        to: u32,
    },
    /// `UpdateService` with a higher desired count.
    AddTasks {
        /// The desired count until now.
        from: u32,
        /// The desired count from then on.
        to: u32,
    },
    /// `StopServiceDeployment`, with which ECS goes back to what ran before.
    StopDeployment {
        /// The revision that is being rolled out, `family:revision`.
        from: String,
        /// What ECS calls this rolling out.
        service_deployment: Arn,
    },
    /// `UpdateService` with the revision that ran before.
    RollBack {
        /// The revision that runs, `family:revision`.
        from: String,
        /// The revision to go back to.
        to: String,
    },
    /// `UpdateService` with `forceNewDeployment`.
    ForceRedeploy {
        /// The revision that the new tasks will run: the present one.
        task_definition: String,
    },
}

impl Action {
    /// Its kind.
    pub fn kind(&self) -> RemedyKind {
        match self {
            Self::ReplaceTask { .. } => RemedyKind::ReplaceTask,
            Self::RaiseMaximum { .. } | Self::AddTasks { .. } => RemedyKind::ScaleOut,
            Self::StopDeployment { .. } => RemedyKind::StopDeployment,
            Self::RollBack { .. } => RemedyKind::RollBack,
            Self::ForceRedeploy { .. } => RemedyKind::ForceRedeploy,
        }
    }

    /// What becomes of it where it made things worse, for a person.
    pub fn undoing(&self) -> &'static str {
        match self {
            Self::RaiseMaximum { .. } => "the maximum is set back as soon as no more tasks are wanted than before",
            Self::AddTasks { .. } => "the desired count is left to you: Paramedic never lowers it",
            Self::RollBack { .. } | Self::StopDeployment { .. } => {
                "it is not undone by itself, since that would bring back what failed before"
            }
            Self::ReplaceTask { .. } | Self::ForceRedeploy { .. } => "there is nothing to undo: the tasks are new",
        }
    }

    /// What it is done to and with.
    fn parts(&self) -> [String; 3] {
        let parts = |what: &str, first: &str, second: &str| [what, first, second].map(str::to_owned);
        match self {
            Self::ReplaceTask { task } => parts("task", task.as_str(), ""),
            Self::RaiseMaximum { from, to } => parts("maximum", &from.to_string(), &to.to_string()),
            Self::AddTasks { from, to } => parts("desired", &from.to_string(), &to.to_string()),
            Self::StopDeployment { from, service_deployment } => parts("stop", from, service_deployment.as_str()),
            Self::RollBack { from, to } => parts("revision", from, to),
            Self::ForceRedeploy { task_definition } => parts("redeploy", task_definition, ""),
        }
    }
}

impl Plan {
    /// What kind of action.
    pub fn remedy(&self) -> RemedyKind {
        self.action.kind()
    }

    /// What would happen, in one sentence.
    pub fn sentence(&self) -> String {
        let service = &self.ecs_service;
        match &self.action {
            Action::ReplaceTask { task } => {
                format!("stop task {task} of {service}, so that ECS starts another in its place")
            }
            Action::RaiseMaximum { from, to } => {
                format!("raise the maximum of {service} from {from} tasks to {to} for the time being")
            }
            Action::AddTasks { from, to } => format!("raise the desired count of {service} from {from} tasks to {to}"),
            Action::StopDeployment { from, .. } => {
                format!("stop the deployment of {from} to {service}, so that ECS goes back to what ran before")
            }
            Action::RollBack { from, to } => format!("roll {service} back from {from} to {to}"),
            Action::ForceRedeploy { .. } => format!("force a redeploy of {service} with the same task definition"),
        }
    }

    /// What an approval is bound to: 32 hexadecimal digits made of everything the plan says, so that approving one plan
    /// approves no other.
    pub fn digest(&self) -> String {
        let cause = self.cause.to_string();
        let [what, first, second] = self.action.parts();
        let parts = [
            self.remedy().as_str(),
            self.service.as_str(),
            self.cluster.as_str(),
            self.ecs_service.as_str(),
            self.expected_deployment.as_str(),
            &what,
            &first,
            &second,
            &cause,
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.as_bytes());
            // None of these names holds a zero byte, so no two plans run together.
            hash.update([0]);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The command with which a person does the same.
    pub fn command(&self) -> String {
        let (cluster, service) = (quoted(self.cluster.as_str()), quoted(self.ecs_service.as_str()));
        match &self.action {
            Action::ReplaceTask { task } => {
                format!("aws ecs stop-task --cluster {cluster} --task {}", quoted(task.as_str()))
            }
            Action::RaiseMaximum { to, .. } => format!(
                "aws application-autoscaling register-scalable-target --service-namespace ecs \
                 --scalable-dimension ecs:service:DesiredCount --resource-id {} --max-capacity {to}",
                quoted(&format!("service/{}/{}", self.cluster, self.ecs_service))
            ),
            Action::AddTasks { to, .. } => {
                format!("aws ecs update-service --cluster {cluster} --service {service} --desired-count {to}")
            }
            Action::StopDeployment { service_deployment, .. } => format!(
                "aws ecs stop-service-deployment --stop-type ROLLBACK --service-deployment-arn {}",
                quoted(service_deployment.as_str())
            ),
            Action::RollBack { to, .. } => {
                format!(
                    "aws ecs update-service --cluster {cluster} --service {service} --task-definition {}",
                    quoted(to)
                )
            }
            Action::ForceRedeploy { .. } => {
                format!("aws ecs update-service --cluster {cluster} --service {service} --force-new-deployment")
            }
        }
    }
}
