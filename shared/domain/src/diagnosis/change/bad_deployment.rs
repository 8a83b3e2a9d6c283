//! A deployment made the service unwell: it fails itself, its tasks are sick while those before it are well, or the service
//! became unwell right when it came.
//!
//! Sources: "How the Amazon ECS deployment circuit breaker detects failures" and "Amazon ECS service event messages",
//! Amazon ECS Developer Guide. What ECS does not do is to go back from a deployment that completed.

use jiff::{SignedDuration, Timestamp};

use super::{LATELY, differences, given_up, told};
use crate::diagnosis::onset::{busy_since, may_be_over, refused_since};
use crate::diagnosis::symptoms::{self, failing_since, many_more_requests, sick, sick_targets, slow};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{Deployment, Evidence, Newcomers, Reading, Task};

/// A deployment takes up to this long until all tasks are its own; what begins within this of its start may be its fault.
const SOON: SignedDuration = SignedDuration::from_mins(20);
/// What begins this soon after it is its fault if it changed anything.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(10);
/// A period may contain the start.
const GRACE: SignedDuration = SignedDuration::from_mins(1);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let service = evidence.service.read()?;
    let deployment = service.primary()?;
    let (confidence, mut facts, which) = given_up(evidence)
        .filter(|given_up| !may_be_over(evidence, given_up.at))
        .map(|given_up| (Confidence::High, vec![given_up.fact]))
        .or_else(|| new_tasks_fail(evidence))
        .or_else(|| unwell_since(evidence, deployment.created_at))
        .map(|(confidence, facts)| (confidence, facts, "it is"))
        .or_else(|| gone_back_from(evidence, deployment))?;
    facts.push(format!("{which} {}", told(evidence, deployment)));
    let ordered = evidence.record.read().and_then(|record| {
        record.changes.iter().find(|change| {
            change.call.contains("UpdateService") && deployment.created_at.duration_since(change.at).abs() < LATELY
        })
    });
    facts.extend(ordered.map(|change| format!("{} called {}", change.by, change.call)));
    facts.extend(symptoms::facts(evidence));
    Some(Finding { cause: Cause::BadDeployment, confidence, facts })
}

/// It is in flight, and its own tasks fail where those before it do not.
fn new_tasks_fail(evidence: &Evidence) -> Option<(Confidence, Vec<String>)> {
    let Newcomers { failed, sick, former_sick, former_well } = evidence.newcomers()?;
    if sick + failed == 0 || former_sick > 0 {
        return None;
    }
    let confidence = match (sick + failed, former_well) {
        (2.., 1..) | (3.., _) => Confidence::High,
        (_, 1..) | (2.., _) => Confidence::Medium,
        _ => Confidence::Low,
    };
    let facts = vec![
        format!("{failed} tasks of the deployment in flight failed, {sick} are sick"),
        format!("{former_well} tasks from before it are well"),
    ];
    Some((confidence, facts))
}

/// The service became unwell with a deployment that began at `start`.
fn unwell_since(evidence: &Evidence, start: Timestamp) -> Option<(Confidence, Vec<String>)> {
    let slow = slow(evidence).and_then(|slow| slow.since);
    let began = [failing_since(evidence), slow, busy_since(evidence), refused_since(evidence)];
    let after = |at: &Timestamp| (-GRACE..SOON).contains(&at.duration_since(start));
    let age = evidence.gathered_at.duration_since(start);
    let first = began.into_iter().flatten().min();
    let since = match first {
        Some(at) if after(&at) => Some(at),
        Some(_) => return None,
        // Sick targets bear no time; while the deployment is young it is the best that is known.
        None if age < SOON
            && sick(evidence).is_some_and(|sick| sick.is_majority())
            && !sick_targets(evidence).is_empty() =>
        {
            None
        }
        None => return None,
    };
    if many_more_requests(evidence) {
        return None;
    }
    let changed = match (&evidence.previous, differences(evidence)) {
        // Whether there was a revision before it may stand only in what the recorder kept.
        (Reading::NotConfigured, _) if evidence.record.why_unread().is_none() => None,
        (_, Some(differences)) => Some(!differences.is_empty()),
        // What it changed is not known, so that it changed nothing is as likely.
        (_, None) => Some(false),
    };
    let soon = since.is_some_and(|at| at.duration_since(start) < AT_ONCE);
    let confidence = match changed {
        _ if may_be_a_secret(evidence, start, since) || one_of_its_tasks_alone_fails(evidence) => Confidence::Low,
        Some(true) if soon => Confidence::High,
        Some(true) => Confidence::Medium,
        None if soon => Confidence::Medium,
        Some(false) | None => Confidence::Low,
    };
    let fact = match since {
        Some(at) => format!("it began {} minutes after a deployment did", at.duration_since(start).as_mins().max(0)),
        None => "most targets are sick shortly after a deployment".to_owned(),
    };
    Some((confidence, vec![fact]))
}

/// Whether one task alone fails while another of the same deployment does not: then it is not what the deployment brought.
fn one_of_its_tasks_alone_fails(evidence: &Evidence) -> bool {
    let Some(failing) = evidence.failing_task() else { return false };
    let of_the_same = |task: &&Task| task.id != failing.id && task.started_by == failing.started_by;
    let mut others = evidence.tasks.read().into_iter().flatten().filter(of_the_same);
    others.any(|task| task.started_at.is_some())
}

/// Whether a secret changed, or may have changed, after the deployment began and before the trouble did: what changed last
/// is the nearer reason.
fn may_be_a_secret(evidence: &Evidence, start: Timestamp, since: Option<Timestamp>) -> bool {
    let before_trouble = |at: Timestamp| since.is_none_or(|since| at < since + GRACE);
    match &evidence.secrets {
        Reading::Read(changes) => {
            changes.iter().any(|change| change.changed_at > start && before_trouble(change.changed_at))
        }
        Reading::NotConfigured => false,
        Reading::Unread { .. } => true,
    }
}

/// Somebody has gone back already, or is about to: the service became unwell with a deployment before the present one.
fn gone_back_from(evidence: &Evidence, present: &Deployment) -> Option<(Confidence, Vec<String>, &'static str)> {
    let listed = evidence.service.read()?.deployments.iter().map(|one| (&one.id, one.created_at));
    let recorded = evidence.record.read().map_or(&[][..], |record| record.deployments.as_slice());
    let begun = recorded.iter().filter(|event| event.name.ends_with("IN_PROGRESS"));
    let mut former = listed
        .chain(begun.map(|event| (&event.deployment, event.at)))
        .filter(|(id, start)| **id != present.id && *start < present.created_at);
    let (id, (confidence, mut facts)) = former.find_map(|(id, start)| Some((id, unwell_since(evidence, start)?)))?;
    facts.push(format!("that was {id}"));
    Some((confidence.min(Confidence::Medium), facts, "its place takes"))
}
