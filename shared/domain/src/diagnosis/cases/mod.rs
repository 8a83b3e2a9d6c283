//! Staged incidents with the cause that is right for each, and what holds for all of them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod cache;
mod change;
mod chapters;
mod confusers;
mod health;
mod load;
mod one_after_another;
mod properties;
mod requests;
mod starting;
mod stopping;

use super::staged::{definition, ended, healthy, minutes_ago, series};
use super::*;
use crate::evidence::{
    Definition, Deployment, ErrorShape, Metrics, Reading, Rollout, Series, ServiceEvent, ServiceState, StoppedTask,
};
use crate::id::{DeploymentId, TaskId};

/// One staged incident.
pub(crate) struct Case {
    /// What happened, in words.
    pub(crate) name: &'static str,
    /// Why.
    pub(crate) cause: Cause,
    /// What can be read of it.
    pub(crate) evidence: Evidence,
}

/// A case made of the healthy service and a damage to it.
fn case(cause: Cause, name: &'static str, damage: impl FnOnce(&mut Evidence)) -> Case {
    let mut evidence = healthy();
    damage(&mut evidence);
    Case { name, cause, evidence }
}

/// Every staged incident.
pub(crate) fn all() -> Vec<Case> {
    [
        starting::cases(),
        stopping::cases(),
        cache::cases(),
        change::cases(),
        health::cases(),
        load::cases(),
        requests::cases(),
        confusers::cases(),
        one_after_another::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn change<T>(reading: &mut Reading<T>, how: impl FnOnce(&mut T)) {
    match reading {
        Reading::Read(value) => how(value),
        _ => panic!("a staged reading is not read"),
    }
}

fn service(evidence: &mut Evidence, how: impl FnOnce(&mut ServiceState)) {
    change(&mut evidence.service, how);
}

fn metrics(evidence: &mut Evidence, how: impl FnOnce(&mut Metrics)) {
    change(&mut evidence.metrics, how);
}

/// Seventy-five minutes of which the last few are different.
fn turned(usual: f64, now: f64, minutes: usize) -> Series {
    let mut values = vec![usual; 75 - minutes];
    values.extend(vec![now; minutes]);
    series(&values)
}

/// Seventy-five minutes of even growth.
fn growing(from: f64, to: f64) -> Series {
    series(&(0..75).map(|minute| from + (to - from) * f64::from(minute) / 74.0).collect::<Vec<_>>())
}

/// Some tasks stopped, and so many run and start now.
fn stops(evidence: &mut Evidence, stopped: Vec<StoppedTask>, running: u32, pending: u32) {
    evidence.stopped = Reading::Read(stopped);
    service(evidence, |service| {
        service.running = running;
        service.pending = pending;
    });
    change(&mut evidence.tasks, |tasks| tasks.truncate(running as usize));
    change(&mut evidence.targets, |targets| targets.truncate(running as usize));
}

/// A task that never started, with ECS's words.
fn unstarted(id: &str, minutes: i64, reason: &str) -> StoppedTask {
    StoppedTask {
        started_at: None,
        code: "TaskFailedToStart".to_owned(),
        reason: reason.to_owned(),
        containers: Vec::new(),
        ..ended(id, minutes)
    }
}

/// A task that the kernel killed.
fn out_of_memory(id: &str, minutes: i64, exit_code: i32) -> StoppedTask {
    let mut task = ended(id, minutes);
    task.containers[0].exit_code = Some(exit_code);
    task.containers[0].reason = Some("OutOfMemoryError: Container killed due to memory usage".to_owned());
    task
}

/// A task that was stopped on purpose.
fn asked(id: &str, minutes: i64, code: &str, reason: &str, exit_code: i32) -> StoppedTask {
    let mut task = ended(id, minutes);
    task.started_at = Some(minutes_ago(90));
    task.code = code.to_owned();
    task.reason = reason.to_owned();
    task.containers[0].exit_code = Some(exit_code);
    task
}

/// What the scheduler said.
fn said(evidence: &mut Evidence, minutes: i64, message: &str) {
    service(evidence, |service| {
        service.events.insert(0, ServiceEvent { at: minutes_ago(minutes), message: message.to_owned() });
    });
}

/// A log line of all tasks.
fn logged(shape: &str, count: u32, streams: u32) -> ErrorShape {
    ErrorShape {
        shape: shape.to_owned(),
        count,
        streams,
        most_in_one: count / streams.max(1),
        busiest: "web/web/a1".to_owned(),
        last_at: minutes_ago(0),
    }
}

const NEW: &str = "ecs-svc/2000000000000000002";

/// A deployment of another image that began that long ago and is as far as that. Its tasks are the last `tasks` ones.
fn deployed(evidence: &mut Evidence, minutes: i64, rollout: Rollout, tasks: usize) {
    evidence.previous = Reading::Read(definition());
    evidence.week_before = Reading::NotConfigured;
    let mut now: Definition = definition();
    now.name = "web:8".to_owned();
    now.containers[0].image = "shop/web:1.5".to_owned();
    evidence.definition = Reading::Read(now);
    service(evidence, |service| {
        let mut old = service.deployments.remove(0);
        old.primary = false;
        service.deployments = vec![Deployment {
            id: DeploymentId::from(NEW),
            primary: true,
            rollout,
            task_definition: "web:8".to_owned(),
            running: tasks as u32,
            desired: 3,
            failed_tasks: 0,
            reason: None,
            created_at: minutes_ago(minutes),
        }];
        if rollout != Rollout::Completed {
            service.deployments.push(old);
        }
    });
    change(&mut evidence.tasks, |all| {
        for task in all.iter_mut().rev().take(tasks) {
            task.started_by = Some(DeploymentId::from(NEW));
            task.started_at = Some(minutes_ago((minutes - 1).max(0)));
            task.placement.task_definition = "web:8".to_owned();
        }
    });
}

/// The same task, of the new deployment.
fn of_new(mut task: StoppedTask) -> StoppedTask {
    task.started_by = Some(DeploymentId::from(NEW));
    task.placement.task_definition = "web:8".to_owned();
    task
}

/// More tasks of the healthy kind, `per_zone` in each of the zones.
fn in_zones(evidence: &mut Evidence, zones: &[&str], per_zone: usize) {
    let mut number = 0;
    let (mut tasks, mut targets) = (Vec::new(), Vec::new());
    for zone in zones {
        for _ in 0..per_zone {
            number += 1;
            let address = format!("10.0.1.{number}");
            let mut task = evidence.tasks.read().unwrap()[0].clone();
            task.id = TaskId::new(format!("t{number}"));
            task.placement.zone = Some((*zone).to_owned());
            task.placement.address = Some(address.clone());
            tasks.push(task);
            let mut target = evidence.targets.read().unwrap()[0].clone();
            target.id = address;
            target.zone = Some((*zone).to_owned());
            targets.push(target);
        }
    }
    service(evidence, |service| (service.desired, service.running) = (number, number));
    evidence.tasks = Reading::Read(tasks);
    evidence.targets = Reading::Read(targets);
}

/// Lets targets fail with a code and words, if they are in that zone (or anywhere).
fn fail_checks(evidence: &mut Evidence, zone: Option<&str>, count: usize, reason: &str, words: &str) {
    change(&mut evidence.targets, |targets| {
        let hit = targets.iter_mut().filter(|target| zone.is_none() || target.zone.as_deref() == zone);
        for target in hit.take(count) {
            target.health = crate::evidence::TargetHealth::Unhealthy;
            target.reason = Some(reason.to_owned());
            target.description = Some(words.to_owned());
        }
    });
}
