//! From a diagnosis to what could be done about it.
//!
//! A plan has every choice already made, so that the guardrails judge exactly what would happen and a person can approve
//! exactly that. Whether it may happen is not decided here.
//!
//! To add a remedy, copy the smallest neighbour and give it a line in [`REMEDIES`]. The table's order is the order of
//! choice: what touches least comes first.

mod force_redeploy;
mod kind;
mod plan;
mod replace_task;
mod roll_back;
mod scale_out;
mod stop_deployment;
mod suggestion;

use serde::{Deserialize, Serialize};

pub use self::kind::RemedyKind;
pub use self::plan::{Action, Plan};
use crate::config::{Mode, Service};
use crate::diagnosis::{Cause, Diagnosis};
use crate::evidence::{Deployment, Evidence};

/// What could be done about a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    /// An action, if the guardrails agree.
    Act(Plan),
    /// Something only a person can do.
    Suggest(String),
    /// Nothing, since it would do harm: the reason.
    LeaveAlone(String),
}

/// What a remedy goes by.
struct Look<'a> {
    cause: Cause,
    evidence: &'a Evidence,
    /// The deployment that the service is at.
    primary: &'a Deployment,
    service: &'a Service,
}

/// What a remedy would do, and why nothing that touches less does it.
struct Fit {
    action: Action,
    because: &'static str,
}

/// Every remedy; see the module's documentation for the order.
const REMEDIES: &[(RemedyKind, fn(&Look<'_>) -> Option<Fit>)] = &[
    (RemedyKind::ReplaceTask, replace_task::fit),
    (RemedyKind::ScaleOut, scale_out::fit),
    (RemedyKind::StopDeployment, stop_deployment::fit),
    (RemedyKind::RollBack, roll_back::fit),
    (RemedyKind::ForceRedeploy, force_redeploy::fit),
];

/// Chooses the least invasive remedy that fits and was not `tried` for the same incident in vain.
///
/// A dependency that is away has no remedy among ours, but what it makes sick has: the plan for the next finding is made
/// all the same, so that the message can say why it was not carried out. It is the guardrails that stop it.
pub fn plan(diagnosis: &Diagnosis, evidence: &Evidence, service: &Service, tried: &[RemedyKind]) -> Proposal {
    let primary = evidence.service.read().and_then(|state| state.primary());
    let chosen = primary.and_then(|primary| {
        let allowed = |kind: &RemedyKind| service.mode(*kind) != Mode::Off && !tried.contains(kind);
        diagnosis.findings().iter().find_map(|finding| {
            let look = Look { cause: finding.cause, evidence, primary, service };
            let fit = REMEDIES.iter().filter(|(kind, _)| allowed(kind)).find_map(|(_, fit)| fit(&look))?;
            Some(Plan {
                service: service.name.clone(),
                cluster: service.cluster.clone(),
                ecs_service: service.ecs_service.clone(),
                expected_deployment: primary.id.clone(),
                cause: finding.cause,
                because: fit.because.to_owned(),
                action: fit.action,
            })
        })
    });
    match (chosen, diagnosis.top().cause) {
        (Some(plan), _) => Proposal::Act(plan),
        (None, Cause::EcsIsRepairing) => {
            Proposal::LeaveAlone("ECS sees the sick tasks and replaces them by itself".to_owned())
        }
        (None, cause) => Proposal::Suggest(suggestion::suggestion(cause, service)),
    }
}

#[cfg(test)]
mod tests;
