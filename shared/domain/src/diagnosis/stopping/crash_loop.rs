//! The container ends by itself, or never gets to run its command, again and again.
//!
//! An exit code of 137 belongs here too if nobody asked the task to end: something killed the process, and without ECS's
//! word it is not said that it was for lack of memory.

use jiff::SignedDuration;

use super::{RECENT, REPLACED, WHILE_SHORT, exit_codes};
use crate::diagnosis::onset::may_be_over;
use crate::diagnosis::starting::{keeps_short, wants_tasks};
use crate::diagnosis::{Cause, Confidence, Finding, change};
use crate::evidence::{Evidence, StoppedTask};

/// After this long without another crash the loop is over, unless tasks are still missing.
const CALM: SignedDuration = SignedDuration::from_mins(10);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let crashed: Vec<&StoppedTask> = evidence.ended(WHILE_SHORT).into_iter().filter(|task| crashed(task)).collect();
    let newest = crashed.first()?;
    let at = newest.stopped_at?;
    let age = evidence.gathered_at.duration_since(at);
    let short = evidence.short_of_tasks() == Some(true) && wants_tasks(evidence);
    if age >= RECENT && !keeps_short(evidence, at) {
        return None;
    }
    let impaired = evidence.service.read().is_some_and(|service| {
        service.events.iter().any(|event| {
            evidence.gathered_at.duration_since(event.at) < RECENT
                && event.message.contains("unable to consistently start tasks")
        })
    });
    let over = age >= REPLACED && may_be_over(evidence, at);
    let goes_on = wants_tasks(evidence) && (age < CALM || short) && !over;
    let confidence = match crashed.len() {
        _ if !goes_on => Confidence::Low,
        3.. => Confidence::High,
        2 if short || impaired => Confidence::High,
        2 => Confidence::Medium,
        _ if impaired || (short && age < CALM) => Confidence::Medium,
        _ => Confidence::Low,
    };
    let mut facts =
        vec![format!("{} tasks ended by themselves, the last one {} minutes ago", crashed.len(), age.as_mins().max(0))];
    if let Some(code) = exit_codes(newest).find(|code| *code != 0).or_else(|| exit_codes(newest).next()) {
        let meaning = match code {
            137 => " (killed from outside; ECS does not say for lack of memory)",
            139 => " (segmentation fault)",
            143 => " (asked to end by SIGTERM)",
            126 | 127 => " (its command cannot be run)",
            _ => "",
        };
        facts.push(format!("the exit code is {code}{meaning}"));
    }
    if let Some(reason) = newest.says(never_ran) {
        facts.push(format!("ECS says: {reason}"));
    }
    if let Some(lived) = newest.lived() {
        facts.push(format!("it lived {} s", lived.as_secs().max(0)));
    }
    if impaired {
        facts.push("ECS says it is unable to consistently start tasks".to_owned());
    }
    let lines = evidence.errors.read().and_then(|shapes| shapes.iter().max_by_key(|shape| shape.last_at));
    facts.extend(lines.map(|line| format!("tasks log: {}", line.shape)));
    facts.extend(change::came_with(evidence, crashed.iter().copied()));
    Some(Finding { cause: Cause::CrashLoop, confidence, facts })
}

fn crashed(task: &StoppedTask) -> bool {
    let exited = task.code == "EssentialContainerExited" || task.reason.contains("Essential container in task exited");
    !task.was_asked() && !task.out_of_memory() && (exited || task.says(never_ran).is_some())
}

fn never_ran(reason: &str) -> bool {
    ["CannotStartContainer", "CannotCreateContainer", "ContainerRuntime", "exec format error"]
        .iter()
        .any(|sign| reason.contains(sign))
}
