//! Deployments of a service and the circuit breaker that watches them.

use super::TaskDefinition;
use crate::cloud::clock::Moment;
use std::sync::Arc;

/// How far a deployment has come (ECS API reference, `Deployment`: `rolloutState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rollout {
    InProgress,
    Completed,
    Failed,
}

impl Rollout {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Rollout::InProgress => "IN_PROGRESS",
            Rollout::Completed => "COMPLETED",
            Rollout::Failed => "FAILED",
        }
    }
}

/// A deployment. The first of a service's list is `PRIMARY`; the others are `ACTIVE` as long as they have tasks.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) definition: Arc<TaskDefinition>,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    pub(crate) rollout: Rollout,
    pub(crate) rollout_reason: String,
    pub(crate) failed_tasks: u32,
}

impl Deployment {
    pub(crate) fn new(id: String, definition: Arc<TaskDefinition>, now: Moment) -> Deployment {
        Deployment {
            rollout_reason: format!("ECS deployment {id} in progress."),
            id,
            definition,
            created_at: now,
            updated_at: now,
            rollout: Rollout::InProgress,
            failed_tasks: 0,
        }
    }
}

/// The deployment circuit breaker's settings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CircuitBreaker {
    pub(crate) enable: bool,
    pub(crate) rollback: bool,
}

impl CircuitBreaker {
    /// How many failed tasks fail a deployment: half of the desired count, at least 3, at most 200 (ECS Developer Guide,
    /// "How the Amazon ECS deployment circuit breaker detects failures": "Failure threshold").
    pub(crate) fn threshold(desired: u32) -> u32 {
        desired.div_ceil(2).clamp(3, 200)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failure_threshold_is_half_the_desired_count_within_bounds() {
        let thresholds: Vec<u32> = [1, 6, 7, 25, 1000].into_iter().map(CircuitBreaker::threshold).collect();
        assert_eq!(thresholds, [3, 3, 4, 13, 200]);
    }
}
