//! From a diagnosis to what could be done about it.
//!
//! A plan has every choice already made, so that the guardrails judge exactly what would happen and a person can approve
//! exactly that. Whether it may happen is not decided here.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::{Mode, Service};
use crate::diagnosis::{Cause, Diagnosis};
use crate::evidence::Evidence;
use crate::id::{ClusterName, DeploymentId, EcsServiceName, ServiceName};
use crate::picture::quoted;

/// The kinds of remedies that change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyKind {
    /// Stop one sick task, so that ECS starts another.
    ReplaceTask,
    /// Replace all tasks by new ones of the same task definition, within the deployment's own bounds.
    ForceRedeploy,
    /// Go back to the last revision that completed.
    RollBack,
    /// Stop a deployment that is failing.
    StopDeployment,
    /// Add tasks.
    ScaleOut,
}

impl RemedyKind {
    /// The remedies that this release carries out. For the others it says what a person can do.
    pub const ACTING: &[Self] = &[Self::ForceRedeploy];

    /// As it is written in `paramedic.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReplaceTask => "replace_task",
            Self::ForceRedeploy => "force_redeploy",
            Self::RollBack => "roll_back",
            Self::StopDeployment => "stop_deployment",
            Self::ScaleOut => "scale_out",
        }
    }
}

impl fmt::Display for RemedyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One action with every choice made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What kind of action.
    pub remedy: RemedyKind,
    /// The service as the configuration names it.
    pub service: ServiceName,
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its name in ECS.
    pub ecs_service: EcsServiceName,
    /// The deployment that must still be the primary one at the moment of acting.
    pub expected_deployment: DeploymentId,
    /// The task definition that the new tasks will run: the present one.
    pub task_definition: String,
    /// The cause it is meant to cure.
    pub cause: Cause,
}

impl Plan {
    /// What would happen, in one sentence.
    pub fn sentence(&self) -> String {
        match self.remedy {
            RemedyKind::ForceRedeploy => {
                format!("force a redeploy of {} with the same task definition", self.ecs_service)
            }
            other => format!("{other} on {}", self.ecs_service),
        }
    }

    /// What an approval is bound to: 32 hexadecimal digits made of everything the plan says, so that approving one plan
    /// approves no other.
    pub fn digest(&self) -> String {
        let cause = self.cause.to_string();
        let parts = [
            self.remedy.as_str(),
            self.service.as_str(),
            self.cluster.as_str(),
            self.ecs_service.as_str(),
            self.expected_deployment.as_str(),
            &self.task_definition,
            &cause,
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.as_bytes());
            // None of these names holds a zero byte, so no two plans run together.
            hash.update([0]);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The command with which a person does the same.
    pub fn command(&self) -> String {
        format!(
            "aws ecs update-service --cluster {} --service {} --force-new-deployment",
            quoted(self.cluster.as_str()),
            quoted(self.ecs_service.as_str())
        )
    }
}

/// What could be done about a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    /// An action, if the guardrails agree.
    Act(Plan),
    /// Something only a person can do.
    Suggest(String),
    /// Nothing, since it would do harm: the reason.
    LeaveAlone(String),
}

/// Chooses the least invasive remedy that fits.
///
/// A dependency that is away has no remedy among ours, but what it makes sick has: the plan for the next finding is made
/// all the same, so that the message can say why it was not carried out. It is the guardrails that stop it.
pub fn plan(diagnosis: &Diagnosis, evidence: &Evidence, service: &Service) -> Proposal {
    let candidate = diagnosis.findings().iter().find_map(|finding| acting_remedy(finding.cause).map(|r| (r, finding)));
    let primary = evidence.service.read().and_then(|state| state.primary());
    if let (Some((remedy, finding)), Some(primary)) = (candidate, primary)
        && service.mode(remedy) != Mode::Off
    {
        return Proposal::Act(Plan {
            remedy,
            service: service.name.clone(),
            cluster: service.cluster.clone(),
            ecs_service: service.ecs_service.clone(),
            expected_deployment: primary.id.clone(),
            task_definition: primary.task_definition.clone(),
            cause: finding.cause,
        });
    }
    match diagnosis.top().cause {
        Cause::EcsIsRepairing => Proposal::LeaveAlone("ECS sees the sick tasks and replaces them by itself".to_owned()),
        cause => Proposal::Suggest(suggestion(cause, service)),
    }
}

fn acting_remedy(cause: Cause) -> Option<RemedyKind> {
    match cause {
        Cause::StaleTasks | Cause::HealthCheckFailing => Some(RemedyKind::ForceRedeploy),
        Cause::RedisUnreachable
        | Cause::ImagePullFailed
        | Cause::SecretsUnavailable
        | Cause::OomKilled
        | Cause::EcsIsRepairing
        | Cause::AppErrors5xx
        | Cause::CrashLoop
        | Cause::BadDeployment
        | Cause::PlacementFailed
        | Cause::CpuSaturatedAtMaxCapacity
        | Cause::CpuSaturatedScalingBlocked
        | Cause::MemoryLeak
        | Cause::RedisMemoryFull
        | Cause::RedisCpuSaturated
        | Cause::TrafficSurge
        | Cause::ClientErrors4xx
        | Cause::SlowDependency
        | Cause::HealthCheckMisconfigured
        | Cause::AzImpaired
        | Cause::StopTimeoutKill
        | Cause::TaskRetirement
        | Cause::SpotInterruption
        | Cause::ScaledToZero
        | Cause::Unknown => None,
    }
}

fn suggestion(cause: Cause, service: &Service) -> String {
    let describe = format!(
        "aws ecs describe-services --cluster {} --services {}",
        quoted(service.cluster.as_str()),
        quoted(service.ecs_service.as_str())
    );
    match cause {
        Cause::RedisUnreachable => format!(
            "look at the cache first: aws elasticache describe-events --duration 60 --source-type replication-group \
             --source-identifier {}",
            quoted(service.cache.as_deref().unwrap_or("CACHE"))
        ),
        Cause::ImagePullFailed => {
            format!("check that the image exists and that the execution role may pull it: {describe}")
        }
        Cause::SecretsUnavailable => {
            format!("check that the secrets exist and that the execution role may read them: {describe}")
        }
        Cause::OomKilled => format!("give the task more memory, or find what leaks: {describe}"),
        Cause::BadDeployment
        | Cause::PlacementFailed
        | Cause::HealthCheckMisconfigured
        | Cause::AzImpaired
        | Cause::StopTimeoutKill
        | Cause::TaskRetirement
        | Cause::SpotInterruption
        | Cause::ScaledToZero => format!("look at the service, its deployments and its events: {describe}"),
        Cause::CpuSaturatedAtMaxCapacity | Cause::CpuSaturatedScalingBlocked | Cause::TrafficSurge => format!(
            "look at what scaling does: aws application-autoscaling describe-scaling-activities --service-namespace ecs \
             --resource-id {} --include-not-scaled-activities",
            quoted(&format!("service/{}/{}", service.cluster, service.ecs_service))
        ),
        Cause::RedisMemoryFull | Cause::RedisCpuSaturated => format!(
            "look at the cache: aws elasticache describe-replication-groups --replication-group-id {}",
            quoted(service.cache.as_deref().unwrap_or("CACHE"))
        ),
        Cause::EcsIsRepairing
        | Cause::StaleTasks
        | Cause::HealthCheckFailing
        | Cause::AppErrors5xx
        | Cause::CrashLoop
        | Cause::MemoryLeak
        | Cause::ClientErrors4xx
        | Cause::SlowDependency
        | Cause::Unknown => match &service.log_group {
            Some(group) => format!("read what the tasks log: aws logs tail {} --since 15m", quoted(group)),
            None => format!("look at the service: {describe}"),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use super::*;
    use crate::diagnosis::diagnose;
    use crate::diagnosis::staged::{cache_away, healthy, stale};
    use crate::evidence::Reading;

    fn web() -> Service {
        Service::new("web", "main")
    }

    fn proposal(evidence: &Evidence, service: &Service) -> Proposal {
        plan(&diagnose(evidence), evidence, service)
    }

    #[test]
    fn stale_tasks_are_redeployed_as_they_are() {
        let Proposal::Act(plan) = proposal(&stale(), &web()) else { panic!("no plan") };
        assert_eq!(plan.remedy, RemedyKind::ForceRedeploy);
        assert_eq!(plan.expected_deployment.as_str(), "ecs-svc/1000000000000000001");
        assert_eq!(plan.task_definition, "web:7");
        assert_eq!(plan.command(), "aws ecs update-service --cluster main --service web --force-new-deployment");
    }

    #[test]
    fn a_name_in_a_command_is_one_word_to_a_shell() {
        let mut service = web();
        service.ecs_service = EcsServiceName::from("web'; reboot #");
        let Proposal::Act(plan) = proposal(&stale(), &service) else { panic!("no plan") };
        assert!(plan.command().contains(r"--service 'web'\''; reboot #' --force"), "{}", plan.command());
    }

    #[test]
    fn whatever_changes_in_a_plan_makes_another_digest() {
        let Proposal::Act(plan) = proposal(&stale(), &web()) else { panic!("no plan") };
        let others = [
            Plan { remedy: RemedyKind::RollBack, ..plan.clone() },
            Plan { service: ServiceName::from("api"), ..plan.clone() },
            Plan { cluster: ClusterName::from("other"), ..plan.clone() },
            Plan { ecs_service: EcsServiceName::from("api"), ..plan.clone() },
            Plan { expected_deployment: DeploymentId::from("ecs-svc/2"), ..plan.clone() },
            Plan { task_definition: "web:8".to_owned(), ..plan.clone() },
            Plan { cause: Cause::HealthCheckFailing, ..plan.clone() },
        ];
        assert!(others.iter().all(|other| other.digest() != plan.digest()));
        assert_eq!(plan.clone().digest(), plan.digest());
        assert_eq!(plan.digest().len(), 32);
    }

    #[test]
    fn what_a_missing_cache_makes_sick_is_planned_for_so_that_the_refusal_can_be_explained() {
        let Proposal::Act(plan) = proposal(&cache_away(), &web()) else { panic!("no plan") };
        assert_eq!(plan.cause, Cause::HealthCheckFailing);
    }

    #[test]
    fn a_remedy_that_is_off_is_not_planned() {
        let service = web().with_mode(RemedyKind::ForceRedeploy, Mode::Off);
        assert!(matches!(proposal(&stale(), &service), Proposal::Suggest(_)));
    }

    #[test]
    fn what_ecs_repairs_is_left_alone_on_purpose() {
        let mut evidence = healthy();
        if let Reading::Read(service) = &mut evidence.service {
            service.pending = 1;
            service.events = vec![crate::evidence::ServiceEvent {
                at: evidence.gathered_at,
                message: "(service web) (port 3000) is unhealthy in (target-group …)".to_owned(),
            }];
        }
        assert!(
            matches!(proposal(&evidence, &web()), Proposal::LeaveAlone(why) if why.contains("replaces them by itself"))
        );
    }

    #[test]
    fn nothing_is_planned_for_a_service_that_was_not_read() {
        let mut evidence = stale();
        evidence.service = Reading::Unread { why: "AccessDenied".to_owned() };
        assert!(matches!(proposal(&evidence, &web()), Proposal::Suggest(_)));
    }

    #[test]
    fn nothing_is_planned_for_what_is_not_understood() {
        assert!(matches!(proposal(&healthy(), &web()), Proposal::Suggest(text) if text.contains("describe-services")));
    }
}
