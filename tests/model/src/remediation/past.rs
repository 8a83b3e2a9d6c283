//! The ledger that earlier attempts have left, written by the production ledger itself.

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::bulletin::Subject;
use paramedic_domain::diagnosis::Cause;
use paramedic_domain::id::{
    AccountId, Arn, ClusterName, DeploymentId, EcsServiceName, IncidentId, Region, ServiceName, TaskId,
};
use paramedic_domain::ledger::{Effect, Ledger, Stage};
use paramedic_domain::remedy::{Action, Plan, RemedyKind};
use paramedic_domain::verification::Outcome;

use super::evidence::SERVICE_DEPLOYMENT;
use super::world::{Attempt, End, World};

/// The incident that goes on.
pub(super) const INCIDENT: &str = "inc-present";

/// What bulletins of the incident are about.
pub(super) fn subject(world: &World, incident: &str) -> Subject {
    Subject {
        incident_id: IncidentId::from(incident),
        service: ServiceName::from("web"),
        severity: world.severity,
        account: AccountId::from("123456789012"),
        region: Region::from("eu-west-1"),
    }
}

/// The ledger as it stands at `now`.
pub(super) fn ledger(world: &World, now: Timestamp) -> Ledger {
    let mut ledger = Ledger::empty(ServiceName::from("web"));
    for attempt in &world.attempts {
        let at = now - SignedDuration::from_secs(attempt.ago);
        let incident = if attempt.same_incident { INCIDENT } else { "inc-former" };
        ledger = ledger.claim(subject(world, incident), plan(attempt.remedy), at);
        for stage in stages(attempt, at) {
            ledger = ledger.record(stage);
        }
    }
    if world.looked_at { ledger.looked_at() } else { ledger }
}

fn stages(attempt: &Attempt, at: Timestamp) -> Vec<Stage> {
    let effect = match attempt.remedy {
        RemedyKind::ReplaceTask => Effect::Stopped(TaskId::from("task-0")),
        RemedyKind::StopDeployment => Effect::DeploymentStopped(DeploymentId::from("ecs-svc/5")),
        RemedyKind::ScaleOut => Effect::Raised { from: 1, to: 2 },
        RemedyKind::RollBack | RemedyKind::ForceRedeploy => Effect::Deployed(DeploymentId::from("ecs-svc/5")),
    };
    let acted = Stage::Acted { at, effect };
    let verified = |outcome: Outcome| vec![acted.clone(), Stage::Verified { acted_at: at, outcome }];
    match attempt.end {
        End::Helped => verified(Outcome::Recovered { after_s: 60 }),
        End::Partly => verified(Outcome::Partly { why: "some requests still fail".to_owned() }),
        End::Worse => verified(Outcome::Worse { why: "more requests fail".to_owned() }),
        End::Failed => verified(Outcome::Failed { why: "requests still fail".to_owned() }),
        End::Unknown => vec![Stage::HandedOver { why: "the answer was lost".to_owned() }],
        End::NotDone => vec![Stage::NotDone { why: "AWS refused it".to_owned() }],
        End::Watched => vec![acted],
        End::Claimed => Vec::new(),
    }
}

fn plan(remedy: RemedyKind) -> Plan {
    Plan {
        service: ServiceName::from("web"),
        cluster: ClusterName::from("main"),
        ecs_service: EcsServiceName::from("web"),
        expected_deployment: DeploymentId::from("ecs-svc/5"),
        cause: Cause::StaleTasks,
        because: String::new(),
        action: match remedy {
            RemedyKind::ReplaceTask => Action::ReplaceTask { task: TaskId::from("task-0") },
            RemedyKind::StopDeployment => {
                Action::StopDeployment { from: "web:5".to_owned(), service_deployment: Arn::from(SERVICE_DEPLOYMENT) }
            }
            RemedyKind::ScaleOut => Action::RaiseMaximum { from: 1, to: 2 },
            RemedyKind::RollBack => Action::RollBack { from: "web:5".to_owned(), to: "web:4".to_owned() },
            RemedyKind::ForceRedeploy => Action::ForceRedeploy { task_definition: "web:5".to_owned() },
        },
    }
}
