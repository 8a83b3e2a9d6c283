//! A deployment under way is already replacing tasks, and may itself be the cause. It is observed, never forced over; only the
//! remedy that stops it needs it to be there.

use super::Situation;
use crate::evidence::Rollout;
use crate::remedy::Action;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let service = situation.evidence.service.read()?;
    if !service.ecs_controls_deployments {
        return Some("another controller than ECS rolls out its deployments".to_owned());
    }
    if let Action::StopDeployment { service_deployment, .. } = &situation.plan.action {
        let same = service.service_deployment.as_ref() == Some(service_deployment);
        let under_way = service.primary().is_some_and(|primary| primary.rollout == Rollout::InProgress);
        return (!same || !under_way).then(|| "the deployment that would be stopped is not under way".to_owned());
    }
    service.in_flight().map(|deployment| format!("deployment {} is under way", deployment.id))
}
