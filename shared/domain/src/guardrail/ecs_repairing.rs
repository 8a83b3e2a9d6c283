//! ECS replaces tasks that fail their health check, and gives up deployments whose tasks fail. Acting at the same time only gets
//! in its way, until it had its time; what ECS cannot see is ours.

use jiff::Timestamp;

use super::Situation;
use crate::evidence::ServiceState;
use crate::remedy::Action;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    if let Action::StopDeployment { .. } = situation.plan.action {
        return situation.evidence.service.read().and_then(|service| gives_up_by_itself(service, situation));
    }
    let service = situation.evidence.service.read()?;
    let sick = situation.evidence.sick().is_some_and(|sick| sick.sick > 0);
    if sick && !leaves_them_alone(service, situation) {
        return Some("ECS sees the sick tasks and replaces them by itself".to_owned());
    }
    (service.pending > 0 || service.running < service.desired).then(|| {
        format!("ECS is starting tasks ({} of {} run, {} starting)", service.running, service.desired, service.pending)
    })
}

/// Whether ECS had a dwell to replace what is sick, and did not: it started nothing in that time and starts nothing now.
fn leaves_them_alone(service: &ServiceState, situation: &Situation<'_>) -> bool {
    let (evidence, dwell) = (situation.evidence, situation.timing.dwell);
    let waited = |since: Timestamp| situation.now.duration_since(since) >= dwell;
    let started = evidence.tasks.read().map(|tasks| tasks.iter().filter_map(|task| task.started_at).max());
    let started_nothing = started.flatten().is_some_and(waited);
    let starts_nothing = service.pending == 0 && service.running >= service.desired;
    situation.incident_since.is_some_and(waited) && started_nothing && starts_nothing
}

/// A circuit breaker that rolls back needs its count of failed tasks, for which it is given a dwell.
fn gives_up_by_itself(service: &ServiceState, situation: &Situation<'_>) -> Option<String> {
    let (now, dwell): (Timestamp, _) = (situation.now, situation.timing.dwell);
    let age = now.duration_since(service.primary()?.created_at);
    (service.breaker.enabled && service.breaker.rolls_back && age < dwell).then(|| {
        let left = (dwell - age).as_secs().max(1);
        format!("ECS's circuit breaker gives a failing deployment up by itself, which is awaited for {left} s more")
    })
}
