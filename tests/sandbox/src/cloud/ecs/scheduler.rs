//! The service scheduler (ECS Developer Guide, "Amazon ECS services", "Replacing unhealthy tasks", and "Deploy Amazon ECS
//! services by replacing tasks"): keeps the desired count, replaces tasks that fail the load balancer's health checks,
//! and rolls deployments out within the minimum and maximum percent. Tasks that end by themselves are replaced; where they
//! do not even start, ever more slowly.

use super::announcement;
use super::deployment::{CircuitBreaker, Rollout};
use super::service::Service;
use super::task::{Ailments, Phase, StopCause, Task};
use crate::cloud::application;
use crate::cloud::targets::Balancing;
use crate::cloud::turn::Turn;

/// How long a task is unhealthy, in seconds, before the scheduler reacts to it. AWS gives no figure.
const REACTION_SECONDS: f64 = 30.0;
/// How often in a row tasks fail to start before the scheduler slows down, and its longest pause in seconds (ECS Developer
/// Guide, "Amazon ECS service throttle logic": up to 27 minutes; how the pause grows is not said).
const PATIENCE: u32 = 3;
const LONGEST_PAUSE_SECONDS: f64 = 1620.0;
/// How long it waits, in seconds, before it tries again to place a task, and says so again. AWS gives no figure.
const PLACEMENT_PAUSE_SECONDS: f64 = 60.0;
/// How many stopped tasks are remembered, and for how many seconds of real time (ECS API reference, `DescribeTasks`:
/// stopped tasks appear for at least one hour).
const KEPT_STOPPED: usize = 100;
const KEPT_STOPPED_MILLIS: i64 = 3_600_000;

/// Moves a service to the present moment.
pub(crate) fn tick(service: &mut Service, balancing: &mut Balancing, turn: &mut Turn<'_>) {
    advance_tasks(service, balancing, turn);
    check_containers(service, turn);
    notice_unhealthy(service, balancing, turn);
    let is_rolling = service
        .primary()
        .map(|primary| primary.id.clone())
        .is_some_and(|id| service.tasks.iter().any(|task| task.is_wanted() && task.deployment != id));
    if is_rolling {
        roll(service, balancing, turn);
    } else {
        keep(service, balancing, turn);
    }
    settle(service, balancing, turn);
    forget(service, turn);
}

fn advance_tasks(service: &mut Service, balancing: &mut Balancing, turn: &mut Turn<'_>) {
    for position in 0..service.tasks.len() {
        let Some(task) = service.tasks.get(position) else { continue };
        let ailments = Ailments::of(service.application.ailing(task, turn.now, turn.pace));
        let last_words = ailments.last_words().map(str::to_owned);
        let was_running = task.is_running();
        let Some(task) = service.tasks.get_mut(position) else { continue };
        let was_wanted = task.is_wanted();
        if !task.advance(ailments, turn) {
            continue;
        }
        let task = task.clone();
        announcement::task_change(service, &task, turn);
        if task.phase == Phase::Running {
            service.start_failures = 0;
            for binding in service.bindings.clone() {
                balancing.register(&binding.group, &task.address, binding.port, &task.zone, turn);
                service.say(format!("registered 1 targets in (target-group {})", binding.group), turn);
            }
        } else if was_wanted && !task.is_wanted() {
            ended_by_itself(service, &task, was_running.then_some(last_words).flatten(), balancing, turn);
        }
    }
}

/// A task ended although it was wanted: it failed to start, or its essential container exited.
fn ended_by_itself(
    service: &mut Service,
    task: &Task,
    last_words: Option<String>,
    balancing: &mut Balancing,
    turn: &mut Turn<'_>,
) {
    service.steady = false;
    if let Some(line) = last_words {
        application::last_words(service, task, &line, turn);
    }
    service.deregister(&task.address, balancing, turn);
    if !task.was_healthy {
        count_failure(service, &task.id);
    }
    if task.started_at.is_none() {
        service.start_failures += 1;
        let over = service.start_failures.saturating_sub(PATIENCE);
        if service.start_failures >= PATIENCE {
            let pause = (10.0 * f64::from(1_u32 << over.min(8))).min(LONGEST_PAUSE_SECONDS);
            service.start_again_at = turn.now.after(turn.pace.millis(pause));
        }
        if service.start_failures == PATIENCE {
            let message = "is unable to consistently start tasks successfully. For more information, see the \
                           Troubleshooting section of the Amazon ECS Developer Guide.";
            service.say(message.to_owned(), turn);
            announcement::service_action(service, "WARN", "SERVICE_TASK_START_IMPAIRED", turn);
        }
    }
}

/// Runs the containers' own health checks; a verdict is said and announced.
fn check_containers(service: &mut Service, turn: &mut Turn<'_>) {
    for position in 0..service.tasks.len() {
        let Some(task) = service.tasks.get(position).filter(|task| task.is_running()) else { continue };
        let essential = task.definition.containers.iter().find(|container| container.essential);
        let (Some(check), Some(started_at)) =
            (essential.and_then(|container| container.health_check.clone()), task.started_at)
        else {
            continue;
        };
        let passes = !service.application.ailing(task, turn.now, turn.pace).fails_container_check();
        let before = task.container_health.name();
        let Some(task) = service.tasks.get_mut(position) else { continue };
        task.container_health.check(&check, started_at, passes, turn);
        if task.container_health.name() == before {
            continue;
        }
        task.version += 1;
        let task = task.clone();
        announcement::task_change(service, &task, turn);
        if task.container_health.is_unhealthy() {
            service.say(format!("(task {}) failed container health checks.", task.id), turn);
            service.steady = false;
        }
    }
}

/// Failing target health checks count once the grace period after the task's start is over (ECS API reference,
/// `CreateService`: `healthCheckGracePeriodSeconds`).
fn notice_unhealthy(service: &mut Service, balancing: &Balancing, turn: &mut Turn<'_>) {
    let grace = turn.pace.millis(f64::from(service.grace_seconds));
    for position in 0..service.tasks.len() {
        let Some(task) = service.tasks.get(position) else { continue };
        let in_grace = task.started_at.is_none_or(|started| turn.now.since(started) < grace);
        let is_healthy = service.is_healthy(task, balancing);
        let Some(task) = service.tasks.get_mut(position) else { continue };
        task.was_healthy |= is_healthy;
        if !task.is_running() || in_grace {
            continue;
        }
        let finding = service.bindings.iter().find_map(|binding| {
            let reason = balancing.unhealthy_reason(&binding.group, &task.address)?;
            Some((binding.port, binding.group.clone(), reason))
        });
        let noticed_before = task.unhealthy_since.is_some();
        let since = finding.as_ref().map(|_| task.unhealthy_since.unwrap_or(turn.now));
        if let Some(task) = service.tasks.get_mut(position) {
            task.unhealthy_since = since;
        }
        if let Some((port, group, reason)) = finding
            && !noticed_before
        {
            let message = format!("(port {port}) is unhealthy in (target-group {group}) due to (reason {reason}).");
            service.say(message, turn);
            service.steady = false;
        }
    }
}

fn is_condemned(task: &Task, turn: &Turn<'_>) -> bool {
    // The grace period is for health checks of both kinds; a container has its start period besides.
    let fails_targets =
        task.unhealthy_since.is_some_and(|since| turn.now.since(since) >= turn.pace.millis(REACTION_SECONDS));
    task.is_running() && (fails_targets || task.container_health.is_unhealthy())
}

/// Ids of the wanted tasks that satisfy a condition.
fn wanted(service: &Service, condition: impl Fn(&Task) -> bool) -> Vec<String> {
    service.tasks.iter().filter(|task| task.is_wanted() && condition(task)).map(|task| task.id.clone()).collect()
}

/// With tasks of one deployment only: keeps the desired count and replaces unhealthy tasks, the replacement first where
/// the maximum percent allows. If the replacement turns out unhealthy too, unhealthy tasks are stopped until the
/// desired count is reached again ("Replacing unhealthy tasks").
fn keep(service: &mut Service, balancing: &mut Balancing, turn: &mut Turn<'_>) {
    let desired = service.desired as usize;
    let condemned = wanted(service, |task| is_condemned(task, turn));
    let total = wanted(service, |_| true).len();
    let healthy = wanted(service, |task| !is_condemned(task, turn) && service.is_healthy(task, balancing)).len();
    let good = total.saturating_sub(condemned.len());

    let missing = desired.saturating_sub(good);
    let room = service.ceiling().saturating_sub(total);
    start(service, missing.min(room), turn);

    if condemned.is_empty() {
        stop_surplus(service, total.saturating_sub(desired), balancing, turn);
        return;
    }
    let replaced = (healthy + condemned.len()).saturating_sub(desired).min(condemned.len());
    let stuck = if room == 0 && missing > 0 { total.saturating_sub(desired).max(1) } else { 0 };
    stop_unhealthy(service, &condemned, replaced.max(stuck), balancing, turn);
}

/// With tasks of several deployments: new tasks first, as far as the maximum percent allows; old ones are stopped when
/// new healthy ones make up for them, or, where there is no room to start, down to the minimum healthy percent.
fn roll(service: &mut Service, balancing: &mut Balancing, turn: &mut Turn<'_>) {
    let Some(primary) = service.primary() else { return };
    let (primary_id, is_failed) = (primary.id.clone(), primary.rollout == Rollout::Failed);
    let desired = service.desired as usize;
    let ours = |task: &Task| task.deployment == primary_id;

    let condemned = wanted(service, |task| ours(task) && is_condemned(task, turn));
    stop_unhealthy(service, &condemned, condemned.len(), balancing, turn);

    let total = wanted(service, |_| true).len();
    let missing = desired.saturating_sub(wanted(service, ours).len());
    let room = service.ceiling().saturating_sub(total);
    if !is_failed {
        start(service, missing.min(room), turn);
    }

    let mut healthy = wanted(service, |task| service.is_healthy(task, balancing)).len();
    let lowest = if missing > room { service.floor() } else { service.floor().max(desired) };
    let old: Vec<(String, bool)> = service
        .tasks
        .iter()
        .filter(|task| task.is_wanted() && !ours(task))
        .map(|task| (task.id.clone(), service.is_healthy(task, balancing)))
        .collect();
    let new_healthy = wanted(service, |task| ours(task) && service.is_healthy(task, balancing)).len();
    for (id, is_healthy) in old {
        // An old task that serves nobody is given up as soon as a new one serves.
        let may_stop = if is_healthy { healthy > lowest } else { new_healthy > 0 };
        if may_stop {
            healthy -= usize::from(is_healthy);
            service.stop_task(&id, scaling(&primary_id), balancing, turn);
        }
    }
}

fn start(service: &mut Service, count: usize, turn: &mut Turn<'_>) {
    let Some(primary) = service.primary().cloned() else { return };
    if turn.now < service.start_again_at {
        return;
    }
    if count > 0 && service.shortage.is_some() {
        complain(service, turn);
        return;
    }
    if count == 0 || primary.rollout == Rollout::Failed && primary.failed_tasks > 0 {
        return;
    }
    let started: Vec<String> =
        (0..count).map(|_| service.start_task(&primary, turn)).map(|id| format!("(task {id})")).collect();
    service.say(format!("has started {count} tasks: {}.", started.join(" ")), turn);
}

/// Says that no task can be placed (ECS Developer Guide, "Viewing Amazon ECS service event messages").
fn complain(service: &mut Service, turn: &mut Turn<'_>) {
    let pause = turn.pace.millis(PLACEMENT_PAUSE_SECONDS);
    if service.complained_at.is_some_and(|at| turn.now.since(at) < pause) {
        return;
    }
    service.complained_at = Some(turn.now);
    let reason = service.shortage.clone().unwrap_or_default();
    let message = format!(
        "was unable to place a task. Reason: {reason}. For more information, see the Troubleshooting section of the \
         Amazon ECS Developer Guide."
    );
    service.say(message, turn);
    announcement::placement_failure(service, turn);
}

fn stop_unhealthy(
    service: &mut Service,
    condemned: &[String],
    count: usize,
    balancing: &mut Balancing,
    turn: &mut Turn<'_>,
) {
    let group = service.bindings.first().map(|binding| binding.group.clone()).unwrap_or_default();
    let mut candidates = condemned.to_vec();
    for _ in 0..count.min(condemned.len()) {
        let id = candidates.swap_remove(turn.chance.index(candidates.len()));
        let by_container = service.tasks.iter().any(|task| task.id == id && task.container_health.is_unhealthy());
        let reason = match by_container {
            true => "Task failed container health checks".to_owned(),
            false => format!("Task failed ELB health checks in (target-group {group})"),
        };
        service.stop_task(&id, StopCause { code: "ServiceSchedulerInitiated", reason }, balancing, turn);
        count_failure(service, &id);
    }
}

/// A task that fails its health checks counts against a deployment that is still rolling out.
fn count_failure(service: &mut Service, id: &str) {
    let Some(deployment) = service.tasks.iter().find(|task| task.id == id).map(|task| task.deployment.clone()) else {
        return;
    };
    let rolling = |candidate: &&mut super::deployment::Deployment| {
        candidate.id == deployment && candidate.rollout == Rollout::InProgress
    };
    if let Some(deployment) = service.deployments.iter_mut().find(rolling) {
        deployment.failed_tasks += 1;
    }
}

fn stop_surplus(service: &mut Service, count: usize, balancing: &mut Balancing, turn: &mut Turn<'_>) {
    let Some(primary) = service.primary().map(|primary| primary.id.clone()) else { return };
    let mut candidates = wanted(service, Task::is_pending);
    candidates.extend(wanted(service, |task| task.is_running() && !service.is_healthy(task, balancing)));
    candidates.extend(wanted(service, |task| service.is_healthy(task, balancing)));
    for id in candidates.into_iter().take(count) {
        service.stop_task(&id, scaling(&primary), balancing, turn);
    }
}

fn scaling(deployment: &str) -> StopCause {
    let reason = format!("Scaling activity initiated by (deployment {deployment})");
    StopCause { code: "ServiceSchedulerInitiated", reason }
}

/// Completes or fails the deployment, and announces the steady state.
fn settle(service: &mut Service, balancing: &mut Balancing, turn: &mut Turn<'_>) {
    let Some(primary) = service.primary().cloned() else { return };
    let desired = service.desired as usize;
    let healthy = wanted(service, |task| task.deployment == primary.id && service.is_healthy(task, balancing)).len();
    let all = wanted(service, |_| true).len();

    // Deployments without wanted tasks are gone.
    let tasks = &service.tasks;
    let is_primary = |id: &str| id == primary.id;
    let has_tasks = |id: &str| tasks.iter().any(|task| task.is_wanted() && task.deployment == id);
    service.deployments.retain(|deployment| is_primary(&deployment.id) || has_tasks(&deployment.id));

    let is_in_place = healthy == desired && all == desired;
    if primary.rollout == Rollout::InProgress {
        if is_in_place {
            let reason = format!("ECS deployment {} completed.", primary.id);
            conclude(service, Rollout::Completed, reason, turn);
            service.last_completed = Some(primary.definition);
            service.say(format!("(deployment {}) deployment completed.", primary.id), turn);
        } else if service.circuit_breaker.enable && primary.failed_tasks >= CircuitBreaker::threshold(service.desired) {
            trip(service, &primary.id, turn);
        }
    }
    if is_in_place && !service.is_deploying() && !service.steady {
        service.steady = true;
        service.say("has reached a steady state.".to_owned(), turn);
        announcement::service_action(service, "INFO", "SERVICE_STEADY_STATE", turn);
    }
}

/// The circuit breaker fails the deployment and, if so configured, rolls back to the last one that completed.
fn trip(service: &mut Service, id: &str, turn: &mut Turn<'_>) {
    service.say(format!("(deployment {id}) deployment failed: tasks failed to start."), turn);
    let reason = "ECS deployment circuit breaker: tasks failed to start.".to_owned();
    conclude(service, Rollout::Failed, reason, turn);
    if service.circuit_breaker.rollback {
        roll_back(service, turn);
    }
}

/// Ends the deployment in progress because a user wants it so (ECS API reference, `StopServiceDeployment`).
pub(super) fn stop_deployment(service: &mut Service, turn: &mut Turn<'_>) {
    conclude(service, Rollout::Failed, "Service deployment stopped by a user request.".to_owned(), turn);
    roll_back(service, turn);
}

fn roll_back(service: &mut Service, turn: &mut Turn<'_>) {
    if let Some(definition) = service.last_completed.clone() {
        service.rolled_back.extend(service.primary().map(|failed| failed.id.clone()));
        service.deploy(definition, turn);
        let to = service.primary().map(|primary| primary.id.clone()).unwrap_or_default();
        service.say(format!("rolling back to (deployment {to})."), turn);
    }
}

fn conclude(service: &mut Service, rollout: Rollout, reason: String, turn: &mut Turn<'_>) {
    if let Some(primary) = service.deployments.first_mut() {
        primary.rollout = rollout;
        primary.rollout_reason = reason;
        primary.updated_at = turn.now;
    }
    if let Some(primary) = service.primary().cloned() {
        announcement::deployment_change(service, &primary, turn);
    }
}

fn forget(service: &mut Service, turn: &Turn<'_>) {
    let is_old = |task: &Task| task.stopped_at.is_some_and(|at| turn.now.since(at) > KEPT_STOPPED_MILLIS);
    service.tasks.retain(|task| !is_old(task));
    let stopped = service.tasks.iter().filter(|task| task.phase == Phase::Stopped).count();
    let mut surplus = stopped.saturating_sub(KEPT_STOPPED);
    service.tasks.retain(|task| {
        let goes = surplus > 0 && task.phase == Phase::Stopped;
        surplus -= usize::from(goes);
        !goes
    });
}
