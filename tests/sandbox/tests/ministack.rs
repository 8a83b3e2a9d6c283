//! MiniStack behind the overlay: it answers, it takes large uploads, and nothing of it is left when it is dropped.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use sandbox::cloud;
use sandbox::ministack::{Ministack, Settings};
use sandbox::observed::{Observed, PeopleTopic};
use sandbox::overlay::{self, Running, SinkSecrets};
use serde_json::json;

const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-west-1";

async fn started(name: &str) -> (Running, Ministack, PathBuf) {
    let tools = tokio::task::spawn_blocking(|| sandbox::tools::prepare(&mut |_| {})).await.unwrap().unwrap();
    let bound = overlay::bind(0).await.unwrap();
    let folder = std::env::temp_dir().join(format!("paramedic-test-{name}-{}", std::process::id()));
    let settings = Settings {
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        overlay: bound.address,
        folder: folder.clone(),
        limit: Duration::from_secs(300),
    };
    let ministack = Ministack::start(&tools, &settings).await.unwrap();
    let cloud = cloud::Settings { account: ACCOUNT.to_owned(), region: REGION.to_owned(), pace: 30, seed: 1 };
    let secrets = SinkSecrets {
        slack_token: "xoxb-1".to_owned(),
        signing_secret: "s".to_owned(),
        routing_key: "r".repeat(32),
        webhook_secret: "w".to_owned(),
    };
    (bound.serve(cloud, ministack.address, secrets), ministack, folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_ministack_leaves_neither_a_listener_nor_a_folder() {
    let (running, ministack, folder) = started("drop").await;
    let address = ministack.address;
    running.overlay.calls.query("sns", "ListTopics", &[]).await.unwrap();
    assert!(folder.exists());
    drop(running);
    drop(ministack);
    assert!(TcpStream::connect(address).is_err(), "MiniStack still listens");
    assert!(!folder.exists(), "the run's folder is still there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topics_http_subscriber_is_confirmed_and_receives() {
    let (running, _ministack, _) = started("topic").await;
    let arn = format!("arn:aws:sns:{REGION}:{ACCOUNT}:pages");
    let calls = &running.overlay.calls;
    calls.query("sns", "CreateTopic", &[("Name", "pages")]).await.unwrap();
    running.overlay.topics.know(&arn, PeopleTopic::Pages);
    let endpoint = format!("{}/sinks/mail", running.url());
    let fields = [("TopicArn", arn.as_str()), ("Protocol", "http"), ("Endpoint", endpoint.as_str())];
    calls.query("sns", "Subscribe", &fields).await.unwrap();
    let arrived = |seen: &[sandbox::observed::Observation]| {
        seen.iter().any(|each| matches!(&each.what, Observed::Topic { text, .. } if text == "the shop is down"))
    };
    // The confirmation takes its own way; what is published before it is delivered to nobody.
    let publish = [("TopicArn", arn.as_str()), ("Message", "the shop is down")];
    for _ in 0..50 {
        calls.query("sns", "Publish", &publish).await.unwrap();
        if running.overlay.log.wait_until(0, Duration::from_millis(200), arrived).await {
            return;
        }
    }
    panic!("nothing arrived: {:?}", running.overlay.complaints());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_ours_is_passed_on_and_noted() {
    let (running, _ministack, _) = started("proxy").await;
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let scope = format!("{ACCOUNT}/20260101/{REGION}/secretsmanager/aws4_request");
    let request = axum::http::Request::post(running.url())
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "secretsmanager.CreateSecret")
        .body(axum::body::Body::from(json!({"Name": "a", "SecretString": "b"}).to_string()))
        .unwrap();
    let response = client.request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let noted = running.overlay.log.all().into_iter().any(|each| {
        matches!(each.what, Observed::Proxied { ref action, status: 200, .. } if action == "secretsmanager:CreateSecret")
    });
    assert!(noted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_filter_means_what_it_means_on_aws() {
    let (running, _ministack, _) = started("logs").await;
    let calls = &running.overlay.calls;
    let group = json!({"logGroupName": "g"});
    calls.json("logs", "Logs_20140328.CreateLogGroup", &group).await.unwrap();
    let stream = json!({"logGroupName": "g", "logStreamName": "s"});
    calls.json("logs", "Logs_20140328.CreateLogStream", &stream).await.unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    let lines = ["connect ERROR", "an Error: refused", "all is well"];
    let events: Vec<_> = lines.iter().map(|line| json!({"timestamp": now, "message": line})).collect();
    let put = json!({"logGroupName": "g", "logStreamName": "s", "logEvents": events});
    calls.json("logs", "Logs_20140328.PutLogEvents", &put).await.unwrap();
    let mut found = Vec::new();
    for pattern in ["?ERROR ?Error", "connect ERROR", "-Error", "error", ""] {
        let ask = json!({"logGroupName": "g", "filterPattern": pattern});
        let answer = calls.json("logs", "Logs_20140328.FilterLogEvents", &ask).await.unwrap();
        found.push(answer.get("events").and_then(|events| events.as_array()).map(Vec::len).unwrap());
    }
    assert_eq!(found, [2, 1, 2, 0, 3], "either, both, without, case sensitive, all");
}
