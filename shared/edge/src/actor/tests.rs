#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use paramedic_domain::id::TaskId;
use paramedic_domain::ledger::Fate;
use serde_json::{Value, json};

use super::*;
use crate::staged;
use crate::stub::{Reply, Stub, impatient, patient};

fn deployments(ids: &[(&str, &str)]) -> Vec<Value> {
    ids.iter().map(|(status, id)| json!({ "id": id, "status": status })).collect()
}

fn redeployed() -> Reply {
    let deployments = deployments(&[("PRIMARY", "ecs-svc/2"), ("ACTIVE", "ecs-svc/1")]);
    Reply::json(200, &json!({ "service": { "serviceName": "web", "deployments": deployments } }))
}

/// Forces a redeploy against a stub, and says what came of it and how often ECS was asked.
async fn redeploy(reply: fn() -> Reply) -> (Result<Effect, ActError>, usize) {
    let stub = Stub::start(move |_, _| reply()).await;
    let actor = Actor::new(&patient(&stub.url));
    (actor.carry_out(&staged::plan()).await, stub.asked().len())
}

fn deployed(id: &str) -> Effect {
    Effect::Deployed(DeploymentId::from(id))
}

fn rollback() -> Plan {
    Plan { action: Action::RollBack { from: "web:7".to_owned(), to: "web:6".to_owned() }, ..staged::plan() }
}

fn replacement() -> Plan {
    Plan { action: Action::ReplaceTask { task: TaskId::from("b2") }, ..staged::plan() }
}

fn stopping() -> Plan {
    let service_deployment = Arn::from(STOPPABLE);
    Plan { action: Action::StopDeployment { from: "web:7".to_owned(), service_deployment }, ..staged::plan() }
}

const STOPPABLE: &str = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/main/web/abc";

fn raising() -> Plan {
    Plan { action: Action::RaiseMaximum { from: 6, to: 9 }, ..staged::plan() }
}

fn adding() -> Plan {
    Plan { action: Action::AddTasks { from: 3, to: 5 }, ..staged::plan() }
}

/// Carries out a plan against this answer: what came of it, and what was asked.
async fn carried_out(plan: &Plan, answer: Value) -> (Result<Effect, ActError>, Vec<String>, Value) {
    let stub = Stub::start(move |_, _| Reply::json(200, &answer)).await;
    let result = Actor::new(&patient(&stub.url)).carry_out(plan).await;
    (result, stub.operations(), stub.asked()[0].json())
}

#[tokio::test]
async fn a_failing_deployment_is_stopped_with_a_rollback_and_by_its_own_name() {
    let (done, asked, body) = carried_out(&stopping(), json!({ "serviceDeploymentArn": STOPPABLE })).await;
    assert_eq!(done, Ok(Effect::DeploymentStopped(DeploymentId::from("ecs-svc/1"))));
    assert_eq!(asked, ["StopServiceDeployment"]);
    assert_eq!(body, json!({ "serviceDeploymentArn": STOPPABLE, "stopType": "ROLLBACK" }));
}

#[tokio::test]
async fn only_the_maximum_of_scaling_is_raised_and_set_back() {
    let scaled = json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/main/web",
        "ScalableDimension": "ecs:service:DesiredCount", "MaxCapacity": 9,
    });
    let (done, asked, body) = carried_out(&raising(), json!({ "ScalableTargetARN": "arn" })).await;
    assert_eq!(done, Ok(Effect::Raised { from: 6, to: 9 }));
    assert_eq!((asked, body), (vec!["RegisterScalableTarget".to_owned()], scaled));

    let stub = Stub::start(|_, _| Reply::json(200, &json!({}))).await;
    Actor::new(&patient(&stub.url)).set_back(&staged::raised()).await.unwrap();
    assert_eq!(stub.asked()[0].json()["MaxCapacity"], 6);
}

#[tokio::test]
async fn tasks_are_added_by_the_desired_count_alone() {
    let (done, asked, body) = carried_out(&adding(), json!({ "service": { "desiredCount": 5 } })).await;
    assert_eq!(done, Ok(Effect::Grown { to: 5 }));
    assert_eq!(asked, ["UpdateService"]);
    assert_eq!(body, json!({ "cluster": "main", "service": "web", "desiredCount": 5 }));
    let (done, ..) = carried_out(&adding(), json!({ "service": { "desiredCount": 3 } })).await;
    assert!(matches!(done, Err(ActError::Ambiguous { .. })), "{done:?}");
}

#[tokio::test]
async fn a_redeploy_forces_a_new_deployment_and_changes_nothing_else() {
    let stub = Stub::start(|_, _| redeployed()).await;
    let made = Actor::new(&patient(&stub.url)).carry_out(&staged::plan()).await.unwrap();
    assert_eq!(made, deployed("ecs-svc/2"));
    assert_eq!(stub.operations(), ["UpdateService"]);
    assert_eq!(stub.asked()[0].json(), json!({ "cluster": "main", "service": "web", "forceNewDeployment": true }));
}

#[tokio::test]
async fn a_refusal_of_ecs_means_that_nothing_was_done() {
    let refusals: [fn() -> Reply; 3] = [
        || Reply::refusal(400, "AccessDeniedException", "not authorized to perform: ecs:UpdateService"),
        || Reply::refusal(400, "ThrottlingException", "Rate exceeded"),
        || Reply::refusal(429, "TooManyRequestsException", "later"),
    ];
    for refusal in refusals {
        let (result, calls) = redeploy(refusal).await;
        assert!(matches!(result, Err(ActError::NotDone { .. })), "{result:?}");
        assert_eq!(calls, 1);
    }
}

#[tokio::test]
async fn what_may_have_happened_is_ambiguous_and_never_tried_again() {
    let answers: [fn() -> Reply; 5] = [
        || Reply::refusal(500, "ServerException", "oops"),
        || Reply::Says(503, vec![], b"<html>".to_vec()),
        || Reply::HangsUp,
        || Reply::json(200, &json!({ "service": { "deployments": [{ "id": "ecs-svc/1", "status": "PRIMARY" }] } })),
        || Reply::Says(200, vec![], b"not json".to_vec()),
    ];
    for answer in answers {
        let (result, calls) = redeploy(answer).await;
        assert!(matches!(result, Err(ActError::Ambiguous { .. })), "{result:?}");
        assert_eq!(calls, 1);
    }
}

#[tokio::test]
async fn no_answer_is_ambiguous_and_never_asked_for_again() {
    let stub = Stub::start(|_, _| Reply::Silence).await;
    let actor = Actor::with_write_timeout(&impatient(&stub.url), Duration::from_millis(200));
    let result = actor.carry_out(&staged::plan()).await;
    assert_eq!(result, Err(ActError::Ambiguous { why: "timed out".to_owned() }));
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn what_was_never_sent_was_not_done() {
    let actor = Actor::new(&patient(&Stub::nobody().await));
    let result = actor.carry_out(&staged::plan()).await;
    assert!(matches!(&result, Err(ActError::NotDone { why }) if why.contains("could not connect")), "{result:?}");
}

#[tokio::test]
async fn going_back_names_the_revision_and_changes_nothing_else() {
    let stub = Stub::start(|_, _| redeployed()).await;
    let made = Actor::new(&patient(&stub.url)).carry_out(&rollback()).await;
    assert_eq!(made, Ok(deployed("ecs-svc/2")));
    assert_eq!(stub.operations(), ["UpdateService"]);
    assert_eq!(stub.asked()[0].json(), json!({ "cluster": "main", "service": "web", "taskDefinition": "web:6" }));
}

#[tokio::test]
async fn one_task_is_stopped_by_its_id_and_says_by_whom() {
    let stub = Stub::start(|_, _| Reply::json(200, &json!({ "task": { "desiredStatus": "STOPPED" } }))).await;
    let done = Actor::new(&patient(&stub.url)).carry_out(&replacement()).await;
    assert_eq!(done, Ok(Effect::Stopped(TaskId::from("b2"))));
    assert_eq!(stub.operations(), ["StopTask"]);
    assert_eq!(stub.asked()[0].json(), json!({ "cluster": "main", "task": "b2", "reason": "Replaced by Paramedic" }));
}

#[tokio::test]
async fn no_answer_to_any_call_is_asked_for_again() {
    for plan in [staged::plan(), rollback(), replacement(), stopping(), raising(), adding()] {
        let oops: fn() -> Reply = || Reply::refusal(500, "ServerException", "oops");
        let empty: fn() -> Reply = || Reply::json(200, &json!({}));
        // An empty answer is all that RegisterScalableTarget has to say.
        let raises = matches!(plan.action, Action::RaiseMaximum { .. });
        for reply in if raises { vec![oops] } else { vec![oops, empty] } {
            let stub = Stub::start(move |_, _| reply()).await;
            let result = Actor::new(&patient(&stub.url)).carry_out(&plan).await;
            assert!(matches!(result, Err(ActError::Ambiguous { .. })), "{result:?}");
            assert_eq!(stub.asked().len(), 1);
        }
    }
}

/// What stands of a service that is being scaled out or rolled out, as each call tells it.
async fn standing(plan: &Plan, service: Value, maximum: u32) -> Target {
    standing_so(plan, service, maximum, "IN_PROGRESS").await
}

/// The same, with how the deployment stands that might be stopped.
async fn standing_so(plan: &Plan, service: Value, maximum: u32, status: &'static str) -> Target {
    let stub = Stub::start(move |asked, _| match asked.operation().as_str() {
        "DescribeScalableTargets" => {
            let target = json!({
                "ServiceNamespace": "ecs", "ResourceId": "service/main/web", "CreationTime": 0, "MinCapacity": 1,
                "ScalableDimension": "ecs:service:DesiredCount", "MaxCapacity": maximum, "RoleARN": "arn",
            });
            Reply::json(200, &json!({ "ScalableTargets": [target] }))
        }
        "DescribeServiceDeployments" => {
            assert_eq!(asked.json()["serviceDeploymentArns"], json!([STOPPABLE]));
            Reply::json(
                200,
                &json!({ "serviceDeployments": [{ "serviceDeploymentArn": STOPPABLE, "status": status }] }),
            )
        }
        _ => Reply::json(200, &json!({ "services": [service] })),
    })
    .await;
    Actor::new(&patient(&stub.url)).look(plan).await.unwrap()
}

fn service(id: &str, revision: &str, state: &str, desired: u32) -> Value {
    let primary = json!({ "id": id, "status": "PRIMARY", "taskDefinition": revision, "rolloutState": state });
    json!({ "deployments": [primary], "desiredCount": desired, "currentServiceDeployment": STOPPABLE })
}

#[tokio::test]
async fn bounds_and_deployments_are_looked_at_before_and_after_acting_on_them() {
    let as_planned = |state| service("ecs-svc/1", "web:7", state, 3);
    let seen = |plan: Plan, service: Value, maximum: u32| async move {
        let present = standing(&plan, service, maximum).await;
        (present.differs_from(&plan), present.shows(&plan))
    };
    assert_eq!(seen(raising(), as_planned("COMPLETED"), 6).await, (None, None));
    let (differs, shows) = seen(raising(), as_planned("COMPLETED"), 9).await;
    assert_eq!(differs.as_deref(), Some("the maximum of scaling is 9 by now and not 6"));
    assert_eq!(shows, Some(Effect::Raised { from: 6, to: 9 }));

    assert_eq!(seen(adding(), as_planned("COMPLETED"), 6).await, (None, None));
    let (differs, shows) = seen(adding(), service("ecs-svc/1", "web:7", "COMPLETED", 5), 6).await;
    assert_eq!(differs.as_deref(), Some("5 tasks are wanted by now and not 3"));
    assert_eq!(shows, Some(Effect::Grown { to: 5 }));
}

#[tokio::test]
async fn how_a_deployment_stands_tells_whether_it_can_be_stopped_and_whether_it_was() {
    let stopped = Effect::DeploymentStopped(DeploymentId::from("ecs-svc/1"));
    let cases = [
        ("PENDING", true, Fate::NotMade),
        ("IN_PROGRESS", true, Fate::NotMade),
        ("SUCCESSFUL", false, Fate::NotMade),
        ("ROLLBACK_REQUESTED", false, Fate::Made(stopped.clone())),
        ("ROLLBACK_IN_PROGRESS", false, Fate::Made(stopped.clone())),
        ("ROLLBACK_SUCCESSFUL", false, Fate::Made(stopped.clone())),
        ("ROLLBACK_FAILED", false, Fate::Made(stopped)),
        ("STOPPED", false, Fate::Unknown("the deployment that would be stopped has ended".to_owned())),
    ];
    for (status, can_be, fate) in cases {
        let service = service("ecs-svc/1", "web:7", "IN_PROGRESS", 3);
        let present = standing_so(&stopping(), service, 6, status).await;
        assert_eq!(present.differs_from(&stopping()).is_none(), can_be, "{status}");
        assert_eq!(present.fate(&stopping()), fate, "{status}");
    }
}

#[tokio::test]
async fn a_deployment_of_which_ecs_says_nothing_is_not_known_to_stand_in_any_way() {
    for answer in [json!({ "serviceDeployments": [] }), json!({ "serviceDeployments": [{ "status": "PAUSED" }] })] {
        let stub = Stub::start(move |asked, _| match asked.operation().as_str() {
            "DescribeServiceDeployments" => Reply::json(200, &answer),
            _ => Reply::json(200, &json!({ "services": [service("ecs-svc/1", "web:7", "IN_PROGRESS", 3)] })),
        })
        .await;
        let error = Actor::new(&patient(&stub.url)).look(&stopping()).await.unwrap_err();
        assert!(error.why.contains("does not say how"), "{error}");
    }
}

/// ECS with this primary deployment of that revision, and these answers about the task.
async fn looked(
    plan: &Plan,
    deployment: &'static str,
    revision: &'static str,
    task: Value,
) -> Result<Target, ReadError> {
    let stub = Stub::start(move |asked, _| match asked.operation().as_str() {
        "DescribeTasks" => Reply::json(200, &task),
        _ => {
            let arn = format!("arn:aws:ecs:eu-west-1:123456789012:task-definition/{revision}");
            let primary = json!({ "id": deployment, "status": "PRIMARY", "taskDefinition": arn });
            let older = json!({ "id": "ecs-svc/0", "status": "ACTIVE", "taskDefinition": arn });
            Reply::json(200, &json!({ "services": [{ "deployments": [older, primary] }] }))
        }
    })
    .await;
    Actor::new(&patient(&stub.url)).look(plan).await
}

fn task(desired: &str) -> Value {
    json!({ "tasks": [{ "desiredStatus": desired }], "failures": [] })
}

#[tokio::test]
async fn what_is_no_longer_as_the_plan_has_it_is_seen_before_acting() {
    let gone = json!({ "tasks": [], "failures": [{ "reason": "MISSING" }] });
    let cases = [
        (staged::plan(), "ecs-svc/1", json!({}), None),
        (
            staged::plan(),
            "ecs-svc/9",
            json!({}),
            Some("deployment ecs-svc/9 took the place of the one that was judged"),
        ),
        (replacement(), "ecs-svc/1", task("RUNNING"), None),
        (replacement(), "ecs-svc/1", task("STOPPED"), Some("task b2 is stopping already")),
        (replacement(), "ecs-svc/1", gone, Some("task b2 is stopping already")),
        (
            replacement(),
            "ecs-svc/9",
            task("RUNNING"),
            Some("deployment ecs-svc/9 took the place of the one that was judged"),
        ),
    ];
    for (plan, deployment, task, expected) in cases {
        let present = looked(&plan, deployment, "web:7", task).await.unwrap();
        assert_eq!(present.differs_from(&plan).as_deref(), expected);
    }
}

#[tokio::test]
async fn what_a_lost_call_did_shows_in_the_deployment_it_made_or_in_the_task_it_stopped() {
    let cases = [
        (staged::plan(), "ecs-svc/1", "web:7", json!({}), None),
        (staged::plan(), "ecs-svc/2", "web:7", json!({}), Some(deployed("ecs-svc/2"))),
        // Somebody else's.
        (staged::plan(), "ecs-svc/2", "web:8", json!({}), None),
        (rollback(), "ecs-svc/2", "web:6", json!({}), Some(deployed("ecs-svc/2"))),
        (rollback(), "ecs-svc/2", "web:7", json!({}), None),
        (replacement(), "ecs-svc/1", "web:7", task("RUNNING"), None),
        (replacement(), "ecs-svc/1", "web:7", task("STOPPED"), Some(Effect::Stopped(TaskId::from("b2")))),
    ];
    for (plan, deployment, revision, task, expected) in cases {
        let present = looked(&plan, deployment, revision, task).await.unwrap();
        assert_eq!(present.shows(&plan), expected, "{plan:?} {deployment} {revision}");
    }
}

#[tokio::test]
async fn an_empty_answer_about_the_task_is_not_that_it_is_gone() {
    let error = looked(&replacement(), "ecs-svc/1", "web:7", json!({ "tasks": [], "failures": [] })).await.unwrap_err();
    assert!(error.why.contains("ECS answered without task b2"), "{error}");
}

#[tokio::test]
async fn a_service_that_ecs_does_not_know_has_no_primary_deployment() {
    let stub =
        Stub::start(|_, _| Reply::json(200, &json!({ "services": [], "failures": [{ "reason": "MISSING" }] }))).await;
    let error = Actor::new(&patient(&stub.url)).look(&staged::plan()).await.unwrap_err();
    assert!(error.why.contains("ECS knows no deployment of service web"), "{error}");
}
