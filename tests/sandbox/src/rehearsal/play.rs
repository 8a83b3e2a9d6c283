//! What is staged: for each action of the remediator an incident that calls for it.

use paramedic_domain::diagnosis::Cause;
use paramedic_domain::remedy::RemedyKind;
use serde_json::json;

use crate::causes::{Incident, incident};
use crate::cloud::{Ailment, Whom};
use crate::faults::{Scene, causes};

/// An incident that calls for one action.
#[derive(Debug, Clone, Copy)]
pub struct Play {
    /// What is done about it, in a few words.
    pub name: &'static str,
    /// With which remedy.
    pub remedy: RemedyKind,
    /// With which call.
    pub action: &'static str,
    /// What is staged.
    pub incident: Incident,
}

const UPDATE: &str = "ecs:UpdateService";

/// One for each action.
pub const ALL: [Play; 6] = [
    Play {
        name: "a redeploy",
        remedy: RemedyKind::ForceRedeploy,
        action: UPDATE,
        incident: incident("the credential was rotated", Cause::StaleTasks, causes::stale_tasks, 0.0, 4.0),
    },
    Play {
        name: "a replacement of one task",
        remedy: RemedyKind::ReplaceTask,
        action: "ecs:StopTask",
        incident: incident(
            "requests fail in one task only",
            Cause::AppErrors5xx,
            |scene| {
                // With few lines of one kind of error nobody can tell whose they are.
                scene.cloud.talk_more(&scene.service, 8.0, scene.now);
                let task = scene.running_task().unwrap_or_default();
                scene.afflict(Whom::Task(task), Ailment::Fails { share: 0.9 });
            },
            0.0,
            14.0,
        ),
    },
    Play {
        name: "a rollback",
        remedy: RemedyKind::RollBack,
        action: UPDATE,
        incident: incident(
            "a release completes and fails requests",
            Cause::BadDeployment,
            |scene| release(scene, '5', Ailment::Fails { share: 0.66 }),
            0.0,
            12.0,
        ),
    },
    Play {
        name: "the end of a deployment",
        remedy: RemedyKind::StopDeployment,
        action: "ecs:StopServiceDeployment",
        incident: incident(
            "a release's tasks fail their health check, and no circuit breaker ends it",
            Cause::BadDeployment,
            |scene| {
                let breaker = json!({"enable": false, "rollback": false});
                scene.update(json!({"deploymentConfiguration": {"deploymentCircuitBreaker": breaker}}));
                release(scene, '6', Ailment::AnswersHealthChecks(500));
            },
            0.0,
            14.0,
        ),
    },
    Play {
        name: "a higher maximum",
        remedy: RemedyKind::ScaleOut,
        action: "application-autoscaling:RegisterScalableTarget",
        incident: incident(
            "the CPU is used up at the most tasks there may be",
            Cause::CpuSaturatedAtMaxCapacity,
            causes::cpu_saturated_at_max_capacity,
            25.0,
            5.0,
        ),
    },
    Play {
        name: "more tasks",
        remedy: RemedyKind::ScaleOut,
        action: UPDATE,
        incident: incident(
            "the CPU is used up and nobody scales",
            Cause::CpuSaturatedScalingBlocked,
            |scene| {
                scene.delete_policies();
                scene.afflict(Whom::All, Ailment::Works { times: 5.0 });
            },
            0.0,
            12.0,
        ),
    },
];

/// Deploys another image, named by its digest, after something was done to it.
fn release(scene: &mut Scene<'_>, digit: char, ailment: Ailment) {
    let image = scene.image();
    let name = image.split('@').next().unwrap_or_default();
    let digest: String = std::iter::repeat_n(digit, 64).collect();
    scene.release(&format!("{name}@sha256:{digest}"), Some(ailment));
}
