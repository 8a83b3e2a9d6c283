//! The service goes back to the revision that ran before, after a deployment that completed and then failed: ECS's circuit
//! breaker undoes a deployment that fails to complete, and never one that completed.
//!
//! While the deployment still rolls out this is planned too, so that the guardrail that waits for it can say so.

use super::{Action, Fit, Look};
use crate::diagnosis::Cause;

pub(super) fn fit(look: &Look<'_>) -> Option<Fit> {
    if look.cause != Cause::BadDeployment {
        return None;
    }
    let to = look.evidence.proven_revision()?.to_owned();
    Some(Fit {
        action: Action::RollBack { from: look.primary.task_definition.clone(), to },
        because: "the service became unwell with this revision, and the one before it ran well",
    })
}
