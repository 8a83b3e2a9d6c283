//! When there is more to do than the tasks can do.

pub(super) mod cpu_saturated_at_max_capacity;
pub(super) mod cpu_saturated_scaling_blocked;
pub(super) mod memory_leak;
pub(super) mod traffic_surge;

use super::symptoms::{self, requests_times};
use crate::evidence::{Evidence, Follows, ScalingPolicy};

/// From which percentage on the CPU is used up; the P0 alarm's threshold.
const USED_UP_PERCENT: f64 = 80.0;

/// The service's CPU in percent, if it is used up.
pub(crate) fn used_up(evidence: &Evidence) -> Option<f64> {
    evidence.metrics.read()?.cpu.lately(evidence.gathered_at).filter(|cpu| *cpu >= USED_UP_PERCENT)
}

/// What goes with a used up CPU: what scaling aims at, how many more requests come, who suffers.
fn facts(evidence: &Evidence, cpu: f64) -> Vec<String> {
    let mut facts = vec![format!("the service's CPU is at {cpu:.0} %")];
    for policy in evidence.policies.read().into_iter().flatten() {
        facts.extend(aim(evidence, &policy.follows).map(|aim| aim.told(policy)));
    }
    facts.extend(
        requests_times(evidence)
            .filter(|times| *times > 1.3)
            .map(|times| format!("requests are {times:.1} times the usual")),
    );
    facts.extend(symptoms::facts(evidence));
    facts
}

/// What a policy keeps something at, and what was measured of that.
pub(super) struct Aim {
    what: &'static str,
    target: f64,
    measured: f64,
}

impl Aim {
    /// Whether what was measured is above the target.
    pub(super) fn is_missed(&self) -> bool {
        self.measured > self.target
    }

    /// In words, as the aim of that policy.
    pub(super) fn told(&self, policy: &ScalingPolicy) -> String {
        let Self { what, target, measured } = self;
        format!("policy {} keeps {what} at {target:.0}, measured is {measured:.0}", policy.name)
    }
}

/// The aim of a policy, where what it follows is among the evidence.
pub(super) fn aim(evidence: &Evidence, follows: &Follows) -> Option<Aim> {
    let metrics = evidence.metrics.read()?;
    let at = evidence.gathered_at;
    let (what, target, measured) = match follows {
        Follows::Cpu(target) => ("CPU", target, metrics.cpu.lately(at)?),
        Follows::Memory(target) => ("memory", target, metrics.memory.lately(at)?),
        Follows::RequestsPerTarget(target) => {
            let targets = evidence.sick().filter(|sick| sick.of > 0)?.of;
            ("requests of each target", target, metrics.requests.lately(at)? / f64::from(targets))
        }
        Follows::Other { .. } | Follows::Steps => return None,
    };
    Some(Aim { what, target: *target, measured })
}
