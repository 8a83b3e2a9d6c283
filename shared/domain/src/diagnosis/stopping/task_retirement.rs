//! AWS retired the hosts of tasks for maintenance. Source: "Task retirement and maintenance for AWS Fargate on Amazon
//! ECS" and "Stopped task error messages", Amazon ECS Developer Guide.

use super::taken_away;
use crate::diagnosis::{Cause, Finding};
use crate::evidence::{Evidence, StoppedTask};

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    taken_away(evidence, Cause::TaskRetirement, is_it)
}

pub(super) fn is_it(task: &StoppedTask) -> bool {
    let reason = task.reason.to_ascii_lowercase();
    reason.contains("underlying infrastructure")
        || reason.contains("performing maintenance")
        || reason.contains("retirement")
        || reason.contains("retired")
}
