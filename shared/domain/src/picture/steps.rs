//! What to do next: the looks and the changes that fit the cause, and a look at what could not be read, each with the
//! command for it.
//!
//! Nothing is offered here that the guardrails weigh: a restart is the remedy's business, which says why it is or is not
//! made. The commands are those of the AWS CLI Command Reference.

use serde::{Deserialize, Serialize};

use super::command::{Aws, Command};
use super::console::Place;
use super::told;
use crate::config::Service;
use crate::diagnosis::{Cause, Diagnosis};
use crate::evidence::{Definition, Evidence, Rollout, Source, StoppedTask, TargetHealth, Task};

/// How many steps are offered.
const STEPS: usize = 5;
/// How many tasks one command asks for.
const TASKS: usize = 3;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What for.
    pub what: String,
    /// The command, where there is one that can be copied safely.
    #[serde(default)]
    pub command: Option<Command>,
}

/// What can be done, each as one function of the situation; `None` where it does not apply.
type Look = fn(&Situation<'_>) -> Option<Step>;

/// What the steps are made of.
struct Situation<'a> {
    evidence: &'a Evidence,
    service: &'a Service,
    place: &'a Place,
}

/// The steps for each cause, by the name under which it is published. A cause without a line here gets [`ANY`].
const BY_CAUSE: &[(&str, &[Look])] = &[
    ("oom_killed", &[stopped_tasks, roll_back, logs]),
    ("crash_loop", &[stopped_tasks, logs, roll_back]),
    ("image_pull_failed", &[image, stopped_tasks, roll_back]),
    ("secrets_unavailable", &[definition_roles, secret_versions, stopped_tasks]),
    ("health_check_failing", &[target_health, shell, logs]),
    ("bad_deployment", &[roll_back, stop_deployment, stopped_tasks, logs]),
    ("placement_failed", &[service_events, stopped_tasks]),
    ("cpu_saturated_at_max_capacity", &[raise_maximum, scaling_activities]),
    ("cpu_saturated_scaling_blocked", &[resume_scaling, scaling_activities, scaling_policies]),
    ("memory_leak", &[stopped_tasks, logs, roll_back]),
    ("redis_memory_full", &[cache_state, cache_events]),
    ("redis_cpu_saturated", &[cache_state, cache_events]),
    ("redis_unreachable", &[cache_state, cache_events, shell]),
    ("traffic_surge", &[scaling_activities, raise_maximum, scaling_policies]),
    ("app_errors_5xx", &[logs, roll_back, shell]),
    ("client_errors_4xx", &[logs]),
    ("slow_dependency", &[logs, cache_state]),
    ("health_check_misconfigured", &[target_group, shell, target_health]),
    ("az_impaired", &[target_health, tasks]),
    ("stop_timeout_kill", &[stopped_tasks, definition_roles]),
    ("task_retirement", &[service_events, stopped_tasks]),
    ("spot_interruption", &[service_events, stopped_tasks]),
    ("scaled_to_zero", &[desired_count, scaling_activities]),
    ("stale_tasks", &[secret_versions, tasks, logs]),
    ("ecs_is_repairing", &[service_events, target_health, logs]),
    ("unknown", ANY),
];

/// Where the cause says nothing: what the service, its tasks and their log say.
const ANY: &[Look] = &[service_events, stopped_tasks, target_health, logs];

pub(super) fn of(evidence: &Evidence, diagnosis: &Diagnosis, service: &Service, place: &Place) -> Vec<Step> {
    let situation = Situation { evidence, service, place };
    let name = published(diagnosis.top().cause);
    let looks = BY_CAUSE.iter().find(|(cause, _)| *cause == name).map_or(ANY, |(_, looks)| *looks);
    let unread = diagnosis.unread.iter().filter_map(|(source, _)| for_unread(*source));
    let mut steps: Vec<Step> = Vec::new();
    for step in looks.iter().copied().chain(unread).filter_map(|look| look(&situation)) {
        if steps.len() < STEPS && steps.iter().all(|known| known.what != step.what) {
            steps.push(step);
        }
    }
    steps
}

/// The cause as it is published: `oom_killed`.
fn published(cause: Cause) -> String {
    serde_json::to_value(cause).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// How to read by hand what could not be read.
fn for_unread(source: Source) -> Option<Look> {
    Some(match source {
        Source::Service => service_events,
        Source::Tasks => tasks,
        Source::StoppedTasks => stopped_tasks,
        Source::Definition | Source::Previous => definition_roles,
        Source::Targets => target_health,
        Source::Scaling | Source::Activities => scaling_activities,
        Source::Policies => scaling_policies,
        Source::Cache => cache_state,
        Source::CacheEvents => cache_events,
        Source::Logs => logs,
        Source::Secrets => secret_versions,
        Source::Metrics | Source::WeekBefore | Source::Recorder | Source::Alarms => return None,
    })
}

impl Situation<'_> {
    /// A command of ECS on the service's cluster.
    fn ecs(&self, operation: &str) -> Aws {
        Aws::new(&format!("ecs {operation}")).option("cluster", self.service.cluster.as_str())
    }

    /// A command of Application Auto Scaling on the service.
    fn scaling(&self, operation: &str) -> Aws {
        let resource = format!("service/{}/{}", self.service.cluster, self.service.ecs_service);
        Aws::new(&format!("application-autoscaling {operation} --service-namespace ecs"))
            .option("resource-id", &resource)
            .flag("--scalable-dimension ecs:service:DesiredCount")
    }

    /// The step with the command, run in the service's region.
    fn step(&self, what: &str, command: Aws) -> Step {
        let region = self.place.region.as_str();
        Step { what: told(what), command: command.option("region", region).done() }
    }

    fn stopped(&self) -> &[StoppedTask] {
        self.evidence.stopped.read().map_or(&[], Vec::as_slice)
    }

    fn tasks(&self) -> &[Task] {
        self.evidence.tasks.read().map_or(&[], Vec::as_slice)
    }

    /// A task to look into: a sick one where there is one.
    fn task(&self) -> Option<&Task> {
        let sick_address = |task: &Task| {
            let targets = self.evidence.targets.read().map_or(&[][..], Vec::as_slice);
            targets.iter().any(|target| {
                target.health == TargetHealth::Unhealthy && Some(&target.id) == task.placement.address.as_ref()
            })
        };
        let running = || self.tasks().iter().filter(|task| task.status == "RUNNING");
        running().find(|task| task.unhealthy || sick_address(task)).or_else(|| running().next())
    }

    fn definition(&self) -> Option<&Definition> {
        self.evidence.definition.read()
    }
}

fn stopped_tasks(it: &Situation<'_>) -> Option<Step> {
    let mut stopped: Vec<&StoppedTask> = it.stopped().iter().collect();
    stopped.sort_by_key(|task| std::cmp::Reverse(task.stopped_at));
    if stopped.is_empty() {
        if it.evidence.stopped.read().is_some() {
            return None;
        }
        let list = it.ecs("list-tasks").option("service-name", it.service.ecs_service.as_str());
        return Some(it.step("list the tasks that stopped", list.flag("--desired-status STOPPED")));
    }
    let ids = stopped.iter().take(TASKS).map(|task| task.id.as_str());
    let command = it.ecs("describe-tasks").options("tasks", ids);
    let what = "tasks[].[taskArn,stopCode,stoppedReason,containers[].[name,exitCode,reason]]";
    Some(it.step("see why the last tasks stopped", command.option("query", what)))
}

fn tasks(it: &Situation<'_>) -> Option<Step> {
    let what = "see when each task started and where it runs";
    if it.tasks().is_empty() {
        return Some(it.step(what, it.ecs("list-tasks").option("service-name", it.service.ecs_service.as_str())));
    }
    let ids = it.tasks().iter().take(TASKS * 3).map(|task| task.id.as_str());
    let query = "tasks[].[taskArn,startedAt,availabilityZone,healthStatus]";
    Some(it.step(what, it.ecs("describe-tasks").options("tasks", ids).option("query", query)))
}

fn service_events(it: &Situation<'_>) -> Option<Step> {
    let command = it.ecs("describe-services").option("services", it.service.ecs_service.as_str());
    Some(it.step(
        "read what the ECS scheduler says",
        command.option("query", "services[0].events[:10].[createdAt,message]"),
    ))
}

fn shell(it: &Situation<'_>) -> Option<Step> {
    let task = it.task()?;
    let container = it.definition().and_then(|definition| definition.containers.iter().find(|one| one.essential));
    let mut command = it.ecs("execute-command").option("task", task.id.as_str());
    if let Some(container) = container {
        command = command.option("container", &container.name);
    }
    let endpoint = it.evidence.cache.read().and_then(|cache| cache.endpoint.as_deref());
    let what = match endpoint {
        Some(endpoint) => format!("go into a task: ask its health check, and whether it reaches {endpoint}"),
        None => "go into a task and ask its health check".to_owned(),
    };
    Some(it.step(&what, command.flag("--interactive --command /bin/sh")))
}

fn logs(it: &Situation<'_>) -> Option<Step> {
    let group = it.service.log_group.as_deref()?;
    Some(it.step("read what the tasks log", Aws::new("logs tail").operand(group).flag("--since 30m")))
}

fn target_health(it: &Situation<'_>) -> Option<Step> {
    let command =
        Aws::new("elbv2 describe-target-health").option("target-group-arn", &it.place.target_group(it.service)?);
    Some(it.step("see which targets are sick and why", command))
}

fn target_group(it: &Situation<'_>) -> Option<Step> {
    let command = Aws::new("elbv2 describe-target-groups")
        .options("target-group-arns", [it.place.target_group(it.service)?.as_str()]);
    let query = "TargetGroups[].[HealthCheckPath,HealthCheckPort,Matcher,HealthCheckTimeoutSeconds]";
    Some(it.step("compare the health check's path, port and matcher with the service", command.option("query", query)))
}

fn scaling_activities(it: &Situation<'_>) -> Option<Step> {
    let command = it.scaling("describe-scaling-activities").flag("--include-not-scaled-activities --max-items 10");
    Some(it.step("see why it scaled or did not", command))
}

fn scaling_policies(it: &Situation<'_>) -> Option<Step> {
    Some(
        it.step(
            "compare the policies' targets and cooldowns with the metrics",
            it.scaling("describe-scaling-policies"),
        ),
    )
}

fn resume_scaling(it: &Situation<'_>) -> Option<Step> {
    let scaling = it.evidence.scaling.read().filter(|scaling| scaling.scale_out_suspended)?;
    let state = r#"{"DynamicScalingOutSuspended":false}"#;
    let command = it.scaling("register-scalable-target").option("suspended-state", state);
    Some(it.step(
        &format!("let it scale out again, up to {} tasks, once it is known who suspended it", scaling.max),
        command,
    ))
}

fn raise_maximum(it: &Situation<'_>) -> Option<Step> {
    let max = it.evidence.scaling.read()?.max;
    let more = max.saturating_add((max / 2).max(1));
    let command = it.scaling("register-scalable-target").option("max-capacity", &more.to_string());
    Some(it.step(&format!("let it scale beyond {max} tasks, if its dependencies bear that"), command))
}

fn desired_count(it: &Situation<'_>) -> Option<Step> {
    let count = it.evidence.scaling.read().map_or(1, |scaling| scaling.min.max(1));
    let command = it.ecs("update-service").option("service", it.service.ecs_service.as_str());
    let command = command.option("desired-count", &count.to_string());
    Some(it.step("start it again, unless it was stopped on purpose", command))
}

/// Only where the revision before was read and the newer one is not simply completed a long time ago.
fn roll_back(it: &Situation<'_>) -> Option<Step> {
    let previous = it.evidence.previous.read()?;
    // A later revision was left already: going there again would repeat what was given up.
    if it.definition().is_some_and(|now| now.name == previous.name || revision(previous) > revision(now)) {
        return None;
    }
    let command = it.ecs("update-service").option("service", it.service.ecs_service.as_str());
    let what = format!("go back to {}, if the last deployment is the reason", previous.name);
    Some(it.step(&what, command.option("task-definition", &previous.name)))
}

/// The number after the family's name.
fn revision(definition: &Definition) -> Option<u32> {
    definition.name.rsplit_once(':')?.1.parse().ok()
}

fn stop_deployment(it: &Situation<'_>) -> Option<Step> {
    let primary = it.evidence.service.read()?.primary()?;
    if primary.rollout != Rollout::InProgress {
        return None;
    }
    let command = it.ecs("list-service-deployments").option("service", it.service.ecs_service.as_str());
    Some(it.step(
        "find the deployment, to end it with `aws ecs stop-service-deployment --stop-type ROLLBACK`",
        command.flag("--status IN_PROGRESS"),
    ))
}

fn definition_roles(it: &Situation<'_>) -> Option<Step> {
    let primary = it.evidence.service.read().and_then(|service| service.primary());
    let name = it.definition().map(|one| one.name.as_str()).or(primary.map(|one| one.task_definition.as_str()))?;
    let query = "taskDefinition.[executionRoleArn,containerDefinitions[].[name,image,stopTimeout,secrets]]";
    let command = Aws::new("ecs describe-task-definition").option("task-definition", name).option("query", query);
    Some(it.step("check the execution role, the images and the secrets of the task definition", command))
}

fn secret_versions(it: &Situation<'_>) -> Option<Step> {
    let changed = it.evidence.secrets.read().into_iter().flatten().max_by_key(|secret| secret.changed_at);
    let name = changed.map(|secret| secret.name.as_str()).or(it.service.secrets.first().map(String::as_str))?;
    let command = Aws::new("secretsmanager list-secret-version-ids").option("secret-id", name);
    Some(it.step("see when the secret changed and which version is current", command))
}

fn cache_state(it: &Situation<'_>) -> Option<Step> {
    let id = it.service.cache.as_deref()?;
    let command = Aws::new("elasticache describe-replication-groups").option("replication-group-id", id);
    Some(it.step("look at the cache and its nodes", command))
}

fn cache_events(it: &Situation<'_>) -> Option<Step> {
    let id = it.service.cache.as_deref()?;
    let command =
        Aws::new("elasticache describe-events --source-type replication-group").option("source-identifier", id);
    Some(it.step("read what ElastiCache says", command.flag("--duration 120")))
}

/// Only for an image in Amazon ECR: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG`.
fn image(it: &Situation<'_>) -> Option<Step> {
    let image = &it.definition()?.containers.first()?.image;
    let (registry, path) = image.split_once('/')?;
    let account = registry.split_once(".dkr.ecr.")?.0;
    let (repository, named) = match (path.split_once('@'), path.rsplit_once(':')) {
        (Some((repository, digest)), _) => (repository, format!("imageDigest={digest}")),
        (None, Some((repository, tag))) => (repository, format!("imageTag={tag}")),
        (None, None) => (path, "imageTag=latest".to_owned()),
    };
    let command = Aws::new("ecr describe-images").option("registry-id", account).option("repository-name", repository);
    Some(it.step("check that the image is there", command.options("image-ids", [named.as_str()])))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::diagnosis::diagnose;
    use crate::diagnosis::staged::{cache_away, healthy, stale};
    use crate::evidence::Reading;
    use crate::id::{AccountId, Region};

    /// The causes as the enricher's contract lists them.
    const CAUSES: &[&str] = &[
        "oom_killed",
        "crash_loop",
        "image_pull_failed",
        "secrets_unavailable",
        "health_check_failing",
        "bad_deployment",
        "placement_failed",
        "cpu_saturated_at_max_capacity",
        "cpu_saturated_scaling_blocked",
        "memory_leak",
        "redis_memory_full",
        "redis_cpu_saturated",
        "redis_unreachable",
        "traffic_surge",
        "app_errors_5xx",
        "client_errors_4xx",
        "slow_dependency",
        "health_check_misconfigured",
        "az_impaired",
        "stop_timeout_kill",
        "task_retirement",
        "spot_interruption",
        "scaled_to_zero",
        "stale_tasks",
        "ecs_is_repairing",
        "unknown",
    ];

    fn web() -> Service {
        let mut service = Service::new("web", "main");
        service.log_group = Some("/ecs/web".to_owned());
        service.cache = Some("web-redis".to_owned());
        service.target_group = Some("targetgroup/web/0123456789abcdef".to_owned());
        service
    }

    fn commands(evidence: &Evidence) -> Vec<String> {
        let place = Place::new(AccountId::from("123456789012"), Region::from("eu-west-1"));
        let steps = of(evidence, &diagnose(evidence), &web(), &place);
        steps.into_iter().filter_map(|step| step.command).map(|command| command.to_string()).collect()
    }

    #[test]
    fn every_cause_has_its_steps_and_no_other_name_has_any() {
        let known: Vec<&str> = BY_CAUSE.iter().map(|(cause, _)| *cause).collect();
        assert_eq!(known, CAUSES);
        assert_eq!(published(Cause::AppErrors5xx), "app_errors_5xx");
        assert_eq!(published(Cause::Unknown), "unknown");
    }

    #[test]
    fn the_cache_is_looked_at_first_when_it_is_away() {
        assert_eq!(
            commands(&cache_away()),
            [
                "aws elasticache describe-replication-groups --replication-group-id web-redis --region eu-west-1",
                "aws elasticache describe-events --source-type replication-group --source-identifier web-redis \
                 --duration 120 --region eu-west-1",
                "aws ecs execute-command --cluster main --task a1 --container web --interactive --command /bin/sh \
                 --region eu-west-1",
            ]
        );
    }

    #[test]
    fn for_stale_tasks_no_restart_is_offered_since_that_is_the_guardrails_to_weigh() {
        let commands = commands(&stale());
        assert!(
            !commands.is_empty() && commands.iter().all(|command| !command.contains("update-service")),
            "{commands:?}"
        );
    }

    #[test]
    fn what_could_not_be_read_can_be_read_by_hand() {
        let mut evidence = stale();
        evidence.targets = Reading::Unread { why: "timed out after 8 s".to_owned() };
        assert!(
            commands(&evidence).contains(
                &"aws elbv2 describe-target-health --target-group-arn \
              arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef --region eu-west-1"
                    .to_owned()
            )
        );
    }

    #[test]
    fn an_image_of_the_registry_is_looked_up_by_tag_or_digest() {
        let mut evidence = healthy();
        let place = Place::new(AccountId::from("123456789012"), Region::from("eu-west-1"));
        let service = web();
        for (named, wanted) in [
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.5", Some("--image-ids imageTag=1.5")),
            (
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web@sha256:0f",
                Some("--image-ids imageDigest=sha256:0f"),
            ),
            ("docker.io/library/nginx:1", None),
        ] {
            if let Reading::Read(definition) = &mut evidence.definition {
                definition.containers.first_mut().unwrap().image = named.to_owned();
            }
            let step = image(&Situation { evidence: &evidence, service: &service, place: &place });
            let command = step.and_then(|step| step.command).map(|command| command.to_string());
            assert_eq!(command.is_some(), wanted.is_some(), "{named}");
            assert!(command.unwrap_or_default().contains(wanted.unwrap_or_default()), "{named}");
        }
    }
}
