//! A deployment under way is already replacing tasks, and may itself be the cause. It is observed, never forced over.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let service = situation.evidence.service.read()?;
    if !service.ecs_controls_deployments {
        return Some("another controller than ECS rolls out its deployments".to_owned());
    }
    service.in_flight().map(|deployment| format!("deployment {} is under way", deployment.id))
}
