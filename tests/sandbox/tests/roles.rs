//! The roles as they are deployed, asked over HTTP with the keys that the functions have.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sandbox::iam::Grant;
use sandbox::stage::{Setting, Stage};
use serde_json::{Value, json};

const REMEDIATOR: &str = "function-paramedic-remediator";
/// What the remediator's role grants, as the scenarios need it.
const GRANTS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/roles/remediator.txt"));

/// What a call was answered with, and whether a role refused it.
#[derive(Debug)]
struct Answer {
    status: u16,
    text: String,
}

impl Answer {
    fn is_refused(&self) -> bool {
        self.text.contains("is not authorized to perform") && self.status >= 400
    }
}

/// A call of a JSON service, signed with a key. Nobody checks signatures here.
async fn call(stage: &Stage, key: &str, target: &str, body: &Value) -> Answer {
    let service = match target.split('.').next().unwrap() {
        "AmazonEC2ContainerServiceV20141113" => "ecs",
        "DynamoDB_20120810" => "dynamodb",
        other => other,
    };
    let scope = format!("{key}/20260101/{}/{service}/aws4_request", stage.names.region);
    let request = Request::post(stage.url())
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = to_bytes(Body::new(response.into_body()), 1 << 20).await.unwrap();
    Answer { status, text: String::from_utf8_lossy(&bytes).into_owned() }
}

async fn ecs(stage: &Stage, key: &str, operation: &str, body: Value) -> Answer {
    call(stage, key, &format!("AmazonEC2ContainerServiceV20141113.{operation}"), &body).await
}

/// How often somebody's call of an action arrived in the modelled cloud.
fn arrived(stage: &Stage, action: &str) -> usize {
    stage.overlay().cloud().journal().iter().filter(|call| call.action == action).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn functions_can_do_what_their_deployed_roles_allow_and_nothing_else() {
    let setting = Setting { seed: 77, ..Setting::default() };
    let stage = Stage::set(&setting, &mut |_step| {}).await.unwrap_or_else(|error| panic!("{error}"));
    let account = stage.names.account.clone();
    let view = stage.overlay().cloud().service_view(&stage.names.service).unwrap();
    let (cluster, service) = (view.cluster.as_str(), view.name.as_str());
    let running: Vec<&str> = view.tasks.iter().filter(|task| task.status == "RUNNING").map(|task| &*task.id).collect();
    let arn_of_task =
        |id: &str| view.arn.replace(&format!(":service/{cluster}/{service}"), &format!(":task/{cluster}/{id}"));
    let stop = |id: &str| json!({"cluster": cluster, "task": id});
    let redeploy = |service: &str| json!({"cluster": cluster, "service": service, "forceNewDeployment": true});
    let untag = |arn: &str| json!({"resourceArn": arn, "tagKeys": ["paramedic"]});

    // What was recorded of the scenarios is what is deployed.
    let role = stage.overlay().roles().role_of("paramedic-remediator").unwrap();
    let granted: BTreeSet<String> = Grant::all(&role.statements).iter().map(ToString::to_string).collect();
    assert_eq!(granted, GRANTS.lines().map(str::to_owned).collect());

    // A task without the tag.
    assert_eq!(ecs(&stage, &account, "UntagResource", untag(&arn_of_task(running[0]))).await.status, 200);
    let refused = ecs(&stage, REMEDIATOR, "StopTask", stop(running[0])).await;
    assert_eq!(refused.status, 400);
    let sentence = format!(
        "User: arn:aws:sts::{account}:assumed-role/{}/paramedic-remediator is not authorized to perform: ecs:StopTask on \
         resource: {} because no identity-based policy allows the ecs:StopTask action",
        role.name,
        arn_of_task(running[0])
    );
    let said: Value = serde_json::from_str(&refused.text).unwrap();
    assert_eq!((said["__type"].as_str(), said["message"].as_str()), (Some("AccessDeniedException"), Some(&*sentence)));
    assert_eq!(arrived(&stage, "ecs:StopTask"), 0, "the task was not touched");

    // Nobody but the remediator stops even one with the tag.
    for key in ["escalation-router", "alert-enricher", "slack-actions"] {
        let answer = ecs(&stage, &format!("function-paramedic-{key}"), "StopTask", stop(running[1])).await;
        assert!(answer.is_refused(), "{key}: {answer:?}");
    }
    assert_eq!(ecs(&stage, REMEDIATOR, "StopTask", stop(running[1])).await.status, 200);

    // A service that the stack was not given, a revision whose roles it was not given, a service without the tag.
    assert!(ecs(&stage, REMEDIATOR, "UpdateService", redeploy("another")).await.is_refused());
    let definition = json!({
        "family": "foreign", "taskRoleArn": format!("arn:aws:iam::{account}:role/admin"),
        "containerDefinitions": [{"name": "a", "image": "a"}],
    });
    assert_eq!(ecs(&stage, &account, "RegisterTaskDefinition", definition).await.status, 200);
    let to_foreign = json!({"cluster": cluster, "service": service, "taskDefinition": "foreign:1"});
    let answer = ecs(&stage, REMEDIATOR, "UpdateService", to_foreign).await;
    assert!(answer.is_refused() && answer.text.contains("iam:PassRole"), "{answer:?}");
    assert_eq!(ecs(&stage, &account, "UntagResource", untag(&view.arn)).await.status, 200);
    assert!(ecs(&stage, REMEDIATOR, "UpdateService", redeploy(service)).await.is_refused());
    assert_eq!(arrived(&stage, "ecs:UpdateService"), 0, "the service was not touched");

    // The switch is for people, and so is everything else.
    let tables = call(&stage, &account, "DynamoDB_20120810.ListTables", &json!({})).await;
    let tables: Value = serde_json::from_str(&tables.text).unwrap();
    let item = json!({"TableName": tables["TableNames"][0], "Item": {"pk": {"S": "switch"}, "sk": {"S": "remedies"}}});
    let answer = call(&stage, REMEDIATOR, "DynamoDB_20120810.PutItem", &item).await;
    assert!(answer.is_refused() && answer.text.contains("with an explicit deny"), "{answer:?}");
    let secret = json!({"SecretId": "paramedic/slack"});
    assert!(call(&stage, REMEDIATOR, "secretsmanager.GetSecretValue", &secret).await.is_refused());
    assert_eq!(stage.overlay().complaints(), Vec::<String>::new());

    // What is not known is not let through, and said.
    let answer = ecs(&stage, REMEDIATOR, "DeleteService", redeploy(service)).await;
    assert!(answer.status == 400 && answer.text.contains("cannot judge ecs:DeleteService"), "{answer:?}");
    assert_eq!(stage.overlay().complaints().len(), 1);
}
