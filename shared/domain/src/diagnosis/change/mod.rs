//! What changed: a deployment, or a secret that tasks had read before.

pub(super) mod bad_deployment;
pub(super) mod stale_tasks;

use jiff::{SignedDuration, Timestamp};

use crate::evidence::{Deployment, Difference, Evidence, Reading, Rollout, StoppedTask};

/// What ECS said of a failed deployment explains what happens for this long.
const LATELY: SignedDuration = SignedDuration::from_hours(1);
/// After this a deployment is no news.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

/// That ECS itself called a deployment failed, or went back from it.
pub(super) struct GivenUp {
    /// When.
    pub(super) at: Timestamp,
    /// In ECS's words.
    pub(super) fact: String,
}

/// A deployment that ECS gave up lately. "How the Amazon ECS deployment circuit breaker detects failures", "Amazon ECS
/// service event messages", Amazon ECS Developer Guide.
pub(super) fn given_up(evidence: &Evidence) -> Option<GivenUp> {
    let service = evidence.service.read()?;
    let lately = |at: Timestamp| evidence.gathered_at.duration_since(at) < LATELY;
    let event = service.events.iter().find(|event| lately(event.at) && is_failure(&event.message));
    let failed = service.deployments.iter().find(|deployment| {
        deployment.rollout == Rollout::Failed
            || (lately(deployment.created_at) && deployment.reason.as_deref().is_some_and(is_failure))
    });
    if let Some(failed) = failed {
        let reason = failed.reason.as_deref().unwrap_or("it failed");
        let fact = format!("ECS says of deployment {}: {reason}", failed.id);
        return Some(GivenUp { at: event.map_or(failed.created_at, |event| event.at), fact });
    }
    event.map(|event| GivenUp { at: event.at, fact: format!("ECS says: {}", event.message) })
}

fn is_failure(words: &str) -> bool {
    let lower = words.to_ascii_lowercase();
    ["deployment failed", "rolling back", "circuit breaker", "alarm detected"].iter().any(|sign| lower.contains(sign))
}

/// The deployment that the tasks came with, if it is the present one, recent, and has not proved itself by completing.
pub(super) fn came_with<'a>(evidence: &Evidence, tasks: impl Iterator<Item = &'a StoppedTask>) -> Option<String> {
    let deployment = evidence.service.read()?.primary()?;
    let age = evidence.gathered_at.duration_since(deployment.created_at);
    let mut tasks = tasks.peekable();
    tasks.peek()?;
    let its_own = tasks.all(|task| task.started_by.as_ref() == Some(&deployment.id));
    (its_own && age < NEWS).then(|| format!("they came with {}", told(evidence, deployment)))
}

/// A deployment in words: which, since when, what it changed.
pub(super) fn told(evidence: &Evidence, deployment: &Deployment) -> String {
    let minutes = evidence.gathered_at.duration_since(deployment.created_at).as_mins().max(0);
    let state = match deployment.rollout {
        Rollout::Completed => "completed",
        Rollout::InProgress => "in flight",
        Rollout::Failed => "failed",
    };
    let changes: Vec<String> = match differences(evidence) {
        Some(differences) => differences.iter().map(ToString::to_string).collect(),
        None => Vec::new(),
    };
    let changed = if changes.is_empty() { String::new() } else { format!(", {}", changes.join(", ")) };
    format!(
        "deployment {} of {} ({state}, begun {minutes} minutes ago{changed})",
        deployment.id, deployment.task_definition
    )
}

/// What the present revision changed against the one before it, if both are known.
pub(super) fn differences(evidence: &Evidence) -> Option<Vec<Difference>> {
    match (&evidence.definition, &evidence.previous) {
        (Reading::Read(now), Reading::Read(before)) => Some(now.against(before)),
        _ => None,
    }
}
