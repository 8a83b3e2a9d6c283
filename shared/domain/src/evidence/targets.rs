//! The load balancer's view of the tasks.

use serde::{Deserialize, Serialize};

/// One target of the target group. Source: `DescribeTargetHealth` in the Elastic Load Balancing API reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its address.
    pub id: String,
    /// Its state.
    pub health: TargetHealth,
    /// Why, as a reason code such as `Target.FailedHealthChecks`.
    pub reason: Option<String>,
    /// Why, in the load balancer's words, such as `Health checks failed with these codes: [503]`.
    pub description: Option<String>,
    /// The availability zone it is in.
    pub zone: Option<String>,
}

/// The state of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetHealth {
    /// Being registered.
    Initial,
    /// Passes its health checks.
    Healthy,
    /// Fails its health checks.
    Unhealthy,
    /// Being deregistered.
    Draining,
    /// Not checked, or its state cannot be told.
    Other,
}

/// How many of how many are sick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sick {
    /// Fail their health check.
    pub sick: u32,
    /// Are checked at all.
    pub of: u32,
}

impl Sick {
    /// How many pass their health check.
    pub fn healthy(self) -> u32 {
        self.of.saturating_sub(self.sick)
    }

    /// Whether more than half are sick, or there is nobody left who could be well.
    pub fn is_majority(self) -> bool {
        self.of == 0 || self.sick * 2 > self.of
    }
}
