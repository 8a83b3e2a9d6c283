//! Requests through the load balancer, and the metrics that follow from them (Application Load Balancers guide,
//! "CloudWatch metrics": names, dimensions, and which are reported only when they are not zero).

use super::log;
use super::{CacheReach, USUAL_PACE, USUAL_TASKS};
use crate::cloud::ecs::{Service, Task};
use crate::cloud::metrics::Metrics;
use crate::cloud::targets::{Balancing, TargetState};
use crate::cloud::turn::Turn;

/// Share of requests that are the client's mistake on any day.
const CLIENT_ERROR_SHARE: f64 = 0.01;
/// Share of requests that fail while the cache is gone; the others need no cache.
const CACHE_SHARE: f64 = 0.9;
/// Seconds after which a request is given up that waits for something else.
const PATIENCE: f64 = 5.0;
/// Percent of CPU that a task uses at rest, and for its part of the usual load.
const RESTING: f64 = 4.0;
const WORKING: f64 = 20.0;
/// Lines a second that the application writes about failures, and about requests that went well.
const ERROR_LINES: f64 = 4.0;
const QUIET_LINES: f64 = 0.5;

#[derive(Default)]
struct Tally {
    requests: u32,
    target_5xx: u32,
    target_4xx: u32,
    balancer_5xx: u32,
    latencies: Vec<f64>,
}

/// Sends the requests of one tick to a service.
pub(crate) fn tick(
    service: &mut Service,
    cache: Option<&CacheReach>,
    balancing: &Balancing,
    metrics: &mut Metrics,
    turn: &mut Turn<'_>,
) {
    // People come once the service has been in place for the first time.
    let Some(binding) = service.bindings.first().cloned().filter(|_| service.last_completed.is_some()) else { return };
    let balancers = balancing.load_balancers_of(&binding.group);
    let Some(group) = balancing.group(&binding.group).filter(|_| !balancers.is_empty()) else { return };

    // With no healthy target the load balancer sends requests to all that are registered ("fail open").
    let addresses = |wanted: &[TargetState]| -> Vec<String> {
        let targets = group.targets.iter().filter(|target| wanted.contains(&target.state));
        targets.map(|target| target.address.clone()).collect()
    };
    let healthy = addresses(&[TargetState::Healthy]);
    let routable =
        if healthy.is_empty() { addresses(&[TargetState::Unhealthy, TargetState::Initial]) } else { healthy };

    let mut tally = Tally::default();
    let seconds = turn.lasts as f64 / 1000.0 * turn.pace.seconds(1000) / USUAL_PACE;
    let arriving = service.application.requests_per_second * service.application.surge * seconds;
    let share = load_share(service, routable.len());
    service.application.requests_owed += arriving * turn.chance.between(0.8, 1.2);
    while service.application.requests_owed >= 1.0 {
        service.application.requests_owed -= 1.0;
        let Some(address) = turn.chance.pick(&routable).cloned() else {
            tally.balancer_5xx += 1;
            continue;
        };
        tally.requests += 1;
        serve(service, &address, Around { cache, load: share }, &mut tally, turn);
    }
    let failed = tally.target_5xx + tally.balancer_5xx;
    service.application.note(turn.now, tally.requests + tally.balancer_5xx, failed);

    let of_group = ("TargetGroup", group.full_name.as_str());
    // Its sum is the average a target, so each request counts for its part ("RequestCountPerTarget").
    let part = 1.0 / routable.len().max(1) as f64;
    metrics.record("AWS/ApplicationELB", "RequestCountPerTarget", &[of_group], part, tally.requests, turn.now);
    for balancer in balancers {
        let of_balancer = ("LoadBalancer", balancer.full_name.as_str());
        let mut record = |name: &str, value: f64, count: u32| {
            for dimensions in [&[of_balancer][..], &[of_balancer, of_group][..]] {
                metrics.record("AWS/ApplicationELB", name, dimensions, value, count, turn.now);
            }
        };
        record("RequestCount", 1.0, tally.requests);
        record("HTTPCode_Target_2XX_Count", 1.0, tally.requests - tally.target_5xx - tally.target_4xx);
        record("HTTPCode_Target_5XX_Count", 1.0, tally.target_5xx);
        record("HTTPCode_Target_4XX_Count", 1.0, tally.target_4xx);
        record("HTTPCode_ELB_5XX_Count", 1.0, tally.balancer_5xx);
        tally.latencies.iter().for_each(|seconds| record("TargetResponseTime", *seconds, 1));
    }
}

/// What a request meets beside the task that serves it.
#[derive(Clone, Copy)]
struct Around<'a> {
    cache: Option<&'a CacheReach>,
    /// The load of a task, 1 being the usual.
    load: f64,
}

/// What becomes of a request.
enum Outcome {
    Served,
    Refused,
    /// With the line that the application writes about it.
    Failed(String),
}

fn serve(service: &mut Service, address: &str, around: Around<'_>, tally: &mut Tally, turn: &mut Turn<'_>) {
    let Some(task) = service.tasks.iter().find(|task| task.address == address && task.is_wanted()).cloned() else {
        // The task is gone and its target not yet: the load balancer gets no answer.
        tally.balancer_5xx += 1;
        tally.requests -= 1;
        return;
    };
    let ailing = service.application.ailing(&task, turn.now, turn.pace);
    if ailing.hangs() {
        // The load balancer gives up: 504.
        tally.balancer_5xx += 1;
        tally.requests -= 1;
        return;
    }
    let (failing, refusing) = ailing.failing();
    let waiting = ailing.waiting().map(|(seconds, on)| (seconds, on.to_owned()));
    let needed = RESTING + WORKING * around.load * ailing.work();

    let application = &mut service.application;
    let lost = around.cache.filter(|cache| !cache.is_up);
    // Most requests are quick, a few are slow; one that waits for a lost cache is slower.
    let typical = turn.chance.between(0.04, 0.12);
    let slow = if turn.chance.share() < 0.03 { turn.chance.between(0.2, 0.6) } else { 0.0 };
    let mut latency = typical + slow;
    if lost.is_some() {
        latency += turn.chance.between(0.2, 1.0);
    }
    if let Some(cache) = around.cache.filter(|cache| cache.delay > 0.0) {
        latency += turn.chance.between(0.5, 1.5) * cache.delay;
    }
    // Without CPU to spare requests queue.
    latency *= 1.0 + ((needed - 85.0) / 15.0).clamp(0.0, 20.0);

    let refused_by_cache = around.cache.and_then(|cache| cache.failing);
    let outcome = if lost.is_some() && turn.chance.share() < CACHE_SHARE {
        Outcome::Failed(lost.map(|cache| application.voice.cache_lost(cache, turn)).unwrap_or_default())
    } else if lost.is_none() && application.is_stale(&task) && turn.chance.share() < application.credential_share {
        Outcome::Failed(application.voice.credential_refused(turn))
    } else if let Some((share, words)) = refused_by_cache
        && turn.chance.share() < share
    {
        Outcome::Failed(application.voice.cache_fails(words, turn))
    } else if let Some((seconds, on)) = waiting {
        let waited = seconds * turn.chance.between(0.6, 1.4);
        latency += waited.min(PATIENCE);
        if waited > PATIENCE { Outcome::Failed(application.voice.gave_up(&on, turn)) } else { Outcome::Served }
    } else if failing > 0.0 && turn.chance.share() < failing {
        Outcome::Failed(application.voice.broken(turn))
    } else if refusing > 0.0 && turn.chance.share() < refusing {
        Outcome::Refused
    } else {
        Outcome::Served
    };
    tally.latencies.push(latency);
    settle(service, &task, outcome, tally, turn);
}

/// Counts a request and writes what the application writes of it.
fn settle(service: &mut Service, task: &Task, outcome: Outcome, tally: &mut Tally, turn: &mut Turn<'_>) {
    let application = &mut service.application;
    let line = match outcome {
        Outcome::Failed(line) => {
            tally.target_5xx += 1;
            application.lines_owed += application.talks * ERROR_LINES / application.requests_per_second;
            Some(line)
        }
        Outcome::Refused => {
            tally.target_4xx += 1;
            application.lines_owed += application.talks * ERROR_LINES / application.requests_per_second;
            Some(application.voice.refused(turn))
        }
        Outcome::Served => {
            application.client_errors_owed += CLIENT_ERROR_SHARE;
            if application.client_errors_owed >= 1.0 {
                application.client_errors_owed -= 1.0;
                tally.target_4xx += 1;
            }
            application.lines_owed += QUIET_LINES / application.requests_per_second;
            None
        }
    };
    if application.lines_owed < 1.0 {
        return;
    }
    application.lines_owed -= 1.0;
    // Every other line of a careless application has a secret in it.
    let spilled = if application.spills.is_empty() || turn.chance.share() < 0.5 {
        None
    } else {
        turn.chance.pick(&application.spills).map(|spill| application.voice.error(&spill.line, turn))
    };
    let line = line.unwrap_or_else(|| application.voice.served(turn));
    write(task, spilled.unwrap_or(line), turn);
}

/// The load of each of so many tasks that serve, 1 being the usual.
fn load_share(service: &Service, serving: usize) -> f64 {
    service.application.surge * USUAL_TASKS / serving.max(1) as f64
}

/// Writes a line of a task's essential container.
pub(super) fn write(task: &Task, line: String, turn: &mut Turn<'_>) {
    let essential = task.definition.containers.iter().find(|container| container.essential);
    if let Some(container) = essential.or(task.definition.containers.first()) {
        log::write(container, &task.id, line, turn);
    }
}

/// Writes what a container says before it ends by itself.
pub(crate) fn last_words(service: &Service, task: &Task, words: &str, turn: &mut Turn<'_>) {
    for line in words.lines() {
        write(task, service.application.voice.error(line, turn), turn);
    }
}

/// Takes the samples of a service: its tasks' load and their number (ECS Developer Guide, "Amazon ECS
/// service utilization metrics" and "Container Insights metrics").
pub(crate) fn sample(
    service: &Service,
    has_task_metrics: bool,
    cache: Option<&CacheReach>,
    metrics: &mut Metrics,
    turn: &mut Turn<'_>,
) {
    let of_service = [("ClusterName", service.cluster.as_str()), ("ServiceName", service.name.as_str())];
    let is_waiting = cache.is_some_and(|cache| !cache.is_up);
    let load = load_share(service, service.running());
    for task in service.tasks.iter().filter(|task| task.is_running()) {
        let ailing = service.application.ailing(task, turn.now, turn.pace);
        let is_idle = is_waiting || ailing.hangs();
        let working = WORKING * load * ailing.work() * if is_idle { 0.4 } else { 1.0 };
        let processor = (RESTING + working + turn.chance.between(-4.0, 4.0)).clamp(0.5, 100.0);
        let memory = (ailing.memory() + turn.chance.between(-1.0, 1.0)).min(100.0);
        metrics.record("AWS/ECS", "CPUUtilization", &of_service, processor, 1, turn.now);
        metrics.record("AWS/ECS", "MemoryUtilization", &of_service, memory, 1, turn.now);
        if has_task_metrics {
            sample_task(service, task, processor, memory, metrics, turn);
        }
    }
    let counts = [
        ("DesiredTaskCount", service.desired as usize),
        ("RunningTaskCount", service.running()),
        ("PendingTaskCount", service.pending()),
        ("DeploymentCount", service.deployments.len()),
    ];
    for (name, count) in counts {
        metrics.record("ECS/ContainerInsights", name, &of_service, count as f64, 1, turn.now);
    }
}

/// What Container Insights adds for each task where it is `enhanced` (ECS Developer Guide, "Amazon ECS Container Insights
/// with enhanced observability metrics": `TaskCpuUtilization`, `TaskMemoryUtilization` and their dimensions).
fn sample_task(
    service: &Service,
    task: &Task,
    processor: f64,
    memory: f64,
    metrics: &mut Metrics,
    turn: &mut Turn<'_>,
) {
    let cluster = ("ClusterName", service.cluster.as_str());
    let (name, family) =
        (("ServiceName", service.name.as_str()), ("TaskDefinitionFamily", task.definition.family.as_str()));
    let id = ("TaskId", task.id.as_str());
    for dimensions in [&[cluster, name][..], &[cluster, name, id], &[cluster, family, id]] {
        metrics.record("ECS/ContainerInsights", "TaskCpuUtilization", dimensions, processor, 1, turn.now);
        metrics.record("ECS/ContainerInsights", "TaskMemoryUtilization", dimensions, memory, 1, turn.now);
    }
}

/// Counts the targets of a service by their health.
pub(crate) fn count_hosts(service: &Service, balancing: &Balancing, metrics: &mut Metrics, turn: &Turn<'_>) {
    for binding in &service.bindings {
        let Some(group) = balancing.group(&binding.group) else { continue };
        let count = |wanted: TargetState| group.targets.iter().filter(|target| target.state == wanted).count() as f64;
        if group.targets.iter().all(|target| target.state == TargetState::Draining) {
            continue;
        }
        for balancer in balancing.load_balancers_of(&group.arn) {
            let dimensions = [("LoadBalancer", balancer.full_name.as_str()), ("TargetGroup", group.full_name.as_str())];
            let mut record = |name, value| metrics.record("AWS/ApplicationELB", name, &dimensions, value, 1, turn.now);
            record("HealthyHostCount", count(TargetState::Healthy));
            record("UnHealthyHostCount", count(TargetState::Unhealthy));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Application;
    use crate::cloud::chance::Chance;

    #[test]
    fn an_application_without_requests_has_no_error_share() {
        assert_eq!(Application::new(&mut Chance::new(1)).error_share(), 0.0);
    }
}
