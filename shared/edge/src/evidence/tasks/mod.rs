//! The tasks of the service, those that run and those that stopped lately. "ListTasks" and "DescribeTasks", Amazon ECS API
//! Reference.
//!
//! Two calls list them, one describes them. A list that is not whole is no reading: "there are none" is a different fact.

mod described;
mod placement;

use std::collections::BTreeSet;

use aws_sdk_ecs::Client;
use aws_sdk_ecs::operation::describe_tasks::DescribeTasksOutput;
use aws_sdk_ecs::types::{self, DesiredStatus};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Reading, StoppedTask, Task};

pub(super) use self::placement::Placed;
use super::{Read, why};

/// Tasks that one call lists and describes at most.
const PAGE: usize = 100;

/// A page of tasks' ARNs.
pub(super) struct List {
    arns: Vec<String>,
    /// Whether there are more than these.
    more: bool,
}

/// The tasks that should run or should not: ECS lists those that are still starting under the desired status RUNNING too,
/// and those that stopped within about an hour under STOPPED.
pub(super) async fn list(client: &Client, service: &Service, status: DesiredStatus) -> Read<List> {
    let call = client
        .list_tasks()
        .cluster(service.cluster.as_str())
        .service_name(service.ecs_service.as_str())
        .desired_status(status)
        .max_results(100);
    let answer = call.send().await.map_err(why)?;
    let more = answer.next_token().is_some();
    Ok(Reading::Read(List { arns: answer.task_arns.unwrap_or_default(), more }))
}

/// The tasks to describe, or why some cannot be.
pub(super) struct Wanted {
    running: Result<Vec<String>, String>,
    stopped: Result<Vec<String>, String>,
}

impl Wanted {
    /// All that run, and as many of the stopped ones as there is room for beside them. Which of those stopped last their
    /// list does not say; a part of them tells why tasks stop, and the flight recorder has the others.
    pub(super) fn of(running: Reading<List>, stopped: Reading<List>) -> Self {
        let running = listed(running).and_then(|list| match list.more {
            true => Err(format!("the service has more than {PAGE} tasks, which this release does not read")),
            false => Ok(list.arns),
        });
        let room = PAGE.saturating_sub(running.as_ref().map_or(0, Vec::len));
        let stopped = listed(stopped).and_then(|mut list| {
            if room == 0 && !list.arns.is_empty() {
                return Err(format!("there was no room for them beside {PAGE} tasks that run"));
            }
            if list.arns.is_empty() && list.more {
                return Err("ECS was still listing them when it answered".to_owned());
            }
            list.arns.truncate(room);
            Ok(list.arns)
        });
        Self { running, stopped }
    }

    fn arns(&self) -> impl Iterator<Item = &String> {
        self.running.iter().chain(&self.stopped).flatten()
    }

    /// Sorts the described tasks into those that run and those that stopped.
    pub(super) fn sorted(
        &self,
        described: &Reading<DescribeTasksOutput>,
    ) -> (Reading<Vec<Task>>, Reading<Vec<StoppedTask>>) {
        let running = found(&self.running, described);
        let stopped = found(&self.stopped, described);
        // What stopped between the two calls is among the stopped.
        let ended = running.iter().flatten().copied().filter(|task| has_stopped(task));
        let stopped = stopped.map(|tasks| {
            let mut stopped: Vec<StoppedTask> = tasks.into_iter().chain(ended).filter_map(described::stopped).collect();
            stopped.sort_by_key(|task| std::cmp::Reverse(task.stopped_at));
            stopped
        });
        let running = running
            .map(|tasks| tasks.into_iter().filter(|task| !has_stopped(task)).filter_map(described::running).collect());
        (reading(running), reading(stopped))
    }
}

/// Describes them in one call; none if there is nothing to describe.
pub(super) async fn describe(client: &Client, service: &Service, wanted: &Wanted) -> Read<DescribeTasksOutput> {
    let arns: Vec<String> = wanted.arns().cloned().collect();
    if arns.is_empty() {
        return Ok(Reading::NotConfigured);
    }
    let call = client.describe_tasks().cluster(service.cluster.as_str()).set_tasks(Some(arns));
    call.send().await.map(Reading::Read).map_err(why)
}

fn listed(list: Reading<List>) -> Result<List, String> {
    match list {
        Reading::Read(list) => Ok(list),
        Reading::NotConfigured => Ok(List { arns: Vec::new(), more: false }),
        Reading::Unread { why } => Err(why),
    }
}

/// The described ones of the listed tasks. One that ECS does not know any more is gone; one that it left out for another
/// reason makes the rest a part of an answer.
fn found<'a>(
    listed: &Result<Vec<String>, String>,
    described: &'a Reading<DescribeTasksOutput>,
) -> Result<Vec<&'a types::Task>, String> {
    let listed: BTreeSet<&str> = listed.as_ref().map_err(Clone::clone)?.iter().map(String::as_str).collect();
    if listed.is_empty() {
        return Ok(Vec::new());
    }
    let answer = match described {
        Reading::Read(answer) => answer,
        Reading::NotConfigured => return Err("they were not described".to_owned()),
        Reading::Unread { why } => return Err(why.clone()),
    };
    let tasks: Vec<_> =
        answer.tasks().iter().filter(|task| task.task_arn().is_some_and(|arn| listed.contains(arn))).collect();
    let gone = answer.failures().iter().filter(|failure| failure.reason() == Some("MISSING"));
    let gone = gone.filter(|failure| failure.arn().is_some_and(|arn| listed.contains(arn))).count();
    if tasks.len() + gone < listed.len() {
        return Err(format!("ECS described {} of {} tasks", tasks.len(), listed.len()));
    }
    Ok(tasks)
}

fn has_stopped(task: &types::Task) -> bool {
    task.last_status() == Some("STOPPED")
}

fn reading<T>(result: Result<T, String>) -> Reading<T> {
    match result {
        Ok(value) => Reading::Read(value),
        Err(why) => Reading::Unread { why },
    }
}

#[cfg(test)]
mod tests;
