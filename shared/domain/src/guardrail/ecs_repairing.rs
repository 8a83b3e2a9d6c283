//! ECS replaces tasks that fail their health check. Acting at the same time only gets in its way; what ECS cannot see is
//! ours.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    if situation.evidence.sick().is_some_and(|sick| sick.sick > 0) {
        return Some("ECS sees the sick tasks and replaces them by itself".to_owned());
    }
    let service = situation.evidence.service.read()?;
    (service.pending > 0 || service.running < service.desired).then(|| {
        format!("ECS is starting tasks ({} of {} run, {} starting)", service.running, service.desired, service.pending)
    })
}
