#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

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
async fn redeploy(reply: fn() -> Reply) -> (Result<DeploymentId, ActError>, usize) {
    let stub = Stub::start(move |_, _| reply()).await;
    let actor = Actor::new(&patient(&stub.url));
    (actor.force_redeploy(&staged::plan()).await, stub.asked().len())
}

#[tokio::test]
async fn a_redeploy_forces_a_new_deployment_and_changes_nothing_else() {
    let stub = Stub::start(|_, _| redeployed()).await;
    let made = Actor::new(&patient(&stub.url)).force_redeploy(&staged::plan()).await.unwrap();
    assert_eq!(made, DeploymentId::from("ecs-svc/2"));
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
    let result = actor.force_redeploy(&staged::plan()).await;
    assert_eq!(result, Err(ActError::Ambiguous { why: "timed out".to_owned() }));
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn what_was_never_sent_was_not_done() {
    let actor = Actor::new(&patient(&Stub::nobody().await));
    let result = actor.force_redeploy(&staged::plan()).await;
    assert!(matches!(&result, Err(ActError::NotDone { why }) if why.contains("could not connect")), "{result:?}");
}

#[tokio::test]
async fn a_plan_of_another_kind_is_not_carried_out_as_a_redeploy() {
    let stub = Stub::start(|_, _| redeployed()).await;
    let plan = Plan { remedy: RemedyKind::ScaleOut, ..staged::plan() };
    let result = Actor::new(&patient(&stub.url)).force_redeploy(&plan).await;
    assert!(matches!(result, Err(ActError::NotDone { .. })));
    assert!(stub.asked().is_empty());
}

#[tokio::test]
async fn the_primary_deployment_is_read_anew() {
    let stub = Stub::start(|_, _| {
        let deployments = deployments(&[("ACTIVE", "ecs-svc/1"), ("PRIMARY", "ecs-svc/9")]);
        Reply::json(200, &json!({ "services": [{ "deployments": deployments }] }))
    })
    .await;
    let primary = Actor::new(&patient(&stub.url)).primary_deployment(&staged::plan()).await;
    assert_eq!(primary, Ok(DeploymentId::from("ecs-svc/9")));
}

#[tokio::test]
async fn a_service_that_ecs_does_not_know_has_no_primary_deployment() {
    let stub =
        Stub::start(|_, _| Reply::json(200, &json!({ "services": [], "failures": [{ "reason": "MISSING" }] }))).await;
    let error = Actor::new(&patient(&stub.url)).primary_deployment(&staged::plan()).await.unwrap_err();
    assert!(error.why.contains("ECS knows no deployment of service web"), "{error}");
}
