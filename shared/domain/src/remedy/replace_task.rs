//! One task is stopped, and the scheduler starts another in its place: where one of several is sick, or fails requests
//! although it passes its health check.

use super::{Action, Fit, Look};
use crate::diagnosis::Cause;

pub(super) fn fit(look: &Look<'_>) -> Option<Fit> {
    let (task, because) = match look.cause {
        Cause::AppErrors5xx => (look.evidence.failing_task()?, "one task fails requests and the others are well"),
        Cause::HealthCheckFailing => (look.evidence.only_sick_task()?, "one task is sick and the others are well"),
        _ => return None,
    };
    Some(Fit { action: Action::ReplaceTask { task: task.id.clone() }, because })
}
