//! The one module that changes something in production, with one call.

use aws_types::SdkConfig;
use paramedic_domain::id::DeploymentId;
use paramedic_domain::remedy::Plan;

use crate::alarms::ReadError;

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
    client: aws_sdk_ecs::Client,
}

impl Actor {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: aws_sdk_ecs::Client::new(config) }
    }

    /// The deployment that is the primary one at this moment, to be compared with the plan's before acting.
    ///
    /// # Errors
    ///
    /// ECS did not answer or knows no such service.
    pub async fn primary_deployment(&self, plan: &Plan) -> Result<DeploymentId, ReadError> {
        todo!("{self:?} {plan:?}")
    }

    /// Forces a redeploy with the same task definition, and says which deployment it made. Never repeated by itself.
    ///
    /// # Errors
    ///
    /// Tells what certainly did not happen from what may have happened.
    pub async fn force_redeploy(&self, plan: &Plan) -> Result<DeploymentId, ActError> {
        todo!("{self:?} {plan:?}")
    }
}
