//! What changed: deployments, images, secrets, scaling, the cache, and what the flight recorder kept of others' hands.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Since, detail, told};
use crate::evidence::{Deployment, DeploymentEvent, Evidence, Rollout, ServiceState};

/// How many changes are kept, and how many details of each.
const CHANGES: usize = 8;
const DETAILS: usize = 6;
/// How many of a sort that comes in swarms are kept, so that they do not crowd out the others.
const SWARM: usize = 3;
/// What lies longer back than this is only kept where it is the last of its sort: the last deployment, the last secret.
const LATELY: SignedDuration = SignedDuration::from_hours(24);

/// What sort of thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// A deployment began or ended.
    Deployment,
    /// The name of an image came to mean another one.
    Image,
    /// A secret has another value.
    Secret,
    /// A call that the flight recorder kept.
    Recorded,
    /// Scaling was tried.
    Scaling,
    /// ElastiCache said something.
    Cache,
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// What sort of thing.
    pub sort: Sort,
    /// How many seconds before the trouble began; negative for what came after. Absent where no beginning is known.
    #[serde(default)]
    pub before_s: Option<i64>,
    /// What.
    pub what: String,
    /// What it was in particular.
    #[serde(default)]
    pub details: Vec<String>,
    /// Whether it is the last of a sort that nearly everything hangs on, and is told however old it is.
    #[serde(default)]
    pub leading: bool,
}

pub(super) fn of(evidence: &Evidence, since: Option<&Since>) -> Vec<Change> {
    let mut all = deployments(evidence);
    all.extend(images(evidence));
    all.extend(secrets(evidence));
    all.extend(recorded(evidence));
    all.extend(scaling(evidence));
    all.extend(cache(evidence));
    let reference = since.map_or(evidence.gathered_at, |since| since.at);
    all.retain(|change| change.leading || reference.duration_since(change.at) < LATELY);
    all.sort_by_key(|change| (!change.leading, std::cmp::Reverse(change.at)));
    all.truncate(CHANGES);
    all.sort_by_key(|change| std::cmp::Reverse(change.at));
    for change in &mut all {
        change.before_s = since.map(|since| since.at.duration_since(change.at).as_secs());
    }
    all
}

fn change(sort: Sort, at: Timestamp, what: &str, details: impl IntoIterator<Item = String>) -> Change {
    let details = details.into_iter().take(DETAILS).map(|text| detail(&text)).collect();
    Change { at, sort, before_s: None, what: told(what), details, leading: false }
}

fn leading(change: Change) -> Change {
    Change { leading: true, ..change }
}

fn deployments(evidence: &Evidence) -> Vec<Change> {
    let Some(service) = evidence.service.read() else { return Vec::new() };
    let mut told: Vec<Change> = service.deployments.iter().map(|one| deployment(one, service, evidence)).collect();
    // What became of those that ECS has forgotten, and that it went back by itself, stands only in the recorder.
    let ended = evidence.record.read().map_or(&[][..], |record| record.deployments.as_slice());
    let is_told = |event: &DeploymentEvent| {
        let listed = service.deployments.iter().any(|one| one.id == event.deployment);
        event.name.ends_with("IN_PROGRESS") || (event.name.ends_with("COMPLETED") && listed)
    };
    told.extend(ended.iter().filter(|event| !is_told(event)).take(SWARM).map(|event| {
        let name = event.name.trim_start_matches("SERVICE_DEPLOYMENT_").to_lowercase();
        change(
            Sort::Deployment,
            event.at,
            &format!("deployment {} {name}", event.deployment),
            Some(event.reason.clone()),
        )
    }));
    told
}

fn deployment(one: &Deployment, service: &ServiceState, evidence: &Evidence) -> Change {
    let state = match one.rollout {
        Rollout::Completed => "completed",
        Rollout::InProgress => "in progress",
        Rollout::Failed => "failed",
    };
    let is = short(&one.task_definition);
    if !one.primary {
        return change(Sort::Deployment, one.created_at, &format!("deployment of {is} ({state})"), one.reason.clone());
    }
    let older = service.deployments.iter().find(|other| !other.primary).map(|other| short(&other.task_definition));
    let was = evidence.previous.read().map(|previous| previous.name.as_str()).or(older);
    let moved = match was.filter(|was| *was != is) {
        Some(was) => format!("deployment {was} → {is} ({state})"),
        None => format!("deployment of {is} ({state})"),
    };
    let differences = match (evidence.definition.read(), evidence.previous.read()) {
        (Some(now), Some(before)) => now.against(before).iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let failed = (one.failed_tasks > 0).then(|| format!("{} of its tasks failed", one.failed_tasks));
    let reason = one.reason.clone().filter(|_| one.rollout != Rollout::Completed);
    leading(change(Sort::Deployment, one.created_at, &moved, differences.into_iter().chain(failed).chain(reason)))
}

/// `family:revision` of what may be an ARN.
fn short(task_definition: &str) -> &str {
    task_definition.rsplit_once("task-definition/").map_or(task_definition, |(_, name)| name)
}

/// Images whose name means another image than before, by what running and stopped tasks found behind it.
fn images(evidence: &Evidence) -> Vec<Change> {
    let running = evidence.tasks.read().into_iter().flatten().map(|task| (task.started_at, &task.placement));
    let stopped = evidence.stopped.read().into_iter().flatten().map(|task| (task.started_at, &task.placement));
    // By container and name: each digest with when a task first started with it.
    let mut seen: BTreeMap<(&str, &str), BTreeMap<&str, Timestamp>> = BTreeMap::new();
    for (at, placement) in running.chain(stopped) {
        let Some(at) = at else { continue };
        for image in &placement.images {
            if let Some(digest) = &image.digest {
                let digests = seen.entry((&image.container, &image.image)).or_default();
                let first = digests.entry(digest.as_str()).or_insert(at);
                *first = at.min(*first);
            }
        }
    }
    let changed = seen.into_iter().filter_map(|((container, image), digests)| {
        let mut digests: Vec<(&str, Timestamp)> = digests.into_iter().collect();
        digests.sort_by_key(|(_, at)| *at);
        let [.., (was, _), (is, at)] = digests.as_slice() else { return None };
        let what = format!("image {image} of {container} means another image under the same name");
        Some(change(Sort::Image, *at, &what, Some(format!("digest {} → {}", brief(was), brief(is)))))
    });
    changed.take(SWARM).collect()
}

/// Enough of a digest to tell it from another.
fn brief(digest: &str) -> String {
    digest.chars().take("sha256:".len() + 12).collect()
}

fn secrets(evidence: &Evidence) -> Vec<Change> {
    let mut changed: Vec<_> = evidence.secrets.read().into_iter().flatten().collect();
    changed.sort_by_key(|secret| std::cmp::Reverse(secret.changed_at));
    let started: Vec<Timestamp> =
        evidence.tasks.read().into_iter().flatten().filter_map(|task| task.started_at).collect();
    let one = changed.into_iter().take(SWARM).enumerate().map(|(index, secret)| {
        let before = started.iter().filter(|at| **at < secret.changed_at).count();
        let detail = (before > 0).then(|| format!("{before} of {} tasks started before it", started.len()));
        let told = change(Sort::Secret, secret.changed_at, &format!("secret {}", secret.name), detail);
        if index == 0 { leading(told) } else { told }
    });
    one.collect()
}

fn recorded(evidence: &Evidence) -> Vec<Change> {
    let changes = evidence.record.read().map_or(&[][..], |record| record.changes.as_slice());
    let told = |one: &crate::evidence::RecordedChange| {
        change(Sort::Recorded, one.at, &format!("{} by {} on {}", one.call, one.by, one.on), None)
    };
    changes.iter().take(SWARM).map(told).collect()
}

fn scaling(evidence: &Evidence) -> Vec<Change> {
    let told = |one: &crate::evidence::ScalingActivity| {
        let not = (!one.not_scaled.is_empty()).then(|| format!("not scaled: {}", one.not_scaled.join(", ")));
        let said = [&one.cause, &one.message].into_iter().filter(|said| !said.is_empty()).cloned();
        change(Sort::Scaling, one.at, &format!("scaling: {}", one.description), not.into_iter().chain(said))
    };
    evidence.activities.read().into_iter().flatten().take(SWARM).map(told).collect()
}

fn cache(evidence: &Evidence) -> Vec<Change> {
    let told = |one: &crate::evidence::CacheEvent| {
        change(Sort::Cache, one.at, &format!("cache {}: {}", one.about, one.message), None)
    };
    evidence.cache_events.read().into_iter().flatten().take(SWARM).map(told).collect()
}
