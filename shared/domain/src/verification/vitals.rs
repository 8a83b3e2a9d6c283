//! How a service was right before it was acted on, beside which it is judged afterwards.

use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;

/// By so many percent more failing requests a service counts as worse than before: less is chance.
const WORSE_BY: u32 = 10;

/// What can be measured of a service's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vitals {
    /// Healthy tasks, where that could be read.
    pub healthy: Option<u32>,
    /// The share of requests that fail, in whole percent, where that could be read.
    pub failing_percent: Option<u32>,
}

/// How a service compares with how it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    Better,
    Same,
    Worse,
}

impl Vitals {
    /// The vitals that the evidence shows.
    pub fn of(evidence: &Evidence) -> Self {
        let share = evidence.metrics.read().and_then(|metrics| metrics.latest_error_share());
        Self {
            healthy: evidence.sick().map(|sick| sick.healthy()),
            failing_percent: share.map(|share| share.value.round().clamp(0.0, 100.0) as u32),
        }
    }

    /// How these compare with those from before: fewer healthy tasks or many more failing requests are worse, whatever else
    /// became better. What could not be read says nothing.
    pub(super) fn beside(&self, before: &Self) -> Compared {
        let healthy = self.healthy.zip(before.healthy);
        let failing = self.failing_percent.zip(before.failing_percent);
        let fewer = healthy.is_some_and(|(now, then)| now < then);
        let more_fail = failing.is_some_and(|(now, then)| now >= then + WORSE_BY);
        let more = healthy.is_some_and(|(now, then)| now > then);
        let half_fail = failing.is_some_and(|(now, then)| now * 2 <= then && now < then);
        match (fewer || more_fail, more || half_fail) {
            (true, _) => Compared::Worse,
            (false, true) => Compared::Better,
            (false, false) => Compared::Same,
        }
    }
}
