//! Nothing is done on stale or partial evidence about the service itself. An answer that is empty, or shorter than another
//! one, is not whole: it says neither "all" nor "none".

use super::Situation;
use crate::evidence::{Evidence, ServiceState, Source};

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
        Some(service) if service.status == "ACTIVE" => left_out(evidence, service),
        Some(service) => Some(format!("the ECS service is {}", service.status)),
        None => Some("the ECS service was not read".to_owned()),
    }
}

/// What is missing of the tasks that run by the service's own count.
fn left_out(evidence: &Evidence, service: &ServiceState) -> Option<String> {
    let running = usize::try_from(service.running).unwrap_or(usize::MAX);
    let tasks = evidence.tasks.read()?.iter().filter(|task| task.status == "RUNNING").count();
    if tasks < running {
        return Some(format!("{running} tasks run, and ECS named {tasks} of them"));
    }
    // A task is a target from when it runs, in whatever state.
    let targets = evidence.targets.read()?.len();
    (targets < running).then(|| format!("{running} tasks run, and the load balancer knows of {targets}"))
}
