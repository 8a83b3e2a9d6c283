//! No action may itself take the healthy tasks below max(1, ceil(desired × minimumHealthyPercent)).

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let service = situation.evidence.service.read()?;
    let sick = situation.evidence.sick()?;
    if service.desired == 0 {
        return Some("the service is scaled to zero".to_owned());
    }
    // What a rolling deployment may leave running, from "Service definition parameters" in the Amazon ECS Developer Guide:
    // the desired count times the minimum healthy percent, rounded up.
    let leaves = share_of(service.desired, service.minimum_healthy_percent);
    let floor = leaves.max(1);
    if leaves < floor {
        return Some("its minimum healthy percent would let a deployment stop every task".to_owned());
    }
    if sick.healthy() < floor {
        return Some(format!("only {} tasks are healthy, at least {floor} must stay", sick.healthy()));
    }
    let may_run = u64::from(service.desired) * u64::from(service.maximum_percent) / 100;
    (leaves >= service.desired && may_run <= u64::from(service.desired))
        .then(|| "its deployment bounds leave no room to replace a task".to_owned())
}

fn share_of(desired: u32, percent: u32) -> u32 {
    u32::try_from((u64::from(desired) * u64::from(percent)).div_ceil(100)).unwrap_or(u32::MAX)
}
