//! An explanation always comes, even if it is only what could not be read.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use runtime::{Function, Request, Response, World};
use serde_json::{Value, json};

const ENRICHER: &str = env!("CARGO_BIN_EXE_alert-enricher");
const CONFIG: &str = "version = 1\n[timing]\nevidence_deadline = \"1s\"\n[[service]]\nname = \"web\"\ncluster = \"main\"\n\
                      target_group = \"targetgroup/web/0af\"\ncache = \"web-redis\"\nlog_group = \"/ecs/web\"\n";

fn opened(service: &str) -> Value {
    json!({ "event": "opened", "incident_id": "inc-1", "service": service, "severity": "P0",
            "account": "123456789012", "region": "eu-west-1" })
}

fn queued(bodies: &[String]) -> Value {
    let record =
        |(i, body): (usize, &String)| json!({ "messageId": format!("m-{i}"), "eventSource": "aws:sqs", "body": body });
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

async fn world(reads: Response) -> World {
    World::start(move |request: &Request| match request.service.as_str() {
        "sns" => {
            Response::ok("<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")
        }
        _ => reads.clone(),
    })
    .await
}

#[tokio::test]
async fn when_every_read_is_refused_the_explanation_says_so_and_names_each() {
    let denied = Response::status(400, r#"{"__type":"AccessDeniedException","message":"no"}"#);
    let world = world(denied).await;
    let mut enricher = Function::start(ENRICHER, CONFIG, &world).await;
    let answer = enricher.invoke(queued(&[opened("web").to_string()])).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let published = world.requests_to("sns");
    assert_eq!(published.len(), 1);
    assert!(
        published[0].body.contains("diagnosed") && published[0].body.contains("AccessDenied"),
        "{}",
        published[0].body
    );
}

#[tokio::test]
async fn a_service_that_is_not_configured_and_not_named_is_read_nowhere_and_explained_as_such() {
    let world = world(Response::ok("{}")).await;
    let mut enricher = Function::start(ENRICHER, CONFIG, &world).await;
    enricher.invoke(opened("other")).await.unwrap();
    let requests = world.requests();
    assert_eq!(requests.len(), 1, "nothing but the bulletin: {requests:?}");
    assert!(
        requests[0].body.contains("not+in+paramedic.toml") || requests[0].body.contains("not%20in%20paramedic.toml")
    );
}

#[tokio::test]
async fn a_service_that_is_not_configured_is_read_as_far_as_its_alarm_names_it() {
    let world = world(Response::ok("{}")).await;
    let mut enricher = Function::start(ENRICHER, CONFIG, &world).await;
    let mut opened = opened("billing-cpu");
    let dimensions = json!({ "ClusterName": "main", "ServiceName": "billing" });
    opened["ringing"] = json!([{ "name": "billing-cpu", "service": "billing-cpu", "metric": "CPUUtilization",
                                 "since": "2026-03-01T03:00:00Z", "dimensions": dimensions }]);
    enricher.invoke(opened).await.unwrap();
    let asked = world.requests_to("ecs");
    assert!(asked.iter().any(|request| request.body.contains("billing") && request.body.contains("main")), "{asked:?}");
    let told = &world.requests_to("sns")[0].body;
    assert!(told.contains("not+in+paramedic.toml") || told.contains("not%20in%20paramedic.toml"), "{told}");
    assert!(told.contains("links"), "there is a picture: {told}");
}

#[tokio::test]
async fn an_incident_that_comes_twice_in_a_batch_is_explained_once() {
    let world = world(Response::ok("{}")).await;
    let mut enricher = Function::start(ENRICHER, CONFIG, &world).await;
    enricher.invoke(queued(&[opened("web").to_string(), opened("web").to_string()])).await.unwrap();
    assert_eq!(world.requests_to("sns").len(), 1);
}

#[tokio::test]
async fn what_is_no_question_goes_to_the_dead_letters_and_its_siblings_are_answered() {
    let world = world(Response::ok("{}")).await;
    let mut enricher = Function::start(ENRICHER, CONFIG, &world).await;
    let answer = enricher.invoke(queued(&["not json".to_owned(), opened("web").to_string()])).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m-0" }] }));
    assert_eq!(world.requests_to("sns").len(), 1);
}
