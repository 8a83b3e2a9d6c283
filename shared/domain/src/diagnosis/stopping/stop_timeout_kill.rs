//! Tasks that were asked to end did not do so within the stop timeout and were killed in the middle of their work: exit
//! code 137 (128 + SIGKILL) without a word of memory, on a task that ECS or a person stopped ("stopTimeout", Amazon ECS
//! Developer Guide; ECS waits 30 s by default).

use super::{RECENT, exit_codes};
use crate::diagnosis::onset::unwell_before;
use crate::diagnosis::symptoms::{fail_themselves, sick};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::Evidence;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let killed: Vec<_> = evidence
        .ended(RECENT)
        .into_iter()
        .filter(|task| task.was_asked() && !task.out_of_memory() && exit_codes(task).any(|code| code == 137))
        .collect();
    let newest = killed.first()?;
    // A task that was stopped because it was sick does not end well either; then its sickness is the reason.
    let was_sick = killed.iter().all(|task| task.reason.contains("health checks"));
    // What is killed answers nothing (the load balancer's 502); errors of those that are there are another matter.
    let oldest = killed.last().and_then(|task| task.stopped_at);
    let own_errors = fail_themselves(evidence) || oldest.is_some_and(|at| unwell_before(evidence, at));
    let certain = !was_sick && !own_errors && sick(evidence).is_none() && evidence.targets.why_unread().is_none();
    let confidence = if certain { Confidence::Medium } else { Confidence::Low };
    let timeout = evidence.definition.read().map(|definition| {
        let longest = definition.containers.iter().filter_map(|container| container.stop_timeout).max();
        longest.map_or_else(|| "30 s, ECS's own".to_owned(), |timeout| format!("{} s", timeout.as_secs()))
    });
    let mut facts = vec![
        format!(
            "{} tasks were killed after they had been asked to end (exit code 137, no lack of memory)",
            killed.len()
        ),
        format!("they were stopped because: {}", newest.reason),
    ];
    facts.extend(timeout.map(|timeout| format!("the stop timeout is {timeout}")));
    Some(Finding { cause: Cause::StopTimeoutKill, confidence, facts })
}
