//! Tasks and their life cycle (ECS Developer Guide, "Amazon ECS task lifecycle").

use super::{ContainerHealth, TaskDefinition};
use crate::cloud::application::{Ailing, Exit};
use crate::cloud::clock::Moment;
use crate::cloud::turn::Turn;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// `lastStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Provisioning,
    Pending,
    Running,
    /// Deregistered from its target group and waiting for the deregistration delay.
    Deactivating,
    Stopping,
    Deprovisioning,
    Stopped,
}

impl Phase {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Phase::Provisioning => "PROVISIONING",
            Phase::Pending => "PENDING",
            Phase::Running => "RUNNING",
            Phase::Deactivating => "DEACTIVATING",
            Phase::Stopping => "STOPPING",
            Phase::Deprovisioning => "DEPROVISIONING",
            Phase::Stopped => "STOPPED",
        }
    }
}

/// Why a task was told to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StopCause {
    /// `stopCode` (ECS API reference, `Task`).
    pub(crate) code: &'static str,
    /// `stoppedReason` (ECS Developer Guide, "Stopped task error messages").
    pub(crate) reason: String,
}

/// A task of a service.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) deployment: String,
    pub(crate) definition: Arc<TaskDefinition>,
    pub(crate) phase: Phase,
    /// When the present phase ends, for those that end by themselves.
    pub(crate) due: Moment,
    pub(crate) created_at: Moment,
    pub(crate) pull_started_at: Option<Moment>,
    pub(crate) started_at: Option<Moment>,
    pub(crate) stopping_at: Option<Moment>,
    pub(crate) execution_stopped_at: Option<Moment>,
    pub(crate) stopped_at: Option<Moment>,
    pub(crate) stop: Option<StopCause>,
    pub(crate) exit_code: Option<i32>,
    /// Why its essential container ended, where ECS says so.
    pub(crate) container_reason: Option<String>,
    /// What its container's own health check says.
    pub(crate) container_health: ContainerHealth,
    /// The capacity provider it was placed with.
    pub(crate) capacity_provider: Option<String>,
    /// Whether it was ever healthy in all its target groups.
    pub(crate) was_healthy: bool,
    /// Counts the state changes; `version` in events.
    pub(crate) version: u32,
    pub(crate) address: String,
    pub(crate) zone: String,
    pub(crate) interface: String,
    pub(crate) runtime_id: String,
    /// Its health endpoint fails, by a scenario's will.
    pub(crate) sick: bool,
    /// Since when ECS has taken its failing health checks into account.
    pub(crate) unhealthy_since: Option<Moment>,
    pub(crate) tags: Vec<(String, String)>,
}

impl Task {
    /// A task that has just been placed. On Fargate, provisioning the network interface takes a quarter of a minute or so, pulling
    /// and starting an image of moderate size more than half a minute; both vary.
    pub(crate) fn new(cluster: &str, deployment: &str, definition: Arc<TaskDefinition>, turn: &mut Turn<'_>) -> Task {
        let id = turn.chance.hex(32);
        let zone = turn.chance.index(2);
        let address = format!("10.0.{}.{}", 10 + zone, 4 + turn.chance.index(250));
        Task {
            arn: turn.names.arn("ecs", &format!("task/{cluster}/{id}")),
            id,
            deployment: deployment.to_owned(),
            definition,
            phase: Phase::Provisioning,
            due: turn.now.after(turn.duration(10.0, 20.0)),
            created_at: turn.now,
            pull_started_at: None,
            started_at: None,
            stopping_at: None,
            execution_stopped_at: None,
            stopped_at: None,
            stop: None,
            exit_code: None,
            container_reason: None,
            container_health: ContainerHealth::default(),
            capacity_provider: None,
            was_healthy: false,
            version: 1,
            address,
            zone: turn.names.zone(zone),
            interface: format!("eni-{}", turn.chance.hex(17)),
            runtime_id: turn.chance.hex(32),
            sick: false,
            unhealthy_since: None,
            tags: Vec::new(),
        }
    }

    /// Whether it is wanted: `desiredStatus` RUNNING.
    pub(crate) fn is_wanted(&self) -> bool {
        self.stop.is_none()
    }

    /// Whether it is RUNNING and wanted.
    pub(crate) fn is_running(&self) -> bool {
        self.phase == Phase::Running && self.is_wanted()
    }

    /// Whether its container's own health check is content; without one there is nothing to wait for.
    pub(crate) fn passes_own_check(&self) -> bool {
        let essential = self.definition.containers.iter().find(|container| container.essential);
        let has_check = essential.is_some_and(|container| container.health_check.is_some());
        !has_check || self.container_health.is_healthy()
    }

    /// Whether it is on its way to RUNNING.
    pub(crate) fn is_pending(&self) -> bool {
        self.phase < Phase::Running && self.is_wanted()
    }

    /// Tells it to stop; a task that has been told before keeps its first reason. While it is registered with a target
    /// group it first waits out the deregistration delay, in milliseconds.
    pub(crate) fn tell_to_stop(&mut self, cause: StopCause, deregistration: Option<i64>, turn: &mut Turn<'_>) {
        if self.stop.is_some() {
            return;
        }
        self.stop = Some(cause);
        self.stopping_at = Some(turn.now);
        (self.phase, self.due) = match (self.phase, deregistration) {
            (Phase::Running, delay) => (Phase::Deactivating, turn.now.after(delay.unwrap_or_default())),
            _ => (Phase::Deprovisioning, turn.now.after(turn.duration(3.0, 8.0))),
        };
        self.version += 1;
    }

    /// Enters its next phase if it is time; says whether it did. What ails it decides whether it starts at all, and
    /// how it ends.
    pub(crate) fn advance(&mut self, ailing: Ailments, turn: &mut Turn<'_>) -> bool {
        if let (Phase::Running, Some(exit)) = (self.phase, ailing.exit) {
            self.exit(exit, turn);
            return true;
        }
        if turn.now < self.due {
            return false;
        }
        let (phase, stays) = match self.phase {
            Phase::Provisioning => {
                self.pull_started_at = Some(turn.now);
                (Phase::Pending, turn.duration(25.0, 50.0))
            }
            Phase::Pending => {
                if let Some(reason) = ailing.no_start {
                    self.fail_to_start(reason, turn);
                    return true;
                }
                self.started_at = Some(turn.now);
                (Phase::Running, 0)
            }
            Phase::Running | Phase::Stopped => return false,
            Phase::Deactivating if ailing.ignores_stop => {
                let timeout =
                    self.definition.containers.iter().map(|container| container.stop_timeout).fold(0.0, f64::max);
                (Phase::Stopping, turn.pace.millis(timeout))
            }
            Phase::Deactivating => (Phase::Stopping, turn.duration(2.0, 6.0)),
            Phase::Stopping => {
                self.execution_stopped_at = Some(turn.now);
                // A container that obeys SIGTERM ends with 128 + 15; one that is killed after its stop timeout with
                // 128 + 9 (ECS API reference, `ContainerDefinition`: `stopTimeout`).
                self.exit_code = Some(if ailing.ignores_stop { 137 } else { 143 });
                (Phase::Deprovisioning, turn.duration(5.0, 10.0))
            }
            Phase::Deprovisioning => {
                self.stopped_at = Some(turn.now);
                (Phase::Stopped, 0)
            }
        };
        self.phase = phase;
        self.due = turn.now.after(stays);
        self.version += 1;
        true
    }

    /// Its essential container has ended by itself, which ends the task (ECS Developer Guide, "Stopped task error
    /// messages": "Essential container in task exited").
    fn exit(&mut self, exit: Exit, turn: &mut Turn<'_>) {
        self.exit_code = Some(exit.code);
        self.container_reason = exit.reason.map(str::to_owned);
        self.execution_stopped_at = Some(turn.now);
        self.end("EssentialContainerExited", "Essential container in task exited".to_owned(), turn);
    }

    /// It never runs: `TaskFailedToStart`, with the same reason for the task and its container (ECS Developer Guide,
    /// "Stopped task error messages": CannotPullContainer and ResourceInitializationError).
    fn fail_to_start(&mut self, reason: String, turn: &mut Turn<'_>) {
        self.container_reason = reason.starts_with("CannotPull").then(|| reason.clone());
        self.end("TaskFailedToStart", reason, turn);
    }

    fn end(&mut self, code: &'static str, reason: String, turn: &mut Turn<'_>) {
        self.stop = Some(StopCause { code, reason });
        self.stopping_at = Some(turn.now);
        self.phase = Phase::Deprovisioning;
        self.due = turn.now.after(turn.duration(5.0, 10.0));
        self.version += 1;
    }

    /// The digest an image reference stands for: its own, or for a tag one that follows from the text.
    pub(crate) fn image_digest(image: &str) -> String {
        match image.split_once('@') {
            Some((_, digest)) => digest.to_owned(),
            None => {
                let hash = Sha256::digest(image.as_bytes());
                let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("sha256:{hex}")
            }
        }
    }
}

/// What ails a task, as far as its life cycle is concerned.
#[derive(Debug, Default)]
pub(crate) struct Ailments {
    /// Why it cannot start.
    no_start: Option<String>,
    exit: Option<Exit>,
    ignores_stop: bool,
}

impl Ailments {
    pub(crate) fn of(ailing: Ailing<'_>) -> Ailments {
        let no_secrets = ailing.no_secrets().map(|why| {
            format!("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: {why}")
        });
        let no_image = || ailing.no_image().map(|why| format!("CannotPullContainerError: {why}"));
        Ailments { no_start: no_secrets.or_else(no_image), exit: ailing.exit(), ignores_stop: ailing.ignores_stop() }
    }

    /// The last line of a container that ends by itself now.
    pub(crate) fn last_words(&self) -> Option<&str> {
        self.exit.as_ref().map(|exit| exit.last_words.as_str())
    }
}
