#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicUsize, Ordering};

use paramedic_domain::report::story;
use serde_json::json;

use super::*;
use crate::staged;
use crate::stub::{Asked, Reply, Stub, patient};

/// PagerDuty and Secrets Manager behind one address. The n-th reading of the secret gives `keys[n]`, or the last of them.
async fn pagerduty(keys: &'static [&'static str], script: fn(&Asked) -> Reply) -> (Stub, PagerDuty) {
    let reads = AtomicUsize::new(0);
    let stub = Stub::start(move |asked, _| match asked.operation().as_str() {
        "GetSecretValue" => {
            let key = keys[reads.fetch_add(1, Ordering::SeqCst).min(keys.len() - 1)];
            Reply::json(200, &json!({ "SecretString": json!({ "routing_key": key }).to_string() }))
        }
        _ => script(asked),
    })
    .await;
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&patient(&stub.url)));
    let config = staged::config(&stub.url);
    let pagerduty = PagerDuty::new(config.pagerduty.as_ref().unwrap(), Https::new().unwrap(), secrets);
    (stub, pagerduty)
}

fn accepted(_: &Asked) -> Reply {
    Reply::json(202, &json!({ "status": "success", "message": "Event processed", "dedup_key": "…" }))
}

async fn page(pagerduty: &PagerDuty) -> Result<(), Failure> {
    let incident = staged::incident();
    let config = staged::config("http://127.0.0.1");
    pagerduty.trigger(&incident, incident.severity, &story(&incident, config.service(&incident.service))).await
}

#[tokio::test]
async fn a_page_says_what_where_and_how_bad_with_the_runbook() {
    let (stub, pagerduty) = pagerduty(&["R1"], accepted).await;
    page(&pagerduty).await.unwrap();
    assert_eq!(stub.asked()[1].path, "/v2/enqueue");
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(stub.asked()[1].json()) });
}

#[tokio::test]
async fn a_page_and_its_end_have_the_same_key_whatever_the_severity_is_by_then() {
    let (stub, pagerduty) = pagerduty(&["R1"], accepted).await;
    page(&pagerduty).await.unwrap();
    let mut over = staged::incident();
    over.severity = Severity::P1;
    pagerduty.resolve(&over, Severity::P0).await.unwrap();
    let (page, end) = (stub.asked()[1].json(), stub.asked()[2].json());
    assert_eq!(page["dedup_key"], "paramedic/123456789012/eu-west-1/web/P0");
    assert_eq!(end["dedup_key"], page["dedup_key"]);
    assert_eq!((&end["event_action"], &end["routing_key"]), (&json!("resolve"), &json!("R1")));
}

#[tokio::test]
async fn only_202_is_success_and_what_may_work_later_is_told_from_what_will_not() {
    let cases: [(fn(&Asked) -> Reply, bool); 6] = [
        (|_| Reply::json(429, &json!({})), true),
        (|_| Reply::json(500, &json!({})), true),
        (|_| Reply::Says(502, vec![], b"<html>".to_vec()), true),
        (|_| Reply::HangsUp, true),
        (|_| Reply::json(400, &json!({ "status": "invalid event", "message": "Event object is invalid" })), false),
        (|_| Reply::json(200, &json!({ "status": "success" })), false),
    ];
    for (script, later) in cases {
        let (_stub, pagerduty) = pagerduty(&["R1"], script).await;
        let failure = page(&pagerduty).await.unwrap_err();
        assert_eq!(matches!(failure, Failure::Transient { .. }), later, "{failure:?}");
    }
}

#[tokio::test]
async fn a_refusal_says_why_in_pagerdutys_words() {
    let refuse = |_: &Asked| {
        let errors = ["Length of 'routing_key' is incorrect (should be 32 characters)"];
        Reply::json(400, &json!({ "status": "invalid event", "message": "Event object is invalid", "errors": errors }))
    };
    let (_stub, pagerduty) = pagerduty(&["R1"], refuse).await;
    let failure = page(&pagerduty).await.unwrap_err();
    assert!(failure.why().contains("HTTP 400") && failure.why().contains("should be 32 characters"), "{failure:?}");
}

#[tokio::test]
async fn a_rotated_key_is_read_again_and_used_at_once() {
    let (stub, pagerduty) = pagerduty(&["R-old", "R-new"], |asked| match asked.json()["routing_key"].as_str() {
        Some("R-new") => accepted(asked),
        _ => Reply::json(403, &json!({ "message": "invalid key" })),
    })
    .await;
    page(&pagerduty).await.unwrap();
    assert_eq!(stub.operations(), ["GetSecretValue", "enqueue", "GetSecretValue", "enqueue"]);
}

#[tokio::test]
async fn a_key_that_stays_refused_is_not_tried_twice_and_not_shown() {
    let (stub, pagerduty) = pagerduty(&["R-do-not-show"], |_| Reply::json(400, &json!({ "message": "no" }))).await;
    let failure = page(&pagerduty).await.unwrap_err();
    assert_eq!(stub.operations(), ["GetSecretValue", "enqueue", "GetSecretValue"]);
    assert!(!format!("{failure:?} {pagerduty:?}").contains("do-not-show"));
}
