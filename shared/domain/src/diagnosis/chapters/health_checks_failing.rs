//! Health checks fail.

use std::collections::BTreeSet;

use super::tasks_wont_start::stopped_as_unhealthy;
use super::{Answer, Answered, Issue, Read, not_the_case, the_case, undecided};
use crate::diagnosis::symptoms::sick_targets;
use crate::diagnosis::{Cause, Chapter, chapter};
use crate::evidence::{Dependency, Sick, Source, TargetHealth};

pub(super) fn answered(read: Read<'_>) -> Answered {
    Answered {
        chapter: Chapter::HealthChecksFailing,
        answer: whole(read),
        issues: vec![
            (Issue::HealthEndpointFailing, endpoint(read)),
            (Issue::CacheUnreachable, cache(read)),
            (Issue::HealthCheckWrong, check(read)),
        ],
    }
}

fn whole(read: Read<'_>) -> Answer {
    let because = why(read);
    let sick = read.evidence.sick();
    if let Some(sick) = sick.filter(|sick| sick.sick > 0) {
        let unexplained = because.is_none().then(|| "nothing that was read says why for certain".to_owned());
        return the_case(because, [fails(sick)].into_iter().chain(unexplained));
    }
    let stopped = stopped_as_unhealthy(read.evidence);
    if let Some(newest) = stopped.first() {
        let fact = format!("ECS stopped {} of its tasks within the last 15 minutes: {}", stopped.len(), newest.reason);
        return the_case(because, [fact]);
    }
    let needed = [read.source_of_health(), Source::StoppedTasks, Source::Recorder];
    read.unless_read(&needed).unwrap_or_else(|| well(read, sick))
}

/// The cause that explains it: that a health check fails is none, nor is what only shows in requests.
fn why(read: Read<'_>) -> Option<Cause> {
    let explains = |cause| chapter(cause).is_some() && cause != Cause::HealthCheckFailing;
    read.sure(explains).map(|finding| finding.cause)
}

fn fails(sick: Sick) -> String {
    format!("{} of {} targets fail their health check", sick.sick, sick.of)
}

/// None is sick; whether that means that all are well.
fn well(read: Read<'_>, sick: Option<Sick>) -> Answer {
    let registering = read.evidence.targets.read().map_or(0, |targets| {
        targets.iter().filter(|target| matches!(target.health, TargetHealth::Initial | TargetHealth::Other)).count()
    });
    match sick.map(|sick| sick.of) {
        None | Some(0) if registering > 0 => {
            undecided([format!("{registering} targets are registered and not yet known to be well")])
        }
        None | Some(0) => not_the_case("there is no target to be checked"),
        Some(of) => not_the_case(format!("{of} of {of} targets pass their health check")),
    }
}

/// What the load balancer says of the sick, by the codes of "Target health status" (Elastic Load Balancing User Guide).
fn endpoint(read: Read<'_>) -> Answer {
    let sick = read.evidence.sick();
    if let Some(sick) = sick.filter(|sick| sick.sick > 0) {
        let words = |code: Option<&str>, text: Option<&str>| match (code, text) {
            (Some(code), Some(text)) => Some(format!("the load balancer says {code}: {text}")),
            (Some(one), None) | (None, Some(one)) => Some(format!("the load balancer says {one}")),
            (None, None) => None,
        };
        let targets = sick_targets(read.evidence);
        let said: BTreeSet<String> = targets
            .iter()
            .filter_map(|target| words(target.reason.as_deref(), target.description.as_deref()))
            .collect();
        return the_case(why(read), [fails(sick)].into_iter().chain(said));
    }
    read.unless_read(&[read.source_of_health()]).unwrap_or_else(|| well(read, sick))
}

fn cache(read: Read<'_>) -> Answer {
    const NEEDED: &[Source] = &[Source::Cache, Source::Metrics, Source::Logs, Source::Targets];
    let id = match read.evidence.dependency() {
        Dependency::None => return not_the_case("the configuration names no cache"),
        Dependency::Down { facts, .. } => {
            let sure = read.sure(|cause| cause == Cause::RedisUnreachable);
            return match sure {
                Some(finding) => the_case(Some(finding.cause), finding.facts.clone()),
                // The service does not seem to suffer, or it may have another reason.
                None => Answer::CannotBeTold { facts, unread: read.diagnosis.unread.clone() },
            };
        }
        Dependency::Well => {
            read.evidence.cache.read().map(|cache| format!("cache {} is \"{}\"", cache.id, cache.status))
        }
        Dependency::Unread { .. } => None,
    };
    read.of_cause(Cause::RedisUnreachable, NEEDED, &id.unwrap_or_default())
}

fn check(read: Read<'_>) -> Answer {
    const NEEDED: &[Source] = &[
        Source::Targets,
        Source::Definition,
        Source::StoppedTasks,
        Source::Recorder,
        Source::Service,
        Source::Metrics,
    ];
    read.of_cause(Cause::HealthCheckMisconfigured, NEEDED, "it does not fail while requests succeed")
}
