//! Requests through the load balancer, and the metrics that follow from them (Application Load Balancers guide,
//! "CloudWatch metrics": names, dimensions, and which are reported only when they are not zero).

use super::CacheReach;
use super::log;
use crate::cloud::TICK_MILLIS;
use crate::cloud::ecs::{Service, Task};
use crate::cloud::metrics::Metrics;
use crate::cloud::targets::{Balancing, TargetState};
use crate::cloud::turn::Turn;

/// Share of requests that are the client's mistake on any day.
const CLIENT_ERROR_SHARE: f64 = 0.01;
/// Share of requests that fail while the cache is gone; the others need no cache.
const CACHE_SHARE: f64 = 0.9;
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
    let arriving = service.application.requests_per_second * TICK_MILLIS as f64 / 1000.0;
    service.application.requests_owed += arriving * turn.chance.between(0.8, 1.2);
    while service.application.requests_owed >= 1.0 {
        service.application.requests_owed -= 1.0;
        let Some(address) = turn.chance.pick(&routable).cloned() else {
            tally.balancer_5xx += 1;
            continue;
        };
        tally.requests += 1;
        serve(service, &address, cache, &mut tally, turn);
    }
    let failed = tally.target_5xx + tally.balancer_5xx;
    service.application.note(turn.now, tally.requests + tally.balancer_5xx, failed);

    let of_group = ("TargetGroup", group.full_name.as_str());
    metrics.record("AWS/ApplicationELB", "RequestCountPerTarget", &[of_group], 1.0, tally.requests, turn.now);
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

fn serve(service: &mut Service, address: &str, cache: Option<&CacheReach>, tally: &mut Tally, turn: &mut Turn<'_>) {
    let Some(task) = service.tasks.iter().find(|task| task.address == address && task.is_wanted()).cloned() else {
        // The task is gone and its target not yet: the load balancer gets no answer.
        tally.balancer_5xx += 1;
        tally.requests -= 1;
        return;
    };
    let application = &mut service.application;
    let lost = cache.filter(|cache| !cache.is_up);
    let failing_share = match lost {
        Some(_) => CACHE_SHARE,
        None if application.is_stale(&task) => application.credential_share,
        None => 0.0,
    };
    // Most requests are quick, a few are slow; one that waits for a lost cache is slower.
    let typical = turn.chance.between(0.04, 0.12);
    let slow = if turn.chance.share() < 0.03 { turn.chance.between(0.2, 0.6) } else { 0.0 };
    let waiting = if lost.is_some() { turn.chance.between(0.2, 1.0) } else { 0.0 };
    tally.latencies.push(typical + slow + waiting);

    if turn.chance.share() < failing_share {
        tally.target_5xx += 1;
        application.lines_owed += ERROR_LINES / application.requests_per_second;
    } else {
        application.client_errors_owed += CLIENT_ERROR_SHARE;
        if application.client_errors_owed >= 1.0 {
            application.client_errors_owed -= 1.0;
            tally.target_4xx += 1;
        }
        application.lines_owed += QUIET_LINES / application.requests_per_second;
        if application.lines_owed >= 1.0 {
            application.lines_owed -= 1.0;
            let line = application.voice.served(turn);
            write(&task, line, turn);
        }
        return;
    }
    if application.lines_owed >= 1.0 {
        application.lines_owed -= 1.0;
        let line = match lost {
            Some(cache) => application.voice.cache_lost(cache, turn),
            None => application.voice.credential_refused(turn),
        };
        write(&task, line, turn);
    }
}

fn write(task: &Task, line: String, turn: &mut Turn<'_>) {
    let essential = task.definition.containers.iter().find(|container| container.essential);
    if let Some(container) = essential.or(task.definition.containers.first()) {
        log::write(container, &task.id, line, turn);
    }
}

/// Takes the once-a-second samples of a service: its tasks' load and their number (ECS Developer Guide, "Amazon ECS
/// service utilization metrics" and "Container Insights metrics").
pub(crate) fn sample(service: &Service, cache: Option<&CacheReach>, metrics: &mut Metrics, turn: &mut Turn<'_>) {
    let of_service = [("ClusterName", service.cluster.as_str()), ("ServiceName", service.name.as_str())];
    let is_waiting = cache.is_some_and(|cache| !cache.is_up);
    for _task in service.tasks.iter().filter(|task| task.is_running()) {
        let busy = if is_waiting { 12.0 } else { 24.0 };
        let processor = busy + turn.chance.between(-4.0, 4.0);
        let memory = 41.0 + turn.chance.between(-1.0, 1.0);
        metrics.record("AWS/ECS", "CPUUtilization", &of_service, processor, 1, turn.now);
        metrics.record("AWS/ECS", "MemoryUtilization", &of_service, memory, 1, turn.now);
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
