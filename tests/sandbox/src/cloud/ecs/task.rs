//! Tasks and their life cycle (ECS Developer Guide, "Amazon ECS task lifecycle").

use super::TaskDefinition;
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
            (Phase::Running, Some(delay)) => (Phase::Deactivating, turn.now.after(delay)),
            (Phase::Running, None) => (Phase::Stopping, turn.now.after(turn.duration(2.0, 6.0))),
            _ => (Phase::Deprovisioning, turn.now.after(turn.duration(3.0, 8.0))),
        };
        self.version += 1;
    }

    /// Enters its next phase if it is time; says whether it did.
    pub(crate) fn advance(&mut self, turn: &mut Turn<'_>) -> bool {
        if turn.now < self.due {
            return false;
        }
        let (phase, stays) = match self.phase {
            Phase::Provisioning => {
                self.pull_started_at = Some(turn.now);
                (Phase::Pending, turn.duration(25.0, 50.0))
            }
            Phase::Pending => {
                self.started_at = Some(turn.now);
                (Phase::Running, 0)
            }
            Phase::Running | Phase::Stopped => return false,
            Phase::Deactivating => (Phase::Stopping, turn.duration(2.0, 6.0)),
            Phase::Stopping => {
                self.execution_stopped_at = Some(turn.now);
                // The container obeyed SIGTERM: 128 + 15.
                self.exit_code = Some(143);
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
