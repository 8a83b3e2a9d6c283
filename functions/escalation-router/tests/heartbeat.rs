//! The heartbeat goes out with the tick, and is no incident when it comes back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use jiff::{SignedDuration, Timestamp};
use runtime::{Function, Request, Response, World};
use serde_json::{Value, json};

const ROUTER: &str = env!("CARGO_BIN_EXE_escalation-router");

/// Everything is well; the secret names this very world as the address outside.
async fn world() -> World {
    World::start(|request: &Request| match (request.service.as_str(), request.call.as_str()) {
        ("sns", _) => {
            Response::ok("<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")
        }
        ("dynamodb", "Query") => Response::ok(json!({ "Items": [], "Count": 0 }).to_string()),
        _ => Response::ok("{}"),
    })
    .await
}

fn config() -> String {
    "version = 1\n[heartbeat]\nevery = \"5m\"\n[[service]]\nname = \"web\"\ncluster = \"main\"\n".to_owned()
}

/// The heartbeat as CloudWatch carries it; it was sent moments ago.
fn beat(account: &str, seconds_ago: i64) -> Value {
    let sent = Timestamp::now() - SignedDuration::from_secs(seconds_ago);
    let body = json!({
        "AlarmName": "paramedic-heartbeat",
        "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:{account}:alarm:paramedic-heartbeat"),
        "AWSAccountId": account,
        "NewStateValue": "ALARM", "OldStateValue": "OK",
        "NewStateReason": format!("Paramedic's heartbeat of {sent}"),
        "StateChangeTime": "2026-03-01T03:00:00.000+0000", "Region": "EU (Ireland)",
    });
    json!({ "Records": [{ "messageId": "m-1", "eventSource": "aws:sqs", "body": body.to_string(),
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:router" }] })
}

fn calls(world: &World, operation: &str) -> usize {
    world.requests().iter().filter(|request| request.call.ends_with(operation)).count()
}

#[tokio::test]
async fn a_beat_that_comes_back_is_counted_and_opens_nothing() {
    let world = world().await;
    let mut router = Function::start(ROUTER, &config(), &world).await;
    let answer = router.invoke(beat("123456789012", 2)).await.unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert_eq!(calls(&world, "PutMetricData"), 1);
    assert!(world.requests_to("sns").is_empty(), "nobody is told");
    let written: Vec<Value> = world
        .requests_to("dynamodb")
        .iter()
        .filter(|request| request.call == "PutItem")
        .map(|request| serde_json::from_str::<Value>(&request.body).unwrap()["Item"]["pk"]["S"].clone())
        .collect();
    assert_eq!(written, [json!("proof")], "it is kept for the doctor, and is no incident");
}

#[tokio::test]
async fn a_beat_that_lay_in_a_dead_letter_queue_proves_nothing() {
    let world = world().await;
    let mut router = Function::start(ROUTER, &config(), &world).await;
    router.invoke(beat("123456789012", 3600)).await.unwrap();
    assert_eq!(calls(&world, "PutMetricData"), 0);
    assert!(world.requests_to("sns").is_empty(), "nor is it an incident");
}

#[tokio::test]
async fn an_alarm_of_that_name_in_another_account_is_told_to_people() {
    let world = world().await;
    let mut router = Function::start(ROUTER, &config(), &world).await;
    router.invoke(beat("210987654321", 2)).await.unwrap();
    assert_eq!(calls(&world, "PutMetricData"), 0);
    assert!(!world.requests_to("sns").is_empty());
}

#[tokio::test]
async fn the_tick_sends_a_beat() {
    let world = world().await;
    let mut router = Function::start(ROUTER, &config(), &world).await;
    let tick = json!({ "source": "aws.events", "detail-type": "Scheduled Event" });
    // Whatever else the tick finds in this small world is not the matter here.
    let _ticked = router.invoke(tick).await;
    assert!(calls(&world, "SetAlarmState") >= 1);
}
