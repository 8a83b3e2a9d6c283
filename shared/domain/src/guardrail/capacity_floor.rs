//! No action may itself take the healthy tasks below max(1, ceil(desired × minimumHealthyPercent)).

use super::Situation;
use crate::evidence::{Evidence, ServiceState, Sick, TargetHealth};
use crate::id::TaskId;
use crate::remedy::Action;

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
    match &situation.plan.action {
        Action::ReplaceTask { task } => one_less(situation.evidence, task, sick, floor),
        Action::ForceRedeploy { .. } | Action::RollBack { .. } | Action::StopDeployment { .. } => {
            deployment(service, sick, leaves, floor)
        }
        // They take nothing away.
        Action::RaiseMaximum { .. } | Action::AddTasks { .. } => None,
    }
}

/// A task that is stopped is gone before its successor is there.
fn one_less(evidence: &Evidence, task: &TaskId, sick: Sick, floor: u32) -> Option<String> {
    let stopped = evidence.tasks.read()?.iter().find(|other| other.id == *task);
    let Some(stopped) = stopped else { return Some(format!("task {task} is not there any more")) };
    let target = evidence.targets.read().and_then(|targets| {
        targets.iter().find(|target| Some(target.id.as_str()) == stopped.placement.address.as_deref())
    });
    // One that fails its health check costs none.
    let well = target.map_or(!stopped.unhealthy, |target| target.health != TargetHealth::Unhealthy);
    let left = sick.healthy().saturating_sub(u32::from(well));
    (left < floor).then(|| format!("stopping it would leave {left} healthy tasks, at least {floor} must stay"))
}

fn deployment(service: &ServiceState, sick: Sick, leaves: u32, floor: u32) -> Option<String> {
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
