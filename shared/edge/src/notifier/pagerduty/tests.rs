#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use paramedic_domain::report::story;
use serde_json::json;

use super::*;
use crate::notifier::Notifiers;
use crate::staged;
use crate::stub::{Asked, Reply, Stub};

/// PagerDuty and Secrets Manager behind one address. The n-th reading of the secret gives `keys[n]`, or the last of them.
async fn pagerduty(keys: &'static [&'static str], script: fn(&Asked) -> Reply) -> (Stub, Notifiers) {
    staged::with_secret("routing_key", keys, script).await
}

fn accepted(_: &Asked) -> Reply {
    Reply::json(202, &json!({ "status": "success", "message": "Event processed", "dedup_key": "…" }))
}

async fn send(pagerduty: &Notifiers, kind: Kind, severity: Severity, page: u32) -> Sent {
    let (incident, config) = (staged::incident(), staged::config("http://127.0.0.1"));
    let story = story(&incident, config.service(&incident.service));
    let channel = &Channel::PagerDuty;
    pagerduty.send(&Note { incident: &incident, story: &story, channel, kind, severity, page, number: 1 }).await
}

async fn page(pagerduty: &Notifiers) -> Sent {
    send(pagerduty, Kind::Page, Severity::P0, 1).await
}

#[tokio::test]
async fn a_page_says_what_where_and_how_bad_with_the_runbook() {
    let (stub, pagerduty) = pagerduty(&["R1"], accepted).await;
    page(&pagerduty).await.unwrap();
    assert_eq!(stub.asked()[1].path, "/v2/enqueue");
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(stub.asked()[1].json()) });
}

#[tokio::test]
async fn whatever_is_said_of_a_page_is_said_under_its_key() {
    let (stub, pagerduty) = pagerduty(&["R1"], accepted).await;
    let kinds = [Kind::Page, Kind::Update, Kind::Acknowledge, Kind::Resolve];
    for kind in kinds {
        send(&pagerduty, kind, Severity::P1, 2).await.unwrap();
    }
    let events: Vec<Value> = stub.asked()[1..].iter().map(Asked::json).collect();
    let actions: Vec<&str> = events.iter().map(|event| event["event_action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["trigger", "trigger", "acknowledge", "resolve"]);
    // The incident is a P0 by now; its second page was made as a P1 and stays that one.
    assert!(events.iter().all(|event| event["dedup_key"] == "paramedic/123456789012/eu-west-1/web/P1/2"));
    assert!(events.iter().all(|event| event["routing_key"] == "R1"));
    assert_eq!(events[0]["payload"]["severity"], "error");
    assert!(events[3]["payload"].is_null());
}

#[tokio::test]
async fn updates_leave_a_part_of_the_minute_to_pages() {
    let (stub, pagerduty) = pagerduty(&["R1"], accepted).await;
    let mut updates = 0;
    let failure = loop {
        match send(&pagerduty, Kind::Update, Severity::P0, 1).await {
            Ok(_) => updates += 1,
            Err(failure) => break failure,
        }
    };
    assert_eq!(updates, 80);
    let Failure::Transient { retry_after_s: Some(wait), .. } = failure else { panic!("{failure:?}") };
    assert!((1..=60).contains(&wait));
    for _ in 0..50 {
        page(&pagerduty).await.unwrap();
    }
    assert_eq!(stub.asked().len(), 1 + 80 + 50);
}

#[tokio::test]
async fn only_202_is_success() {
    let (_stub, pagerduty) = pagerduty(&["R1"], |_| Reply::json(200, &json!({ "status": "success" }))).await;
    assert!(page(&pagerduty).await.is_err());
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
async fn a_key_that_stays_refused_is_not_tried_twice() {
    let (stub, pagerduty) = pagerduty(&["R1"], |_| Reply::json(400, &json!({ "message": "no" }))).await;
    assert!(matches!(page(&pagerduty).await, Err(Failure::Permanent { .. })));
    assert_eq!(stub.operations(), ["GetSecretValue", "enqueue", "GetSecretValue"]);
}
