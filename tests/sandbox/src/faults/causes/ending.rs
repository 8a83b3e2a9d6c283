//! Tasks that end.

use serde_json::json;

use super::starting::tagged;
use crate::cloud::{Ailment, Whom};
use crate::faults::Scene;

/// What a process says that cannot read its configuration.
const STACK_TRACE: &str = "Error: Invalid configuration: SEARCH_INDEX is not set\n    at load \
                           (/app/dist/config.js:41:11)\n    at Object.<anonymous> (/app/dist/server.js:9:3)";

/// Every task fills its memory in about seven minutes and is killed.
pub fn oom_killed(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Leaks { percent_a_minute: 9.0, exit_code: 137 });
}

/// A release needs more memory than its tasks have: each is killed within two minutes of its start.
pub fn oom_killed_after_release(scene: &mut Scene<'_>) {
    let image = tagged(scene, "2.3.0");
    scene.release(&image, Some(Ailment::Leaks { percent_a_minute: 35.0, exit_code: 137 }));
}

/// Every task ends soon after its start, since something that all of them need at their start is gone.
pub fn crash_loop(scene: &mut Scene<'_>) {
    let ailment = Ailment::Exits { after_seconds: 12.0, code: 1, last_words: STACK_TRACE.to_owned() };
    scene.afflict(Whom::All, ailment);
}

/// Tasks of a release end soon after their start.
pub fn crash_loop_of_release(scene: &mut Scene<'_>) {
    let image = tagged(scene, "2.4.0");
    let ailment = Ailment::Exits { after_seconds: 8.0, code: 1, last_words: STACK_TRACE.to_owned() };
    scene.release(&image, Some(ailment));
}

/// Tasks do not heed SIGTERM, so that those which a deployment replaces are killed in the midst of their work.
pub fn stop_timeout_kill(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::IgnoresStop);
    scene.update(json!({"forceNewDeployment": true}));
}

/// The service runs on Fargate Spot, which takes its tasks back. The service is moved there first, which takes some minutes.
pub fn spot_interruption(scene: &mut Scene<'_>) {
    let strategy = json!([{"capacityProvider": "FARGATE_SPOT", "weight": 1}]);
    scene.update(json!({"capacityProviderStrategy": strategy, "forceNewDeployment": true}));
    scene.minutes(12.0);
    scene.cloud.interrupt_spot(&scene.service, 2, scene.now);
}

/// AWS retires the tasks' hosts.
pub fn task_retirement(scene: &mut Scene<'_>) {
    scene.cloud.retire_tasks(&scene.service, 1, scene.now);
}

/// One task fails its health check, which ECS sees and replaces it.
pub fn ecs_is_repairing(scene: &mut Scene<'_>) {
    scene.cloud.break_task(&scene.service, scene.now);
}
