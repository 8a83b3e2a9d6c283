//! All tasks are replaced by new ones of the same revision, within the bounds that the service sets for deployments.

use super::{Action, Fit, Look};
use crate::diagnosis::Cause;

pub(super) fn fit(look: &Look<'_>) -> Option<Fit> {
    let because = match look.cause {
        Cause::StaleTasks => "every task that started before the change holds what it read then",
        Cause::HealthCheckFailing => "what is wrong is in the running tasks and not in one of them",
        _ => return None,
    };
    Some(Fit { action: Action::ForceRedeploy { task_definition: look.primary.task_definition.clone() }, because })
}
