#![allow(clippy::unwrap_used)]

use aws_sdk_ecs::types::{KeyValuePair, Secret, TaskDefinition};
use paramedic_domain::evidence::{Deployment, Placement, Rollout, StoppedTask};
use paramedic_domain::id::{DeploymentId, TaskId};

use super::*;
use crate::staged::now;

fn deployment(id: &str, primary: bool, definition: &str, age: SignedDuration) -> Deployment {
    Deployment {
        id: DeploymentId::from(id),
        primary,
        rollout: Rollout::Completed,
        task_definition: definition.to_owned(),
        running: 2,
        desired: 2,
        failed_tasks: 0,
        reason: None,
        created_at: now() - age,
    }
}

fn state(deployments: Vec<Deployment>) -> Reading<ServiceState> {
    Reading::Read(ServiceState {
        status: "ACTIVE".to_owned(),
        desired: 2,
        running: 2,
        pending: 0,
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        deployments,
        service_deployment: None,
        events: Vec::new(),
        opted_in: false,
        ecs_controls_deployments: true,
        breaker: Default::default(),
        grace: SignedDuration::ZERO,
    })
}

fn replaced(by: &str, definition: &str, minutes_ago: i64) -> StoppedTask {
    StoppedTask {
        id: TaskId::from("t"),
        started_at: None,
        stopped_at: Some(now() - SignedDuration::from_mins(minutes_ago)),
        started_by: Some(DeploymentId::from(by)),
        placement: Placement { task_definition: definition.to_owned(), ..Placement::default() },
        code: String::new(),
        reason: String::new(),
        containers: Vec::new(),
    }
}

fn recorded(stopped: Vec<StoppedTask>) -> Reading<Record> {
    Reading::Read(Record { stopped, ..Record::default() })
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[test]
fn a_deployment_of_yesterday_may_be_the_cause_and_an_older_one_is_not_compared() {
    let aged = |hours| state(vec![deployment("ecs-svc/2", true, "web:8", HOUR * hours)]);
    assert!(is_recent(&aged(24), now()));
    assert!(!is_recent(&aged(25), now()));
    assert!(!is_recent(&Reading::Unread { why: "timed out".to_owned() }, now()));
}

#[test]
fn the_deployment_that_still_drains_ran_before() {
    let both = state(vec![
        deployment("ecs-svc/3", true, "web:9", HOUR),
        deployment("ecs-svc/1", false, "web:5", HOUR * 20),
        deployment("ecs-svc/2", false, "web:7", HOUR * 10),
    ]);
    assert_eq!(older_deployment(&both).as_deref(), Some("web:7"));
}

#[test]
fn what_the_recorder_saw_stop_ran_before() {
    let alone = state(vec![deployment("ecs-svc/3", true, "web:9", HOUR)]);
    assert_eq!(older_deployment(&alone), None);
    let record = recorded(vec![
        replaced("ecs-svc/1", "web:5", 200),
        replaced("ecs-svc/2", "web:7", 50),
        replaced("ecs-svc/3", "web:9", 1),
    ]);
    assert_eq!(before(&alone, &record).as_deref(), Some("web:7"));
}

#[test]
fn the_same_revision_deployed_again_is_compared_with_itself() {
    let again = state(vec![deployment("ecs-svc/3", true, "web:9", HOUR)]);
    assert_eq!(before(&again, &recorded(vec![replaced("ecs-svc/2", "web:9", 50)])).as_deref(), Some("web:9"));
}

#[test]
fn where_nothing_tells_what_ran_the_number_before_stands_in() {
    let unread = Reading::Unread { why: "timed out".to_owned() };
    let alone = |definition| state(vec![deployment("ecs-svc/3", true, definition, HOUR)]);
    assert_eq!(before(&alone("web:9"), &unread).as_deref(), Some("web:8"));
    assert_eq!(before(&alone("web:1"), &unread), None, "there was none before the first");
}

fn environment(name: &str, value: &str) -> KeyValuePair {
    KeyValuePair::builder().name(name).value(value).build()
}

fn described(environment: Vec<KeyValuePair>, command: &[&str]) -> Definition {
    let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web/token-a1B2c3:password::";
    let container = Container::builder()
        .name("web")
        .image("shop/web:1.4")
        .memory(512)
        .stop_timeout(60)
        .secrets(Secret::builder().name("TOKEN").value_from(secret).build().unwrap())
        .secrets(Secret::builder().name("LEVEL").value_from("/web/level").build().unwrap())
        .set_environment(Some(environment))
        .set_command(Some(command.iter().map(|word| (*word).to_owned()).collect()))
        .health_check(
            types::HealthCheck::builder().command("CMD-SHELL").command("curl localhost").interval(10).build().unwrap(),
        );
    let task = TaskDefinition::builder().family("web").revision(7).cpu("512").memory("1024");
    definition(&task.container_definitions(container.build()).build())
}

#[test]
fn a_definition_is_told_without_the_value_of_a_variable() {
    let told = described(vec![environment("PASSWORD", "hunter2")], &["serve"]);
    assert_eq!((told.name.as_str(), told.cpu, told.memory_mib), ("web:7", Some(512), Some(1024)));
    let container = &told.containers[0];
    assert!(container.essential, "as ECS assumes where nothing is said");
    assert_eq!(container.secrets["TOKEN"], "web/token");
    assert_eq!(container.secrets["LEVEL"], "/web/level");
    assert_eq!(container.stop_timeout, Some(SignedDuration::from_secs(60)));
    let check = container.health_check.as_ref().unwrap();
    assert_eq!(
        (check.command.as_str(), check.interval, check.retries),
        ("CMD-SHELL curl localhost", SignedDuration::from_secs(10), 3)
    );
    assert_eq!(container.environment["PASSWORD"].len(), 8);
    assert!(!format!("{told:?}").contains("hunter2"));
}

#[test]
fn another_value_or_command_is_told_as_a_difference() {
    let before = described(vec![environment("LEVEL", "info")], &["serve", "--fast"]);
    let now = described(vec![environment("LEVEL", "debug")], &["serve--fast"]);
    let told: Vec<String> = now.against(&before).iter().map(|difference| difference.to_string()).collect();
    assert_eq!(told, ["command of web differs", "variable of web: LEVEL differs"]);
}

#[test]
fn a_definition_is_named_by_family_and_revision() {
    assert_eq!(short("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7"), "web:7");
    assert_eq!(short("web:7"), "web:7");
}
