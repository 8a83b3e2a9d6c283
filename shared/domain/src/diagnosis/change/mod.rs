//! What changed: a deployment, or a secret that tasks had read before.

pub(super) mod bad_deployment;
pub(super) mod stale_tasks;

use jiff::SignedDuration;

use crate::evidence::{Deployment, Difference, Evidence, Reading, Rollout, StoppedTask};

/// After this a deployment is no news.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

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
