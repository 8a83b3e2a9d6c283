//! Health checks that fail, rightly or wrongly, and a zone that is impaired.

use serde_json::{Value, json};

use crate::cloud::{Ailment, Whom};
use crate::faults::Scene;

/// Every task answers its health check with 500, for a reason of its own.
pub fn health_check_failing(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::AnswersHealthChecks(500));
}

/// Every task takes connections and answers none.
pub fn health_check_hanging(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Hangs);
}

/// Somebody lets the target group ask for a path that the application does not have.
pub fn health_check_of_missing_path(scene: &mut Scene<'_>) {
    scene.change_health_check(&[("HealthCheckPath", "/health")]);
}

/// Somebody lets the target group ask for a path that answers with a redirection.
pub fn health_check_of_redirected_path(scene: &mut Scene<'_>) {
    scene.change_health_check(&[("HealthCheckPath", "/")]);
}

/// Somebody lets the target group want 204 of a path that answers with 200.
pub fn health_check_wants_other_code(scene: &mut Scene<'_>) {
    scene.change_health_check(&[("Matcher.HttpCode", "204")]);
}

/// Somebody lets the target group ask for a thorough check and wait too short for it.
pub fn health_check_too_hasty(scene: &mut Scene<'_>) {
    scene.change_health_check(&[("HealthCheckPath", "/readyz"), ("HealthCheckTimeoutSeconds", "2")]);
}

/// Containers have a health check of their own, and it begins to fail. It comes with a release, so give it ten minutes.
pub fn container_health_check_failing(scene: &mut Scene<'_>) {
    release_with_check(scene, "curl -f http://localhost:3000/healthz || exit 1");
    scene.minutes(10.0);
    scene.afflict(Whom::All, Ailment::FailsContainerCheck);
}

/// A release brings a health check whose command the image does not have.
pub fn container_health_check_misconfigured(scene: &mut Scene<'_>) {
    let revision = register_with_check(scene, "wget -q --spider http://localhost:3000/healthz || exit 1");
    scene.afflict(Whom::Revision(revision), Ailment::FailsContainerCheck);
    scene.deploy(revision);
}

fn release_with_check(scene: &mut Scene<'_>, command: &str) {
    let revision = register_with_check(scene, command);
    scene.deploy(revision);
}

fn register_with_check(scene: &mut Scene<'_>, command: &str) -> u32 {
    let check = json!({
        "command": ["CMD-SHELL", command], "interval": 30, "timeout": 5, "retries": 3, "startPeriod": 10,
    });
    scene.register(|definition| {
        if let Some(Value::Object(container)) = definition.pointer_mut("/containerDefinitions/0") {
            container.insert("healthCheck".to_owned(), check);
        }
    })
}

/// Tasks in one zone are cut off; those in the others are well. A service of two tasks has one in each.
pub fn az_impaired(scene: &mut Scene<'_>) {
    let task = scene.running_task().unwrap_or_default();
    let input = json!({"cluster": scene.cluster(), "tasks": [task]});
    let described = scene.call("ecs", "DescribeTasks", &input);
    let zone = described.pointer("/tasks/0/availabilityZone").and_then(Value::as_str).unwrap_or_default().to_owned();
    scene.afflict(Whom::Zone(zone), Ailment::Hangs);
}
