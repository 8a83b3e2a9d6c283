//! The one module that changes something in production, with one call.
//!
//! `UpdateService` has no client token ("UpdateService", Amazon ECS API Reference): made twice it acts twice. It is therefore
//! never tried again here, and whatever leaves open whether it happened says so.

use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use paramedic_domain::id::DeploymentId;
use paramedic_domain::remedy::{Plan, RemedyKind};

use crate::alarms::ReadError;
use crate::fault::{Fault, FaultKind};

/// How long the write may take. Giving up early would only turn a slow answer into an ambiguous one.
const WRITE: Duration = Duration::from_secs(8);

/// Why a redeploy was not answered with a new deployment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Nothing happened, for certain.
    #[error("nothing was done: {why}")]
    NotDone {
        /// Why.
        why: String,
    },
    /// It may have happened.
    #[error("nobody knows whether it was done: {why}\n  hint: look at the service's deployments before anything else")]
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
}

impl Actor {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self::with_write_timeout(config, WRITE)
    }

    fn with_write_timeout(config: &SdkConfig, write: Duration) -> Self {
        let timeouts =
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).operation_timeout(write).build();
        let once = config.to_builder().retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        Self { reads: aws_sdk_ecs::Client::new(config), writes: aws_sdk_ecs::Client::new(&once) }
    }

    /// The deployment that is the primary one at this moment, to be compared with the plan's before acting.
    ///
    /// # Errors
    ///
    /// ECS did not answer, knows no such service, or it has no primary deployment.
    pub async fn primary_deployment(&self, plan: &Plan) -> Result<DeploymentId, ReadError> {
        const WHAT: &str = "the primary deployment";
        let call = self.reads.describe_services().cluster(plan.cluster.as_str()).services(plan.ecs_service.as_str());
        let answer = call.send().await.map_err(|error| ReadError::of(WHAT, Fault::of(&error)))?;
        let primary = answer.services().first().and_then(|service| primary(service.deployments()));
        primary.ok_or_else(|| ReadError {
            what: WHAT,
            why: format!("ECS knows no deployment of service {} in cluster {}", plan.ecs_service, plan.cluster),
            transient: false,
        })
    }

    /// Forces a redeploy with the same task definition, and says which deployment it made. Made once, never repeated.
    ///
    /// # Errors
    ///
    /// Tells what certainly did not happen from what may have happened.
    pub async fn force_redeploy(&self, plan: &Plan) -> Result<DeploymentId, ActError> {
        if plan.remedy != RemedyKind::ForceRedeploy {
            return Err(ActError::NotDone { why: format!("the plan is to {}, not to redeploy", plan.remedy) });
        }
        let call = self
            .writes
            .update_service()
            .cluster(plan.cluster.as_str())
            .service(plan.ecs_service.as_str())
            .force_new_deployment(true);
        match call.send().await {
            Ok(answer) => match answer.service().and_then(|service| primary(service.deployments())) {
                Some(made) if made != plan.expected_deployment => Ok(made),
                _ => Err(ActError::Ambiguous { why: "ECS took the call and named no new deployment".to_owned() }),
            },
            Err(error) => Err(judge(Fault::of(&error))),
        }
    }
}

fn judge(fault: Fault) -> ActError {
    match fault.kind {
        FaultKind::NotSent | FaultKind::Throttled | FaultKind::Refused => ActError::NotDone { why: fault.why },
        FaultKind::NoAnswer | FaultKind::ServerError => ActError::Ambiguous { why: fault.why },
    }
}

fn primary(deployments: &[aws_sdk_ecs::types::Deployment]) -> Option<DeploymentId> {
    deployments.iter().find(|d| d.status() == Some("PRIMARY")).and_then(|d| d.id()).map(DeploymentId::from)
}

#[cfg(test)]
mod tests;
