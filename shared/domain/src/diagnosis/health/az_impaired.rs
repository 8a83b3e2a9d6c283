//! What is in one availability zone is sick, and what is in the others is well.

use std::collections::BTreeMap;

use crate::diagnosis::symptoms;
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, Sick, Target, TargetHealth};

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let targets = evidence.targets.read()?;
    let mut zones: BTreeMap<&str, Sick> = BTreeMap::new();
    for target in targets {
        let counts = matches!(target.health, TargetHealth::Healthy | TargetHealth::Unhealthy);
        let Some(zone) = zone(evidence, target).filter(|_| counts) else { continue };
        let sick = zones.entry(zone).or_insert(Sick { sick: 0, of: 0 });
        sick.of += 1;
        sick.sick += u32::from(target.health == TargetHealth::Unhealthy);
    }
    let (name, hit) = zones.iter().max_by_key(|(_, sick)| sick.sick)?;
    let others: u32 = zones.iter().filter(|(zone, _)| zone != &name).map(|(_, sick)| sick.of).sum();
    let others_sick: u32 = zones.iter().filter(|(zone, _)| zone != &name).map(|(_, sick)| sick.sick).sum();
    // One sick target alone is sick by chance in the zone it is in.
    if hit.sick < 2 || hit.sick * 5 < hit.of * 4 || others == 0 || others_sick > 0 {
        return None;
    }
    // In a deployment the new tasks may happen to be together; then the zone is not what they have in common.
    let deploying = evidence.service.read().is_none_or(|service| service.in_flight().is_some());
    let confidence = match (hit.sick, others) {
        _ if deploying || one_generation(evidence, name) => Confidence::Low,
        (3.., 2..) => Confidence::High,
        _ => Confidence::Medium,
    };
    let mut facts = vec![
        format!("{} of {} targets in {name} are sick", hit.sick, hit.of),
        format!("all {others} in the other zones are well"),
    ];
    facts.extend(symptoms::facts(evidence).into_iter().skip(1));
    Some(Finding { cause: Cause::AzImpaired, confidence, facts })
}

/// The zone of a target: by the load balancer, or else by the task at its address.
fn zone<'a>(evidence: &'a Evidence, target: &'a Target) -> Option<&'a str> {
    let by_task = || {
        let tasks = evidence.tasks.read().into_iter().flatten();
        let mut at_address = tasks.filter(|task| task.placement.address.as_deref() == Some(target.id.as_str()));
        at_address.next().and_then(|task| task.placement.zone.as_deref())
    };
    target.zone.as_deref().filter(|zone| *zone != "all").or_else(by_task)
}

/// Whether the tasks of that zone run another revision than all the others, or nobody knows.
fn one_generation(evidence: &Evidence, zone: &str) -> bool {
    evidence.tasks.read().is_none_or(|tasks| {
        let revision = |inside: bool| {
            tasks
                .iter()
                .filter(move |task| (task.placement.zone.as_deref() == Some(zone)) == inside)
                .map(|task| task.placement.task_definition.as_str())
        };
        let mut here = revision(true);
        here.all(|one| revision(false).all(|other| other != one))
            && revision(false).next().is_some()
            && revision(true).next().is_some()
    })
}
