#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use paramedic_domain::decision::{Case, Change, Present, decide, replay};
use paramedic_domain::diagnosis::diagnose;
use paramedic_domain::evidence::Evidence;
use paramedic_domain::guardrail::Switch;
use paramedic_domain::ledger::{Ledger, Stage};
use serde_json::{Value, json};

use super::*;
use crate::staged::{config, incident, now, plan};
use crate::stub::{Asked, Reply, Stub, patient};

fn case(why: &str) -> Case {
    let evidence = Evidence::nothing(now(), why);
    Case {
        subject: incident().subject(),
        told: diagnose(&evidence),
        approval: None,
        evidence,
        incident: Present::default(),
        services_in_trouble: Some(1),
        ledger: Some(Ledger::empty(ServiceName::from("web"))),
        account_actions: Some(0),
        switch: Switch::On,
        time_left: SignedDuration::from_secs(20),
        now: now(),
    }
}

fn kept(why: &str) -> Kept {
    let case = case(why);
    let decision = decide(&case, &config("http://127.0.0.1:1"));
    Kept::of(case, &decision)
}

/// A table that gives back what it took, by the partition.
async fn table() -> (Stub, Store) {
    let items: Arc<Mutex<Vec<Value>>> = Arc::default();
    let script = move |asked: &Asked, _| {
        let (body, mut items) = (asked.json(), items.lock().unwrap());
        if asked.operation() == "PutItem" {
            items.push(body["Item"].clone());
            return Reply::json(200, &json!({}));
        }
        let day = &body["ExpressionAttributeValues"][":day"];
        let found: Vec<&Value> = items.iter().filter(|item| item["pk"] == *day).collect();
        Reply::json(200, &json!({ "Items": found }))
    };
    let stub = Stub::start(script).await;
    let store = Store::new(Client::new(&patient(&stub.url)), "table");
    (stub, store)
}

#[tokio::test]
async fn a_decision_comes_back_as_it_was_made_and_is_made_again() {
    let (stub, store) = table().await;
    let kept = kept("timed out");
    store.keep_decision(&kept).await.unwrap();
    let past = store.past(&kept.subject.service, now(), now()).await.unwrap();
    assert_eq!(past.decisions, [kept]);
    assert_eq!(replay(&past.decisions[0], &config("http://127.0.0.1:1")).change(), Change::Same);
    let written = stub.asked()[0].json();
    assert_eq!(written["ConditionExpression"], "attribute_not_exists(pk)");
    let expires = (now() + DECISIONS_KEPT).as_second().to_string();
    assert_eq!(written["Item"]["expires_at"]["N"], expires);
}

#[tokio::test]
async fn an_attempt_is_found_beside_it_as_far_as_it_came() {
    let (_stub, store) = table().await;
    let ledger = Ledger::empty(ServiceName::from("web")).claim(incident().subject(), plan(), now());
    let ended = ledger.record(Stage::NotDone { why: "refused".to_owned() });
    store.keep_attempt(&ended.attempts[0]).await.unwrap();
    let past = store.past(&ledger.service, now(), now()).await.unwrap();
    assert_eq!(past.attempts, ended.attempts);
    assert!(past.decisions.is_empty());
}

#[tokio::test]
async fn a_case_that_is_too_large_is_left_out_and_its_decision_is_kept() {
    let (_stub, store) = table().await;
    let mut large = case("timed out");
    // What does not compress: no two of its pieces are alike.
    large.approval = Some(paramedic_domain::decision::Approval {
        plan: (0..90_000_u64).map(|n| format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect(),
        at: now(),
    });
    let decision = decide(&large, &config("http://127.0.0.1:1"));
    store.keep_decision(&Kept::of(large, &decision)).await.unwrap();
    let past = store.past(&ServiceName::from("web"), now(), now()).await.unwrap();
    assert_eq!((past.decisions.len(), &past.decisions[0].case), (1, &None));
    assert_eq!(past.decisions[0].decision, decision.bounded());
}

#[tokio::test]
async fn a_month_is_a_query_a_day_and_what_is_older_than_anything_kept_is_not_asked_for() {
    let (stub, store) = table().await;
    let service = ServiceName::from("web");
    store.past(&service, now() - SignedDuration::from_hours(24 * 30), now()).await.unwrap();
    assert_eq!(stub.operations().len(), 31);
    store.past(&service, Timestamp::MIN, now()).await.unwrap();
    assert_eq!(stub.operations().len(), 31 + 91);
}

#[tokio::test]
async fn what_another_release_wrote_is_counted_and_hides_nothing() {
    let stub = Stub::start(|asked, _| match asked.operation().as_str() {
        "Query" => Reply::json(200, &json!({ "Items": [{ "sk": { "S": "1#decision" }, "body": { "B": "AAAA" } }] })),
        _ => Reply::json(200, &json!({})),
    })
    .await;
    let store = Store::new(Client::new(&patient(&stub.url)), "table");
    let past = store.past(&ServiceName::from("web"), now(), now()).await.unwrap();
    assert_eq!((past.unreadable, past.decisions.len()), (1, 0));
}
