//! Nothing is done on stale or partial evidence about the service itself.

use super::Situation;
use crate::evidence::Source;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let evidence = situation.evidence;
    let age = situation.now.duration_since(evidence.gathered_at);
    if age > situation.timing.evidence_max_age || age.is_negative() {
        return Some(format!("the evidence is {} s old", age.as_secs()));
    }
    let about_the_service = [Source::Service, Source::Tasks, Source::Targets, Source::Metrics];
    if let Some((source, why)) = evidence.unread().into_iter().find(|(source, _)| about_the_service.contains(source)) {
        return Some(format!("{source} could not be read ({why})"));
    }
    match evidence.service.read() {
        Some(service) if service.status == "ACTIVE" => None,
        Some(service) => Some(format!("the ECS service is {}", service.status)),
        None => Some("the ECS service was not read".to_owned()),
    }
}
