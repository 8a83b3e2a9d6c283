//! Why tasks that run are called sick.

pub(super) mod az_impaired;
pub(super) mod ecs_is_repairing;
pub(super) mod health_check_failing;
pub(super) mod health_check_misconfigured;

use jiff::SignedDuration;

use crate::evidence::{Evidence, ServiceState, StoppedTask};

/// The tasks of the present deployment that ECS stopped lately since they failed a health check, newest first ("Stopped task error
/// messages", Amazon ECS Developer Guide). Those of one that was given up are gone with it.
fn failed_checks(evidence: &Evidence, within: SignedDuration) -> Vec<&StoppedTask> {
    let words = ["failed ELB health checks", "failed container health checks"];
    let is_it = |reason: &str| words.iter().any(|words| reason.contains(words));
    let primary = evidence.service.read().and_then(ServiceState::primary).map(|deployment| &deployment.id);
    let is_present =
        |task: &StoppedTask| primary.is_none() || task.started_by.is_none() || task.started_by.as_ref() == primary;
    evidence.ended(within).into_iter().filter(|task| is_it(&task.reason) && is_present(task)).collect()
}
