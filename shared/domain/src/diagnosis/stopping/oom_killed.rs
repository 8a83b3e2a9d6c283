//! Containers that the kernel killed because they used more memory than they may.
//!
//! The container's reason decides, not its exit code: `OutOfMemoryError` may come with exit code 0, and 137 alone is a
//! SIGKILL after the stop timeout ("Stopped task error messages", Amazon ECS Developer Guide).

use super::{RECENT, REPLACED, exit_codes};
use crate::diagnosis::starting::wants_tasks;
use crate::diagnosis::{Cause, Confidence, Finding, change};
use crate::evidence::Evidence;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let killed: Vec<_> = evidence.ended(RECENT).into_iter().filter(|task| task.out_of_memory()).collect();
    let newest = killed.first()?;
    let age = evidence.gathered_at.duration_since(newest.stopped_at?);
    // A single one that was killed a while ago was replaced since; it does not explain what goes on now.
    let stray = killed.len() == 1 && age >= REPLACED && evidence.short_of_tasks() != Some(true);
    let confidence = if stray || !wants_tasks(evidence) { Confidence::Low } else { Confidence::High };
    let mut facts = vec![format!(
        "{} tasks were killed for lack of memory within the last quarter of an hour, the last one {} minutes ago",
        killed.len(),
        age.as_mins().max(0)
    )];
    if exit_codes(newest).any(|code| code == 0) {
        facts.push("the exit code is 0, but the reason says OutOfMemoryError".to_owned());
    }
    if let Some(memory) = evidence.definition.read().and_then(|definition| definition.memory_mib) {
        facts.push(format!("a task has {memory} MiB"));
    }
    facts.extend(change::came_with(evidence, killed.iter().copied()));
    Some(Finding { cause: Cause::OomKilled, confidence, facts })
}
