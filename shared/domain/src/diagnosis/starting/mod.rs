//! Why tasks do not start. The stop codes and reasons are listed under "Stopped task error messages" in the Amazon ECS
//! Developer Guide.

pub(super) mod image_pull_failed;
pub(super) mod placement_failed;
pub(super) mod scaled_to_zero;
pub(super) mod secrets_unavailable;

use jiff::{SignedDuration, Timestamp};

use super::change;
use super::onset::may_be_over;
use super::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, StoppedTask};

/// A failure this young goes on, whatever the counts say.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(5);
/// ECS waits longer and longer between attempts ("Service throttle logic", Amazon ECS Developer Guide), so what keeps a
/// service short of tasks may have been seen last a good while ago.
const THROTTLED: SignedDuration = SignedDuration::from_hours(3);
/// How long ago a failure may be to explain what happens now without keeping the service short of tasks.
const RECENT: SignedDuration = SignedDuration::from_mins(15);

/// A cause that shows in the reason with which tasks failed to start.
fn start_failures(evidence: &Evidence, cause: Cause, is_it: fn(&str) -> bool) -> Option<Finding> {
    let failed: Vec<(&StoppedTask, &str)> =
        evidence.ended(THROTTLED).into_iter().filter_map(|task| Some((task, task.says(is_it)?))).collect();
    let (newest, example) = failed.first()?;
    let at = newest.stopped_at?;
    let age = evidence.gathered_at.duration_since(at);
    // A task that ended by itself after that did start, so starting is not the trouble any more.
    let last_word = evidence.stopped.read().is_some()
        && evidence.ended(THROTTLED).iter().take_while(|task| task.stopped_at > Some(at)).all(|task| task.was_asked());
    let goes_on = wants_tasks(evidence) && (age < JUST_NOW || (last_word && keeps_short(evidence, at)));
    // A deployment that ECS gave up may be over by now, and this is why it was given up.
    let given_up = change::given_up(evidence).filter(|given_up| {
        at.duration_since(given_up.at).abs() < RECENT && !may_be_over(evidence, given_up.at.max(at))
    });
    if !goes_on && age >= RECENT && given_up.is_none() {
        return None;
    }
    let confidence = match (goes_on || given_up.is_some(), age < RECENT) {
        (true, true) => Confidence::High,
        (true, false) => Confidence::Medium,
        (false, _) => Confidence::Low,
    };
    let mut facts = vec![format!(
        "{} tasks failed to start, the last one {} minutes ago: {example}",
        failed.len(),
        age.as_mins().max(0)
    )];
    facts.extend(change::came_with(evidence, failed.iter().map(|(task, _)| *task)));
    facts.extend(given_up.map(|given_up| given_up.fact));
    Some(Finding { cause, confidence, facts })
}

/// Whether there should be tasks at all, going by the service or, where that was not read, by what runs.
pub(super) fn wants_tasks(evidence: &Evidence) -> bool {
    match evidence.service.read() {
        Some(service) => service.desired > 0,
        None => evidence.tasks.read().is_some_and(|tasks| !tasks.is_empty()),
    }
}

/// Whether the service is short of tasks ever since `at`: nothing started or came to rest after that. It takes both the
/// service and its tasks to know.
pub(super) fn keeps_short(evidence: &Evidence, at: Timestamp) -> bool {
    let started_after = evidence
        .tasks
        .read()
        .is_none_or(|tasks| tasks.iter().any(|task| task.started_at.is_some_and(|started| started > at)));
    let settled_after = evidence.service.read().is_some_and(|service| {
        service.events.iter().any(|event| event.at > at && event.message.contains("steady state"))
    });
    evidence.short_of_tasks() == Some(true) && !started_after && !settled_after
}
