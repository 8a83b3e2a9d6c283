//! ECS wants to start tasks and finds no place for them: no capacity, no address, no quota, no matching instance.
//!
//! Sources: "Amazon ECS service event messages", "Amazon ECS service action events" (`SERVICE_TASK_PLACEMENT_FAILURE`)
//! and "Stopped task error messages" in the Amazon ECS Developer Guide.

use jiff::{SignedDuration, Timestamp};

use super::{keeps_short, wants_tasks};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, StoppedTask};

/// The scheduler repeats itself rarely.
const WITHIN: SignedDuration = SignedDuration::from_hours(1);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let events = evidence.service.read().into_iter().flat_map(|service| {
        service.events.iter().filter(|event| is_it(&event.message)).map(|event| (event.at, event.message.clone()))
    });
    let recorded = evidence.record.read().into_iter().flat_map(|record| {
        record
            .actions
            .iter()
            .filter(|action| action.name.contains("PLACEMENT_FAILURE"))
            .map(|action| (action.at, format!("{} {}", action.name, action.reason.as_deref().unwrap_or_default())))
    });
    let stopped = evidence
        .ended(WITHIN)
        .into_iter()
        .filter_map(|task: &StoppedTask| Some((task.stopped_at?, task.says(is_it)?.to_owned())));
    let (at, words): (Timestamp, String) = events.chain(recorded).chain(stopped).max_by_key(|(at, _)| *at)?;
    if evidence.gathered_at.duration_since(at) >= WITHIN {
        return None;
    }
    let confidence = match evidence.short_of_tasks() {
        Some(true) if keeps_short(evidence, at) => Confidence::High,
        Some(_) => return None,
        None if wants_tasks(evidence) => Confidence::Medium,
        None => Confidence::Low,
    };
    let mut facts = vec![format!("ECS says: {}", words.trim())];
    if let Some(service) = evidence.service.read() {
        facts.push(format!("{} of {} tasks run, {} are starting", service.running, service.desired, service.pending));
    }
    Some(Finding { cause: Cause::PlacementFailed, confidence, facts })
}

fn is_it(words: &str) -> bool {
    let lower = words.to_ascii_lowercase();
    [
        "unable to place",
        "capacity is unavailable",
        "insufficient capacity",
        "no container instance",
        "no container instances",
        "limit on the number of tasks",
        "limit on the number of vcpus",
        "insufficientfreeaddresses",
        "not enough free addresses",
        "insufficient number of ip",
        "network interface provisioning",
        "create network interface",
        "resource:eni",
        "resource:fargate",
        "resource:memory",
        "resource:cpu",
    ]
    .iter()
    .any(|sign| lower.contains(sign))
}
