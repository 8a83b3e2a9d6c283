//! What requests and memory do.

use crate::cloud::{Ailment, Whom};
use crate::faults::Scene;

/// Three times the usual number of people come.
pub fn traffic_surge(scene: &mut Scene<'_>) {
    scene.cloud.surge(&scene.service, 3.0, scene.now);
}

/// Memory grows slowly and steadily in every task: by a third of the limit within the hour that follows. Container Insights
/// measures every task.
pub fn memory_leak(scene: &mut Scene<'_>) {
    scene.measure_every_task();
    scene.afflict(Whom::All, Ailment::Leaks { percent_a_minute: 0.75, exit_code: 137 });
    scene.minutes(60.0);
}

/// Requests fail in every task by a mistake of the application, with nothing deployed.
pub fn app_errors_5xx(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Fails { share: 0.4 });
}

/// Requests fail in one task only; it passes its health check.
pub fn app_errors_5xx_in_one_task(scene: &mut Scene<'_>) {
    let task = scene.running_task().unwrap_or_default();
    scene.afflict(Whom::Task(task), Ailment::Fails { share: 0.8 });
}

/// A third of the requests are the clients' mistake.
pub fn client_errors_4xx(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Refuses { share: 0.35 });
}

/// What the application asks for every request answers slowly; some requests are given up.
pub fn slow_dependency(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Waits { seconds: 3.8, on: "search.example.net".to_owned() });
}

/// The credential that running tasks hold is rotated. The secret itself is a matter of Secrets Manager.
pub fn stale_tasks(scene: &mut Scene<'_>) {
    scene.rotate_credential();
}
