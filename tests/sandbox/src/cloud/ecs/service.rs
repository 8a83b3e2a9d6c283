//! A service and what it remembers.

use super::deployment::{CircuitBreaker, Deployment, Rollout};
use super::task::{StopCause, Task};
use super::{TaskDefinition, announcement};
use crate::cloud::application::Application;
use crate::cloud::clock::Moment;
use crate::cloud::targets::Balancing;
use crate::cloud::turn::Turn;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Arc;

/// How many service events are kept (ECS Developer Guide, "Viewing Amazon ECS service event messages": the last 100).
const KEPT_EVENTS: usize = 100;

/// Which target group a service registers its tasks with.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) group: String,
    pub(crate) container: String,
    pub(crate) port: u32,
}

/// A line of a service's events.
#[derive(Debug, Clone)]
pub(crate) struct ServiceEvent {
    pub(crate) id: String,
    pub(crate) at: Moment,
    pub(crate) message: String,
}

/// A service with the REPLICA strategy on Fargate, deployed by rolling update.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) cluster: String,
    pub(crate) arn: String,
    pub(crate) desired: u32,
    /// The desired count and the task definition that its template gave.
    pub(crate) templated: u32,
    pub(crate) provisioned: Option<Arc<TaskDefinition>>,
    /// What its template says of how deployments roll out: both percentages and the circuit breaker.
    pub(crate) templated_rollout: Option<(u32, u32, CircuitBreaker)>,
    pub(crate) minimum_healthy_percent: u32,
    pub(crate) maximum_percent: u32,
    pub(crate) circuit_breaker: CircuitBreaker,
    pub(crate) grace_seconds: u32,
    pub(crate) bindings: Vec<Binding>,
    /// `networkConfiguration` as the API describes it.
    pub(crate) network: Value,
    pub(crate) tags: Vec<(String, String)>,
    /// `SERVICE`, `TASK_DEFINITION` or `NONE`.
    pub(crate) propagate_tags: String,
    pub(crate) execute_command: bool,
    /// The capacity provider of its strategy; `None` for the launch type FARGATE.
    pub(crate) capacity_provider: Option<String>,
    /// Why no task can be placed, in the words of a service event.
    pub(crate) shortage: Option<String>,
    /// How many tasks in a row failed to start, when the next may be tried, and when it last said so.
    pub(crate) start_failures: u32,
    pub(crate) start_again_at: Moment,
    pub(crate) complained_at: Option<Moment>,
    pub(crate) created_at: Moment,
    /// The primary one first.
    pub(crate) deployments: Vec<Deployment>,
    /// The last definition that a deployment completed with: where a rollback goes.
    pub(crate) last_completed: Option<Arc<TaskDefinition>>,
    /// The ids of deployments that ECS went back from.
    pub(crate) rolled_back: Vec<String>,
    /// Oldest first.
    pub(crate) tasks: Vec<Task>,
    /// Newest first.
    pub(crate) events: VecDeque<ServiceEvent>,
    /// Whether the steady state was announced and still holds.
    pub(crate) steady: bool,
    pub(crate) application: Application,
}

impl Service {
    /// The deployment new tasks belong to.
    pub(crate) fn primary(&self) -> Option<&Deployment> {
        self.deployments.first()
    }

    /// How the deployment of that id stands, as service deployments are told ("ServiceDeployment", Amazon ECS API Reference).
    pub(crate) fn stands(&self, id: &str) -> Option<&'static str> {
        if self.rolled_back.iter().any(|known| known == id) {
            return Some(if self.is_deploying() { "ROLLBACK_IN_PROGRESS" } else { "ROLLBACK_SUCCESSFUL" });
        }
        let deployment = self.deployments.iter().find(|deployment| deployment.id == id)?;
        let is_primary = self.primary().is_some_and(|primary| primary.id == id);
        Some(match deployment.rollout {
            Rollout::Completed => "SUCCESSFUL",
            Rollout::InProgress if is_primary => "IN_PROGRESS",
            Rollout::InProgress | Rollout::Failed => "STOPPED",
        })
    }

    /// Forgets everything that was lived, as if it had just been created.
    pub(crate) fn forget(&mut self, now: Moment) {
        self.created_at = now;
        self.desired = self.templated;
        if let Some((minimum, maximum, breaker)) = self.templated_rollout {
            (self.minimum_healthy_percent, self.maximum_percent, self.circuit_breaker) = (minimum, maximum, breaker);
        }
        self.deployments.clear();
        self.last_completed = None;
        self.rolled_back.clear();
        self.tasks.clear();
        self.events.clear();
        self.steady = false;
        (self.capacity_provider, self.shortage, self.complained_at) = (None, None, None);
        (self.start_failures, self.start_again_at) = (0, now);
    }

    /// Adds a line to the service's events.
    pub(crate) fn say(&mut self, message: String, turn: &mut Turn<'_>) {
        let id = turn.chance.uuid();
        self.events.push_front(ServiceEvent {
            id,
            at: turn.now,
            message: format!("(service {}) {message}", self.name),
        });
        self.events.truncate(KEPT_EVENTS);
    }

    /// Begins a deployment; the one before it becomes `ACTIVE`.
    pub(crate) fn deploy(&mut self, definition: Arc<TaskDefinition>, turn: &mut Turn<'_>) {
        let id = format!("ecs-svc/{}", turn.chance.digits(19));
        let deployment = Deployment::new(id, definition, turn.now);
        announcement::deployment_change(self, &deployment, turn);
        self.deployments.insert(0, deployment);
        self.steady = false;
    }

    /// Sets the desired count.
    pub(crate) fn scale_to(&mut self, desired: u32) {
        if self.desired != desired {
            self.desired = desired;
            self.steady = false;
        }
    }

    /// Starts a task of a deployment.
    pub(crate) fn start_task(&mut self, deployment: &Deployment, turn: &mut Turn<'_>) -> String {
        let mut task = Task::new(&self.cluster, &deployment.id, Arc::clone(&deployment.definition), turn);
        // Tasks on Fargate are spread over the zones of their subnets, of which there are two (ECS Developer Guide,
        // "Amazon ECS service load balancing": "Balancing an Amazon ECS service across Availability Zones").
        let in_zone = |zone: usize| {
            let zone = turn.names.zone(zone);
            self.tasks.iter().filter(|other| other.is_wanted() && other.zone == zone).count()
        };
        let zone = usize::from(in_zone(1) < in_zone(0));
        task.zone = turn.names.zone(zone);
        let address = |host: usize| format!("10.0.{}.{}", 10 + zone, 4 + host);
        task.address = address(turn.chance.index(250));
        // Two tasks never share an address.
        while self.tasks.iter().any(|other| other.address == task.address) {
            task.address = address(turn.chance.index(250));
        }
        task.capacity_provider.clone_from(&self.capacity_provider);
        if self.propagate_tags == "SERVICE" {
            task.tags = self.tags.clone();
        }
        let id = task.id.clone();
        announcement::task_change(self, &task, turn);
        self.tasks.push(task);
        self.steady = false;
        id
    }

    /// Takes a task out of its target groups and says so in the events; gives the longest deregistration delay in
    /// milliseconds, or `None` when it was in none.
    pub(crate) fn deregister(&mut self, address: &str, balancing: &mut Balancing, turn: &mut Turn<'_>) -> Option<i64> {
        let mut delay = None;
        for group in self.bindings.iter().map(|binding| binding.group.clone()).collect::<Vec<_>>() {
            if let Some(deregistration) = balancing.deregister(&group, address, turn) {
                delay = delay.max(Some(deregistration));
                self.say(format!("deregistered 1 targets in (target-group {group})"), turn);
            }
        }
        if delay.is_some() {
            self.say("has begun draining connections on 1 tasks.".to_owned(), turn);
        }
        delay
    }

    /// Stops a task, after taking it out of its target groups; says so in the events.
    pub(crate) fn stop_task(&mut self, id: &str, cause: StopCause, balancing: &mut Balancing, turn: &mut Turn<'_>) {
        let Some(position) = self.tasks.iter().position(|task| task.id == id && task.is_wanted()) else { return };
        let Some(address) = self.tasks.get(position).map(|task| task.address.clone()) else { return };
        let delay = self.deregister(&address, balancing, turn);
        if let Some(task) = self.tasks.get_mut(position) {
            task.tell_to_stop(cause, delay, turn);
        }
        self.say(format!("has stopped 1 running tasks: (task {id})."), turn);
        if let Some(task) = self.tasks.get(position).cloned() {
            announcement::task_change(self, &task, turn);
        }
        self.steady = false;
    }

    /// How many tasks are RUNNING and wanted.
    pub(crate) fn running(&self) -> usize {
        self.tasks.iter().filter(|task| task.is_running()).count()
    }

    /// How many tasks are on their way.
    pub(crate) fn pending(&self) -> usize {
        self.tasks.iter().filter(|task| task.is_pending()).count()
    }

    /// Whether the primary deployment is still rolling out.
    pub(crate) fn is_deploying(&self) -> bool {
        self.primary().is_some_and(|deployment| deployment.rollout == Rollout::InProgress)
    }

    /// The most tasks there may be: the maximum percent of the desired count, rounded down (ECS API reference,
    /// `DeploymentConfiguration`), and never less than the desired count.
    pub(crate) fn ceiling(&self) -> usize {
        (self.desired * self.maximum_percent / 100).max(self.desired) as usize
    }

    /// The fewest healthy tasks a deployment may leave: the minimum healthy percent, rounded up.
    pub(crate) fn floor(&self) -> usize {
        (self.desired * self.minimum_healthy_percent).div_ceil(100) as usize
    }

    /// Whether a task counts as healthy: RUNNING, healthy by its own check where it has one, and, behind a load balancer,
    /// healthy there.
    pub(crate) fn is_healthy(&self, task: &Task, balancing: &Balancing) -> bool {
        task.is_running()
            && task.passes_own_check()
            && self.bindings.iter().all(|binding| balancing.is_healthy(&binding.group, &task.address))
    }
}
