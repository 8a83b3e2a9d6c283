//! What the tasks are made of, now and before the last deployment. "DescribeTaskDefinition", Amazon ECS API Reference.

use std::collections::BTreeMap;

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{self, ContainerDefinition as Container};
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::text;
use paramedic_domain::evidence::{ContainerDefinition, Definition, HealthCheck, Reading, Record, ServiceState};
use sha2::{Digest as _, Sha256};

use super::{Read, count, why};
use crate::alarms::moment;

/// A deployment of this age or younger may be the cause, so that the revision before it is read.
const RECENT: SignedDuration = SignedDuration::from_hours(24);
/// The longest image, name of a variable or name of a secret that is kept.
const NAME: usize = 255;
/// The longest health check that is kept.
const COMMAND: usize = 200;
/// Variables of one container that are kept, the first ones by name.
const VARIABLES: usize = 200;

/// The revision that the service is at, or is moving to.
pub(super) async fn current(client: &Client, state: &Reading<ServiceState>) -> Read<Definition> {
    let state = state.read().ok_or("the service, which names it, could not be read")?;
    let primary = state.primary().ok_or("the service has no primary deployment")?;
    describe(client, &primary.task_definition).await.map(Reading::Read)
}

/// The revision of that name; none where there was none before.
pub(super) async fn previous(client: &Client, name: Option<String>) -> Read<Definition> {
    match name {
        Some(name) => describe(client, &name).await.map(Reading::Read),
        None => Ok(Reading::NotConfigured),
    }
}

/// Whether the last deployment is so recent that it may be the cause. A service that could not be read has none that is
/// known to be.
pub(super) fn is_recent(state: &Reading<ServiceState>, now: Timestamp) -> bool {
    let primary = state.read().and_then(ServiceState::primary);
    primary.is_some_and(|primary| now.duration_since(primary.created_at) <= RECENT)
}

/// The revision of the newest deployment that is still listed beside the primary one.
pub(super) fn older_deployment(state: &Reading<ServiceState>) -> Option<String> {
    let others = state.read()?.deployments.iter().filter(|deployment| !deployment.primary);
    others.max_by_key(|deployment| deployment.created_at).map(|deployment| deployment.task_definition.clone())
}

/// The revision that ran before the primary deployment when no other deployment is listed any more: that of the task which
/// stopped last and was started by another deployment, as the flight recorder has it; else the one numbered before it.
///
/// Only the first two know what ran. A number before is what was registered before: after the same revision was deployed
/// again, or one was left out, it never ran in this service, and what differs then says less than it seems to.
pub(super) fn before(state: &Reading<ServiceState>, record: &Reading<Record>) -> Option<String> {
    let primary = state.read()?.primary()?;
    let recorded = record.read().into_iter().flat_map(|record| &record.stopped);
    let replaced = recorded
        .filter(|task| task.started_by.as_ref().is_some_and(|deployment| *deployment != primary.id))
        .filter(|task| !task.placement.task_definition.is_empty())
        .max_by_key(|task| task.stopped_at);
    replaced.map(|task| task.placement.task_definition.clone()).or_else(|| {
        let (family, revision) = primary.task_definition.rsplit_once(':')?;
        let before = revision.parse::<u32>().ok()?.checked_sub(1).filter(|revision| *revision > 0)?;
        Some(format!("{family}:{before}"))
    })
}

/// `family:revision` of a task definition's ARN, or of what already is that.
pub(super) fn short(arn: &str) -> String {
    text::escaped(arn.rsplit('/').next().unwrap_or(arn), NAME)
}

async fn describe(client: &Client, name: &str) -> Result<Definition, String> {
    let answer = client.describe_task_definition().task_definition(name).send().await.map_err(why)?;
    let described = answer.task_definition().ok_or_else(|| format!("ECS answered without task definition {name}"))?;
    Ok(definition(described))
}

fn definition(described: &types::TaskDefinition) -> Definition {
    let number = |given: Option<&str>| given.and_then(|text| text.parse().ok());
    Definition {
        name: match described.family() {
            Some(family) => text::escaped(&format!("{family}:{}", described.revision()), NAME),
            None => short(described.task_definition_arn().unwrap_or_default()),
        },
        registered_at: described.registered_at().and_then(moment),
        cpu: number(described.cpu()),
        memory_mib: number(described.memory()),
        containers: described.container_definitions().iter().map(container).collect(),
    }
}

fn container(described: &Container) -> ContainerDefinition {
    let name = |given: Option<&str>| text::escaped(given.unwrap_or_default(), NAME);
    let secrets = described.secrets().iter().map(|it| (name(Some(it.name())), secret(it.value_from())));
    let environment =
        described.environment().iter().map(|it| (name(it.name()), digest([it.value().unwrap_or_default()])));
    ContainerDefinition {
        name: name(described.name()),
        image: name(described.image()),
        essential: described.essential().unwrap_or(true),
        memory_mib: described.memory().map(count),
        health_check: described.health_check().map(health_check),
        stop_timeout: described.stop_timeout().map(|after| SignedDuration::from_secs(i64::from(after))),
        secrets: first(secrets.collect()),
        environment: first(environment.collect()),
        command: digest(described.entry_point().iter().chain(described.command()).map(String::as_str)),
    }
}

fn first(all: BTreeMap<String, String>) -> BTreeMap<String, String> {
    all.into_iter().take(VARIABLES).collect()
}

/// What ECS assumes where nothing is said is from "HealthCheck" in the API reference.
fn health_check(described: &types::HealthCheck) -> HealthCheck {
    let seconds = |given: Option<i32>, default: i64| SignedDuration::from_secs(given.map_or(default, i64::from));
    HealthCheck {
        command: text::escaped(&described.command().join(" "), COMMAND),
        interval: seconds(described.interval(), 30),
        timeout: seconds(described.timeout(), 5),
        retries: described.retries().map_or(3, count),
        start_period: seconds(described.start_period(), 0),
    }
}

/// The name of the secret or parameter that a variable comes from. It is an ARN, of a secret with six random characters
/// behind its name and perhaps a key, or the bare name of a parameter ("Secret" in the API reference).
fn secret(value_from: &str) -> String {
    let name = match value_from.split_once(":secret:") {
        Some((_, rest)) => {
            let name = rest.split(':').next().unwrap_or(rest);
            match name.rsplit_once('-') {
                Some((name, random)) if random.len() == 6 => name,
                _ => name,
            }
        }
        None => value_from.split_once(":parameter").map_or(value_from, |(_, name)| name),
    };
    text::escaped(name, NAME)
}

/// A few characters that change with any part: they tell that two values differ, and are shown to nobody.
fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length, so that no two lists of parts run together to the same text.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
