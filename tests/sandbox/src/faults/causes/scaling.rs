//! Scaling that cannot help, and scaling to nothing.

use serde_json::json;

use crate::cloud::{Ailment, Whom};
use crate::faults::Scene;

/// A request costs five times the CPU it used to, more than the most tasks can bear: scaling goes to its maximum, which
/// takes some minutes, and stays there.
pub fn cpu_saturated_at_max_capacity(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Works { times: 20.0 });
    scene.minutes(25.0);
}

/// The same, with scaling suspended.
pub fn cpu_saturated_scaling_blocked(scene: &mut Scene<'_>) {
    suspend(scene);
    scene.afflict(Whom::All, Ailment::Works { times: 5.0 });
}

/// Somebody suspends scaling, as one does before a migration.
pub(in crate::faults) fn suspend(scene: &mut Scene<'_>) {
    scene.update_scaling(json!({"SuspendedState": {
        "DynamicScalingInSuspended": true, "DynamicScalingOutSuspended": true, "ScheduledScalingSuspended": true,
    }}));
}

/// Somebody sets the desired count to zero, and the least that scaling keeps before it.
pub fn scaled_to_zero(scene: &mut Scene<'_>) {
    scene.update_scaling(json!({"MinCapacity": 0}));
    scene.update(json!({"desiredCount": 0}));
}

/// A schedule that was meant for another service does so.
pub fn scaled_to_zero_on_schedule(scene: &mut Scene<'_>) {
    scene.cloud.scale_on_schedule(&scene.service, 0, scene.now);
}
