//! AWS took Spot capacity back. ECS says `SpotInterruption`, earlier `TerminationNotice`, with the reason "Your Spot Task
//! was interrupted." ("Amazon ECS clusters for Fargate", section on termination notices, Amazon ECS Developer Guide).

use super::{taken_away, task_retirement};
use crate::diagnosis::{Cause, Finding};
use crate::evidence::Evidence;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    taken_away(evidence, Cause::SpotInterruption, |task| {
        task.code == "SpotInterruption"
            || task.reason.contains("Spot Task was interrupted")
            || task.reason.contains("Spot interruption")
            || (task.code == "TerminationNotice" && !task_retirement::is_it(task))
    })
}
