//! The one module that changes something in production: each plan with one call.
//!
//! `UpdateService` has no client token ("UpdateService", Amazon ECS API Reference): made twice it acts twice. So no call is
//! ever tried again here, and whatever leaves open whether it happened says so.

mod present;

use std::time::Duration;

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_ecs::types::{Deployment, Service, StopServiceDeploymentStopType, Task};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use paramedic_domain::id::{Arn, DeploymentId, TaskId};
use paramedic_domain::ledger::{Effect, Raised, Target};
use paramedic_domain::remedy::{Action, Plan};

pub use self::present::Bounds;
use crate::alarms::ReadError;
use crate::fault::{Fault, FaultKind};

/// How long the write may take. Giving up early would only turn a slow answer into an ambiguous one.
const WRITE: Duration = Duration::from_secs(8);
/// What a task that Paramedic stops says of itself.
const STOPPED: &str = "Replaced by Paramedic";

/// Why an action was not answered with its effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Nothing happened, for certain.
    #[error("nothing was done: {why}")]
    NotDone {
        /// Why.
        why: String,
    },
    /// It may have happened.
    #[error(
        "nobody knows whether it was done: {why}\n  hint: look at the service's deployments and tasks before anything else"
    )]
    Ambiguous {
        /// Why.
        why: String,
    },
}

/// Carries out plans.
#[derive(Clone, Debug)]
pub struct Actor {
    reads: aws_sdk_ecs::Client,
    writes: aws_sdk_ecs::Client,
    scaling: aws_sdk_applicationautoscaling::Client,
    scaling_writes: aws_sdk_applicationautoscaling::Client,
}

impl Actor {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self::with_write_timeout(config, WRITE)
    }

    fn with_write_timeout(config: &SdkConfig, write: Duration) -> Self {
        let timeouts =
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).operation_timeout(write).build();
        let once = config.to_builder().retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        Self {
            reads: aws_sdk_ecs::Client::new(config),
            writes: aws_sdk_ecs::Client::new(&once),
            scaling: aws_sdk_applicationautoscaling::Client::new(config),
            scaling_writes: aws_sdk_applicationautoscaling::Client::new(&once),
        }
    }

    /// Looks at what the plan was made for: before acting, and to see what an action did whose answer was lost.
    ///
    /// # Errors
    ///
    /// AWS did not answer, knows no such service, or it has no primary deployment.
    pub async fn look(&self, plan: &Plan) -> Result<Target, ReadError> {
        present::look(&self.reads, &self.scaling, plan).await
    }

    /// How many tasks are wanted and how many scaling may start at most, of a service whose maximum was raised.
    ///
    /// # Errors
    ///
    /// AWS did not answer, or knows no such service or nothing that scales it.
    pub async fn bounds(&self, raised: &Raised) -> Result<Bounds, ReadError> {
        let place = (raised.cluster.as_str(), raised.ecs_service.as_str());
        present::bounds(&self.reads, &self.scaling, place).await
    }

    /// Sets a raised maximum back. Doing so twice does no more than doing it once.
    ///
    /// # Errors
    ///
    /// Tells what certainly did not happen from what may have happened.
    pub async fn set_back(&self, raised: &Raised) -> Result<(), ActError> {
        self.maximum((raised.cluster.as_str(), raised.ecs_service.as_str()), raised.from).await
    }

    /// Carries out the plan with one call, which is never repeated, and says what it did.
    ///
    /// # Errors
    ///
    /// Tells what certainly did not happen from what may have happened.
    pub async fn carry_out(&self, plan: &Plan) -> Result<Effect, ActError> {
        let (cluster, service) = (plan.cluster.as_str(), plan.ecs_service.as_str());
        let update = self.writes.update_service().cluster(cluster).service(service);
        let answer = match &plan.action {
            Action::ReplaceTask { task } => return self.stop(cluster, task).await,
            Action::StopDeployment { service_deployment, .. } => {
                return self.stop_deployment(plan, service_deployment).await;
            }
            Action::RaiseMaximum { from, to } => {
                let raised = Effect::Raised { from: *from, to: *to };
                return self.maximum((cluster, service), *to).await.map(|()| raised);
            }
            Action::AddTasks { to, .. } => {
                let count = i32::try_from(*to).unwrap_or(i32::MAX);
                let answer = update.desired_count(count).send().await.map_err(|error| judge(Fault::of(&error)))?;
                return match answer.service().map(Service::desired_count) {
                    Some(wanted) if wanted == count => Ok(Effect::Grown { to: *to }),
                    _ => {
                        Err(ActError::Ambiguous { why: "ECS took the call and names another desired count".to_owned() })
                    }
                };
            }
            // The same revision has to be forced, another one makes a deployment by itself.
            Action::RollBack { to, .. } => update.task_definition(to).send().await,
            Action::ForceRedeploy { .. } => update.force_new_deployment(true).send().await,
        };
        let answer = answer.map_err(|error| judge(Fault::of(&error)))?;
        match answer.service().and_then(primary).and_then(Deployment::id).map(DeploymentId::from) {
            Some(made) if made != plan.expected_deployment => Ok(Effect::Deployed(made)),
            _ => Err(ActError::Ambiguous { why: "ECS took the call and named no new deployment".to_owned() }),
        }
    }

    async fn stop_deployment(&self, plan: &Plan, arn: &Arn) -> Result<Effect, ActError> {
        let call = self.writes.stop_service_deployment().service_deployment_arn(arn.as_str());
        let answer = call.stop_type(StopServiceDeploymentStopType::Rollback).send().await;
        match answer.map_err(|error| judge(Fault::of(&error)))?.service_deployment_arn() {
            Some(_) => Ok(Effect::DeploymentStopped(plan.expected_deployment.clone())),
            None => Err(ActError::Ambiguous { why: "ECS took the call and named no deployment that stops".to_owned() }),
        }
    }

    /// Only the maximum is named; what is not named stays ("RegisterScalableTarget", Application Auto Scaling API Reference).
    async fn maximum(&self, place: (&str, &str), maximum: u32) -> Result<(), ActError> {
        let call = self
            .scaling_writes
            .register_scalable_target()
            .service_namespace(ServiceNamespace::Ecs)
            .resource_id(present::resource(place))
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .max_capacity(i32::try_from(maximum).unwrap_or(i32::MAX));
        call.send().await.map(|_| ()).map_err(|error| judge(Fault::of(&error)))
    }

    async fn stop(&self, cluster: &str, task: &TaskId) -> Result<Effect, ActError> {
        let call = self.writes.stop_task().cluster(cluster).task(task.as_str()).reason(STOPPED);
        let answer = call.send().await.map_err(|error| judge(Fault::of(&error)))?;
        match answer.task().and_then(Task::desired_status) {
            Some("STOPPED") => Ok(Effect::Stopped(task.clone())),
            _ => Err(ActError::Ambiguous { why: "ECS took the call and did not say that the task stops".to_owned() }),
        }
    }
}

fn judge(fault: Fault) -> ActError {
    match fault.kind {
        FaultKind::NotSent | FaultKind::Throttled | FaultKind::Refused => ActError::NotDone { why: fault.why },
        FaultKind::NoAnswer | FaultKind::ServerError => ActError::Ambiguous { why: fault.why },
    }
}

fn primary(service: &Service) -> Option<&Deployment> {
    service.deployments().iter().find(|deployment| deployment.status() == Some("PRIMARY"))
}

#[cfg(test)]
mod tests;
