//! Tasks won't start, or do not stay.

use jiff::SignedDuration;

use super::{Answer, Answered, Issue, Read, not_the_case, the_case, undecided};
use crate::diagnosis::{Cause, Chapter, chapter};
use crate::evidence::{Deployment, Evidence, Rollout, Source, StoppedTask};

/// What tells of tasks that did not start.
const NEEDED: &[Source] = &[Source::Service, Source::Tasks, Source::StoppedTasks, Source::Recorder];
/// How long ago a task may have been stopped for its health check.
const LATELY: SignedDuration = SignedDuration::from_mins(15);

pub(super) fn answered(read: Read<'_>) -> Answered {
    Answered {
        chapter: Chapter::TasksWontStart,
        answer: whole(read),
        issues: vec![
            (
                Issue::ImageNotPulled,
                read.of_cause(Cause::ImagePullFailed, NEEDED, "no task failed to start for want of its image"),
            ),
            (
                Issue::SecretsNotFetched,
                read.of_cause(Cause::SecretsUnavailable, NEEDED, "no task failed to start for want of a secret"),
            ),
            (Issue::StoppedForHealthCheck, stopped_for_health_check(read)),
        ],
    }
}

fn whole(read: Read<'_>) -> Answer {
    let failing = read.evidence.service.read().and_then(|service| service.in_flight()).filter(|it| it.failed_tasks > 0);
    // A deployment may make a service unwell whose tasks all start.
    let of_chapter =
        |cause| chapter(cause) == Some(Chapter::TasksWontStart) && (cause != Cause::BadDeployment || failing.is_some());
    if let Some(finding) = read.sure(of_chapter) {
        return the_case(Some(finding.cause), finding.facts.clone());
    }
    if let Some(deployment) = failing {
        return the_case(None, [failed(deployment)]);
    }
    if let Some(answer) = read.unless_read(NEEDED) {
        return answer;
    }
    if !read.diagnosis.unread.is_empty()
        && let Some(answer) = read.possibly(of_chapter)
    {
        return answer;
    }
    let Some(service) = read.evidence.service.read() else { return undecided([]) };
    let counts = format!("{} of {} tasks run", service.running, service.desired);
    match (service.running < service.desired, service.pending) {
        (false, _) => not_the_case(counts),
        (true, 0) => undecided([counts, "none is starting, and nothing that was read says why".to_owned()]),
        (true, starting) => match read.possibly(of_chapter) {
            Some(possible) => possible,
            None => not_the_case(format!("{counts}, {starting} are starting and none of them failed")),
        },
    }
}

fn failed(deployment: &Deployment) -> String {
    let state = if deployment.rollout == Rollout::InProgress { "in flight" } else { "that did not end" };
    format!("{} tasks of deployment {} ({state}) failed", deployment.failed_tasks, deployment.id)
}

/// The tasks that ECS stopped lately because they failed their health check ("Amazon ECS service event messages" and "Stopped
/// task error messages", Amazon ECS Developer Guide), newest first.
pub(super) fn stopped_as_unhealthy(evidence: &Evidence) -> Vec<&StoppedTask> {
    let is_it =
        |reason: &str| reason.contains("failed ELB health checks") || reason.contains("failed container health checks");
    evidence.ended(LATELY).into_iter().filter(|task| task.says(is_it).is_some()).collect()
}

fn stopped_for_health_check(read: Read<'_>) -> Answer {
    let stopped = stopped_as_unhealthy(read.evidence);
    if let Some(newest) = stopped.first() {
        let because = read.sure(|cause| chapter(cause).is_some() && cause != Cause::HealthCheckFailing);
        let fact = format!("ECS stopped {} within the last 15 minutes: {}", tasks(stopped.len()), newest.reason);
        return the_case(because.map(|finding| finding.cause), [fact]);
    }
    let well = || not_the_case("ECS stopped no task for its health check within the last 15 minutes");
    read.unless_read(&[Source::StoppedTasks, Source::Recorder]).unwrap_or_else(well)
}

fn tasks(count: usize) -> String {
    if count == 1 { "one task".to_owned() } else { format!("{count} tasks") }
}
