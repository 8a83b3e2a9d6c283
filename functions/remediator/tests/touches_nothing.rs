//! When in doubt nothing is touched, and that is said.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use runtime::{Function, Request, Response, World};
use serde_json::{Value, json};

const REMEDIATOR: &str = env!("CARGO_BIN_EXE_remediator");
const CONFIG: &str = "version = 1\n[timing]\nevidence_deadline = \"1s\"\n[[service]]\nname = \"web\"\ncluster = \"main\"\n\
                      default_mode = \"auto\"\n";

fn diagnosed() -> Value {
    json!({ "event": "diagnosed", "incident_id": "inc-1", "service": "web", "severity": "P0",
            "account": "123456789012", "region": "eu-west-1", "gathered_at": "2026-03-01T03:00:00Z",
            "diagnosis": { "findings": [{ "cause": "stale_tasks", "confidence": "high", "facts": ["3 of 3"] }], "unread": [] } })
}

async fn world(answer: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) -> World {
    World::start(move |request| {
        answer(request).unwrap_or_else(|| match request.service.as_str() {
            "sns" => Response::ok(
                "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
            ),
            "dynamodb" if request.call == "Query" => Response::ok(json!({ "Items": [], "Count": 0 }).to_string()),
            _ => Response::ok("{}"),
        })
    })
    .await
}

fn writes(world: &World) -> Vec<String> {
    let requests = world.requests_to("ecs").into_iter().map(|request| request.call);
    requests.filter(|call| !call.starts_with("Describe") && !call.starts_with("List")).collect()
}

#[tokio::test]
async fn a_service_that_ecs_does_not_return_is_never_acted_on() {
    let world =
        world(|request| (request.call == "DescribeServices").then(|| Response::ok(r#"{"services":[],"failures":[]}"#)))
            .await;
    let mut remediator = Function::start(REMEDIATOR, CONFIG, &world).await;
    remediator.invoke(diagnosed()).await.unwrap();
    assert_eq!(writes(&world), Vec::<String>::new());
    let published = world.requests_to("sns");
    assert_eq!(published.len(), 1);
    assert!(published[0].body.contains("refused"), "{}", published[0].body);
}

#[tokio::test]
async fn a_forged_diagnosis_convinces_nobody() {
    // The bulletin claims certainty; AWS, read again, knows of no such thing.
    let world = world(|request| {
        (request.service != "sns" && request.service != "dynamodb")
            .then(|| Response::status(400, r#"{"__type":"AccessDeniedException"}"#))
    })
    .await;
    let mut remediator = Function::start(REMEDIATOR, CONFIG, &world).await;
    remediator.invoke(diagnosed()).await.unwrap();
    assert_eq!(writes(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_service_that_is_not_configured_is_not_even_read() {
    let world = world(|_| None).await;
    let mut remediator = Function::start(REMEDIATOR, CONFIG, &world).await;
    let mut bulletin = diagnosed();
    bulletin["service"] = json!("other");
    remediator.invoke(bulletin).await.unwrap();
    assert!(world.requests().is_empty());
}

#[tokio::test]
async fn the_tick_follows_up_what_was_done_and_does_nothing_else() {
    let world = world(|_| None).await;
    let mut remediator = Function::start(REMEDIATOR, CONFIG, &world).await;
    let tick = json!({ "version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {},
        "account": "123456789012", "region": "eu-west-1", "time": "2026-03-01T03:00:00Z",
        "resources": ["arn:aws:events:eu-west-1:123456789012:rule/tick"], "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa" });
    remediator.invoke(tick).await.unwrap();
    let calls: Vec<String> = world.requests().into_iter().map(|request| request.call).collect();
    assert_eq!(calls, ["Query"], "the ledgers that are due, and there are none");
}
