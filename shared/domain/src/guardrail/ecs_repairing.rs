//! ECS replaces tasks that fail their health check. Acting at the same time only gets in its way; what ECS cannot see is
//! ours.

use super::Situation;
use crate::diagnosis::Cause;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let repairing = situation.diagnosis.findings().iter().any(|finding| finding.cause == Cause::EcsIsRepairing);
    let sick = situation.evidence.sick().map_or(0, |sick| sick.sick);
    if repairing || sick > 0 {
        return Some("ECS sees the sick tasks and replaces them by itself".to_owned());
    }
    let service = situation.evidence.service.read()?;
    (service.pending > 0 || service.running < service.desired).then(|| {
        format!("ECS is starting tasks ({} of {} run, {} starting)", service.running, service.desired, service.pending)
    })
}
