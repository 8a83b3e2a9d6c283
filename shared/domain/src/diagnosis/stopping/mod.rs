//! Why tasks that ran came to their end.

pub(super) mod crash_loop;
pub(super) mod oom_killed;
pub(super) mod spot_interruption;
pub(super) mod stop_timeout_kill;
pub(super) mod task_retirement;

use jiff::SignedDuration;

use super::onset::unwell_before;
use super::starting::keeps_short;
use super::symptoms::fail_themselves;
use super::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, StoppedTask};

/// How long ago a task may have ended to explain what happens now.
const RECENT: SignedDuration = SignedDuration::from_mins(15);
/// After this ECS has mostly replaced a task, and what still goes on has another reason.
const REPLACED: SignedDuration = SignedDuration::from_mins(5);
/// While nothing takes the place of what was taken away it is the reason for longer.
const WHILE_SHORT: SignedDuration = SignedDuration::from_mins(45);

/// Tasks that AWS took away: likely the reason if it was just now, certain if it was several or if nothing took their place.
fn taken_away(evidence: &Evidence, cause: Cause, is_it: fn(&StoppedTask) -> bool) -> Option<Finding> {
    let taken: Vec<&StoppedTask> = evidence.ended(WHILE_SHORT).into_iter().filter(|task| is_it(task)).collect();
    let newest = taken.first()?;
    let at = newest.stopped_at?;
    let age = evidence.gathered_at.duration_since(at);
    let short = keeps_short(evidence, at);
    if age >= RECENT && !short {
        return None;
    }
    // What is taken away answers nothing; when those that are there answer with errors, that is something else.
    let confidence =
        if unwell_before(evidence, at) || (!short && fail_themselves(evidence)) || !(short || age < REPLACED) {
            Confidence::Low
        } else if short || taken.len() > 1 {
            Confidence::High
        } else {
            Confidence::Medium
        };
    let mut facts = vec![format!(
        "{} tasks were taken away, the last one {} minutes ago: {}",
        taken.len(),
        age.as_mins().max(0),
        newest.reason
    )];
    if let Some(service) = evidence.service.read() {
        facts.push(format!("{} of {} tasks run, {} are starting", service.running, service.desired, service.pending));
    }
    Some(Finding { cause, confidence, facts })
}

/// The exit codes of its containers.
fn exit_codes(task: &StoppedTask) -> impl Iterator<Item = i32> {
    task.containers.iter().filter_map(|container| container.exit_code)
}
