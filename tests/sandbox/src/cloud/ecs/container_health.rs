//! Containers' own health checks, which ECS runs inside of them (ECS Developer Guide, "Determine Amazon ECS task health
//! using container health checks").

use super::definition::ContainerCheck;
use crate::cloud::clock::Moment;
use crate::cloud::turn::Turn;

/// What the check of a task's essential container has found.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ContainerHealth {
    /// `None` before the first verdict, and without a check.
    verdict: Option<bool>,
    failures: u32,
    next: Option<Moment>,
}

impl ContainerHealth {
    /// `healthStatus`.
    pub(crate) fn name(self) -> &'static str {
        match self.verdict {
            Some(true) => "HEALTHY",
            Some(false) => "UNHEALTHY",
            None => "UNKNOWN",
        }
    }

    /// Whether the check has passed, and has not failed since.
    pub(crate) fn is_healthy(self) -> bool {
        self.verdict == Some(true)
    }

    /// Whether the check has failed as often as it may.
    pub(crate) fn is_unhealthy(self) -> bool {
        self.verdict == Some(false)
    }

    /// Runs the check if it is time. Failures within the start period do not count, and a pass ends it.
    pub(crate) fn check(&mut self, check: &ContainerCheck, started_at: Moment, passes: bool, turn: &Turn<'_>) {
        let interval = turn.pace.millis(check.interval);
        let next = self.next.unwrap_or(started_at.after(interval));
        if turn.now < next {
            return;
        }
        self.next = Some(turn.now.after(interval));
        let is_starting = self.verdict.is_none() && turn.now.since(started_at) < turn.pace.millis(check.start_period);
        if passes {
            (self.verdict, self.failures) = (Some(true), 0);
        } else if !is_starting {
            self.failures += 1;
            if self.failures >= check.retries {
                self.verdict = Some(false);
            }
        }
    }
}
