//! Paging waits for nothing: neither for the table, nor for a secret, nor for Slack.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use runtime::{Function, Request, Response, World};
use serde_json::{Value, json};

const ROUTER: &str = env!("CARGO_BIN_EXE_escalation-router");

fn config(channels: &str) -> String {
    format!("version = 1\n{channels}\n[[service]]\nname = \"web\"\ncluster = \"main\"\n")
}

async fn world(answer: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) -> World {
    World::start(move |request| answer(request).unwrap_or_else(|| well(request))).await
}

/// How everything answers when it is well.
fn well(request: &Request) -> Response {
    match (request.service.as_str(), request.call.as_str()) {
        ("sns", _) => {
            Response::ok("<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")
        }
        ("secretsmanager", _) => {
            Response::ok(json!({ "SecretString": r#"{"bot_token":"xoxb-1","routing_key":"R1"}"# }).to_string())
        }
        ("dynamodb", "Query") => Response::ok(json!({ "Items": [], "Count": 0 }).to_string()),
        (_, "/chat.postMessage" | "/chat.update") => {
            Response::ok(json!({ "ok": true, "channel": "C1", "ts": "1.0" }).to_string())
        }
        (_, "/v2/enqueue") => Response::status(202, r#"{"status":"success"}"#),
        _ => Response::ok("{}"),
    }
}

fn alarm(name: &str) -> String {
    json!({
        "AlarmName": name,
        "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"),
        "AWSAccountId": "123456789012",
        "NewStateValue": "ALARM", "OldStateValue": "OK",
        "NewStateReason": "Threshold Crossed: 1 out of the last 1 datapoints was greater than the threshold (5.0).",
        "StateChangeTime": "2026-03-01T03:00:00.000+0000", "Region": "EU (Ireland)",
    })
    .to_string()
}

fn batch(bodies: &[&str]) -> Value {
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(i, body)| {
            json!({ "messageId": format!("m-{i}"), "eventSource": "aws:sqs", "body": body,
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:router" })
        })
        .collect();
    json!({ "Records": records })
}

fn to_topic<'a>(requests: &'a [Request], topic: &str) -> Vec<&'a Request> {
    let arn = format!("TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A123456789012%3A{topic}");
    requests.iter().filter(|request| request.service == "sns" && request.body.contains(&arn)).collect()
}

fn channels(world: &World) -> String {
    let url = world.address();
    format!(
        "[slack]\nsecret = \"s\"\nchannel = \"#ops\"\napi_url = \"{url}\"\n\
         [pagerduty]\nsecret = \"p\"\nevents_url = \"{url}\"\n"
    )
}

#[tokio::test]
async fn a_p0_is_told_everywhere_while_the_table_is_down_and_comes_again_from_the_queue() {
    let down = |request: &Request| {
        (request.service == "dynamodb")
            .then(|| Response::status(500, r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}"#))
    };
    let world = world(down).await;
    let mut router = Function::start(ROUTER, &config(&channels(&world)), &world).await;
    let answer = router.invoke(batch(&[&alarm("web-P0-alb-5xx")])).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m-0" }] }), "it is recorded later");
    let pages = world.requests_to("/v2/enqueue");
    assert_eq!(pages.len(), 1);
    assert!(pages[0].body.contains("paramedic/123456789012/eu-west-1/web/P0"), "{}", pages[0].body);
    assert_eq!(to_topic(&world.requests(), "pages").len(), 1);
    assert_eq!(world.requests_to("/chat.postMessage").len(), 1);

    router.invoke(batch(&[&alarm("web-P0-alb-5xx")])).await.unwrap();
    assert_eq!(world.requests_to("/v2/enqueue").len(), 1, "the redelivery does not page again at once");
}

#[tokio::test]
async fn a_p0_reaches_people_without_a_secret_and_the_secret_becomes_an_incident_of_its_own() {
    let unreadable = |request: &Request| {
        (request.service == "secretsmanager")
            .then(|| Response::status(400, r#"{"__type":"AccessDeniedException","message":"not authorized"}"#))
    };
    let world = world(unreadable).await;
    let mut router = Function::start(ROUTER, &config(&channels(&world)), &world).await;
    router.invoke(batch(&[&alarm("web-P0-alb-5xx")])).await.unwrap();
    assert!(world.requests_to("/v2/enqueue").is_empty() && world.requests_to("/chat.postMessage").is_empty());
    let requests = world.requests();
    let pages = to_topic(&requests, "pages");
    assert!(pages.iter().any(|page| page.body.contains("web-P0-alb-5xx")), "the alarm is paged");
    assert!(
        pages.iter().any(|page| page.body.contains("cannot+be+read") || page.body.contains("cannot%20be%20read")),
        "and the trouble itself"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_slack_delays_no_page() {
    let paged = std::sync::Arc::new(AtomicBool::new(false));
    let seen = std::sync::Arc::clone(&paged);
    // Slack's answers come only after the page: if the page waited for Slack, this would never end.
    let world = world(move |request| {
        if request.call == "/v2/enqueue" {
            seen.store(true, Ordering::SeqCst);
        }
        if request.call == "/chat.postMessage" {
            let began = Instant::now();
            while !seen.load(Ordering::SeqCst) && began.elapsed() < Duration::from_secs(5) {
                std::thread::yield_now();
            }
        }
        None
    })
    .await;
    let mut router = Function::start(ROUTER, &config(&channels(&world)), &world).await;
    router.invoke(batch(&[&alarm("web-P0-alb-5xx")])).await.unwrap();
    let order: Vec<String> =
        world.requests().into_iter().map(|request| request.call).filter(|call| call.starts_with('/')).collect();
    let position = |call: &str| order.iter().position(|made| made == call);
    assert!(position("/v2/enqueue") < position("/chat.postMessage"), "{order:?}");
}

#[tokio::test]
async fn what_slack_does_not_take_is_not_recorded_as_told() {
    let refuses = |request: &Request| {
        (request.call == "/chat.postMessage").then(|| Response::ok(r#"{"ok":false,"error":"channel_not_found"}"#))
    };
    let world = world(refuses).await;
    let mut router = Function::start(ROUTER, &config(&channels(&world)), &world).await;
    router.invoke(batch(&[&alarm("web-P1-latency")])).await.unwrap();
    let writes: Vec<Request> =
        world.requests_to("dynamodb").into_iter().filter(|request| request.call == "PutItem").collect();
    let written = writes.last().unwrap().body.clone();
    assert!(written.contains("channel_not_found") && written.contains("owed"), "{written}");
}

#[tokio::test]
async fn one_bad_record_is_quarantined_with_a_notice_and_its_siblings_are_served() {
    let world = world(|_| None).await;
    let mut router = Function::start(ROUTER, &config(&channels(&world)), &world).await;
    let nested = "[".repeat(100_000);
    let answer = router.invoke(batch(&["not json", &nested, &alarm("web-P0-alb-5xx")])).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(world.requests_to("/v2/enqueue").len(), 1, "the sibling pages");
    let requests = world.requests();
    assert_eq!(to_topic(&requests, "mail").len(), 1, "one notice for both");
    assert!(requests.iter().any(|request| request.service == "dynamodb" && request.body.contains("quarantine#")));
}
