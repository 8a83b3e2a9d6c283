//! Containers that the kernel killed because they used more memory than they may.
//!
//! The container's reason decides, not its exit code: `OutOfMemoryError` may come with exit code 0, and 137 alone is a
//! SIGKILL after the stop timeout ("Stopped task error messages", Amazon ECS Developer Guide).

use jiff::SignedDuration;

use super::{RECENT, REPLACED, exit_codes};
use crate::diagnosis::onset::may_be_over;
use crate::diagnosis::starting::wants_tasks;
use crate::diagnosis::{Cause, Confidence, Finding, change};
use crate::evidence::Evidence;

/// As long as ECS remembers the deployment that was given up for it.
const LATELY: SignedDuration = SignedDuration::from_hours(1);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let killed: Vec<_> = evidence.ended(LATELY).into_iter().filter(|task| task.out_of_memory()).collect();
    let newest = killed.first()?;
    let at = newest.stopped_at?;
    let age = evidence.gathered_at.duration_since(at);
    // A deployment that ECS gave up may be over by now, and this is why it was given up.
    let given_up = change::given_up(evidence).filter(|given_up| at.duration_since(given_up.at).abs() < RECENT);
    if age >= RECENT && given_up.is_none() {
        return None;
    }
    let within = if given_up.is_some() { LATELY } else { RECENT };
    let killed: Vec<_> = evidence.ended(within).into_iter().filter(|task| task.out_of_memory()).collect();
    // A single one that was killed a while ago was replaced since; it does not explain what goes on now.
    let stray = killed.len() == 1 && age >= REPLACED && evidence.short_of_tasks() != Some(true) && given_up.is_none();
    let over = age >= REPLACED && may_be_over(evidence, given_up.as_ref().map_or(at, |given_up| given_up.at.max(at)));
    let confidence = if stray || over || !wants_tasks(evidence) { Confidence::Low } else { Confidence::High };
    let mut facts = vec![format!(
        "{} tasks were killed for lack of memory within the last {}, the last one {} minutes ago",
        killed.len(),
        if given_up.is_some() { "hour" } else { "quarter of an hour" },
        age.as_mins().max(0)
    )];
    if exit_codes(newest).any(|code| code == 0) {
        facts.push("the exit code is 0, but the reason says OutOfMemoryError".to_owned());
    }
    if let Some(memory) = evidence.definition.read().and_then(|definition| definition.memory_mib) {
        facts.push(format!("a task has {memory} MiB"));
    }
    facts.extend(change::came_with(evidence, killed.iter().copied()));
    facts.extend(given_up.map(|given_up| given_up.fact));
    Some(Finding { cause: Cause::OomKilled, confidence, facts })
}
