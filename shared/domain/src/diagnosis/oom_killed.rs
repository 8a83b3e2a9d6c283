//! Containers that the kernel killed because they used more memory than they reserve.
//!
//! The container's reason decides, not its exit code: `OutOfMemoryError` may come with exit code 0, and 137 alone is a
//! SIGKILL after the stop timeout ("Stopped task error codes", Amazon ECS Developer Guide).

use jiff::SignedDuration;

use super::{Cause, Confidence, Finding};
use crate::evidence::Evidence;

/// How long ago a task may have been killed to explain what happens now.
const RECENT: SignedDuration = SignedDuration::from_mins(15);

pub(super) fn look(evidence: &Evidence) -> Option<Finding> {
    let killed = evidence
        .stopped
        .read()?
        .iter()
        .filter(|task| task.stopped_at.is_some_and(|at| evidence.gathered_at.duration_since(at) < RECENT))
        .filter(|task| {
            let out_of_memory = |reason: &str| reason.contains("OutOfMemoryError") || reason.contains("OutOfMemory:");
            out_of_memory(&task.reason) || task.containers.iter().filter_map(|c| c.reason.as_deref()).any(out_of_memory)
        })
        .count();
    (killed > 0).then(|| Finding {
        cause: Cause::OomKilled,
        confidence: Confidence::High,
        facts: vec![format!("{killed} tasks were killed for lack of memory within the last quarter of an hour")],
    })
}
