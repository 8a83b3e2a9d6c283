#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::{self, Path};
use paramedic_domain::guardrail::Switch;
use paramedic_domain::id::ServiceName;
use paramedic_domain::inbound::seen::{Heard, Mark};
use paramedic_domain::incident::Incident;
use paramedic_domain::ledger::Ledger;
use serde_json::{Value, json};

use super::*;
use crate::staged::{incident, now, plan};
use crate::stub::{Asked, Reply, Stub, impatient, patient};

async fn store(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> (Stub, Store) {
    let stub = Stub::start(script).await;
    let store = Store::new(Client::new(&patient(&stub.url)), "table");
    (stub, store)
}

fn done() -> Reply {
    Reply::json(200, &json!({}))
}

/// The answer to a write whose condition did not hold, with what is stored.
fn conflict(stored: Option<&Value>) -> Reply {
    let mut body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed",
    });
    if let Some(stored) = stored {
        body["Item"] = stored.clone();
    }
    Reply::json(400, &body)
}

fn cancelled(code: &str) -> Reply {
    Reply::json(
        400,
        &json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "message": "Transaction cancelled",
            "CancellationReasons": [{ "Code": "None" }, { "Code": code }],
        }),
    )
}

/// An item as the store wrote it, taken from a request.
fn written(asked: &Asked) -> Value {
    asked.json()["Item"].clone()
}

fn item_of(incident: &Incident) -> Value {
    json!({
        "pk": { "S": format!("service#{}", incident.service) },
        "sk": { "S": "incident" },
        "version": { "N": incident.version.to_string() },
        "body": { "S": serde_json::to_string(incident).unwrap() },
    })
}

fn claimed() -> Ledger {
    Ledger::empty(ServiceName::from("web")).claim(incident().subject(), plan(), now())
}

#[tokio::test]
async fn opening_is_one_conditional_call_that_leaves_the_incident_in_the_routers_index() {
    let (stub, store) = store(|_, _| done()).await;
    assert_eq!(store.open(&incident(), now()).await, Ok(Opened::New));
    let asked = stub.asked();
    assert_eq!(stub.operations(), ["PutItem"]);
    assert_eq!(asked[0].json()["ConditionExpression"], "attribute_not_exists(pk)");
    let item = written(&asked[0]);
    assert_eq!((&item["pk"]["S"], &item["sk"]["S"]), (&json!("service#web"), &json!("incident")));
    assert_eq!((&item["due_owner"]["S"], &item["version"]["N"]), (&json!("router"), &json!("1")));
    assert_eq!(item["due_at"]["N"], now().as_millisecond().to_string());
    let stored: Incident = serde_json::from_str(item["body"]["S"].as_str().unwrap()).unwrap();
    assert_eq!(stored, Incident { version: 1, ..incident() });
}

#[tokio::test]
async fn whoever_comes_second_gets_the_incident_that_is_there() {
    let there = Incident { version: 7, ..incident() };
    let stored = item_of(&there);
    let (stub, store) = store(move |_, _| conflict(Some(&stored))).await;
    assert_eq!(store.open(&incident(), now()).await, Ok(Opened::Exists(Box::new(there))));
    assert_eq!(stub.operations(), ["PutItem"]);
}

#[tokio::test]
async fn a_write_that_meets_itself_after_a_lost_answer_is_done() {
    let (stub, store) = store(|asked, before| match before {
        0 => Reply::HangsUp,
        _ => conflict(Some(&written(asked))),
    })
    .await;
    assert_eq!(store.open(&incident(), now()).await, Ok(Opened::New));
    assert_eq!(stub.operations(), ["PutItem", "PutItem"]);
}

#[tokio::test]
async fn a_replacement_expects_the_version_it_was_made_from() {
    let read = Incident { version: 4, ..incident() };
    let (stub, store) = store(|_, _| done()).await;
    assert_eq!(store.replace(&read, now()).await, Ok(Replaced::Done));
    let asked = stub.asked()[0].json();
    assert_eq!(asked["ConditionExpression"], "#version = :read");
    assert_eq!(asked["ExpressionAttributeValues"][":read"]["N"], "4");
    assert_eq!(asked["Item"]["version"]["N"], "5");
}

#[tokio::test]
async fn a_conflict_brings_what_is_stored_or_that_nothing_is() {
    let mut faster = Incident { version: 5, ..incident() };
    faster.look.count = 9;
    let stored = item_of(&faster);
    let read = Incident { version: 4, ..incident() };
    let (_stub, overtaken) = store(move |_, _| conflict(Some(&stored))).await;
    assert_eq!(overtaken.replace(&read, now()).await, Ok(Replaced::Conflict(Some(Box::new(faster)))));

    let (_stub, archived) = store(|asked, _| match asked.operation().as_str() {
        "PutItem" => conflict(None),
        _ => done(),
    })
    .await;
    assert_eq!(archived.replace(&read, now()).await, Ok(Replaced::Conflict(None)));
}

#[tokio::test]
async fn what_may_work_later_is_told_from_what_will_not() {
    let cases: [(fn() -> Reply, bool); 5] = [
        (|| Reply::refusal(500, "InternalServerError", "oops"), true),
        (|| Reply::refusal(400, "ProvisionedThroughputExceededException", "slow down"), true),
        (|| Reply::HangsUp, true),
        (|| Reply::refusal(400, "AccessDeniedException", "not authorized"), false),
        (|| Reply::refusal(400, "ResourceNotFoundException", "no such table"), false),
    ];
    for (reply, later) in cases {
        let (_stub, store) = store(move |_, _| reply()).await;
        let error = store.load(&ServiceName::from("web")).await.unwrap_err();
        assert_eq!(error.is_transient(), later, "{error}");
    }
}

#[tokio::test]
async fn a_table_that_does_not_answer_may_answer_later() {
    let stub = Stub::start(|_, _| Reply::Silence).await;
    let store = Store::new(Client::new(&impatient(&stub.url)), "table");
    let error = store.open(&incident(), now()).await.unwrap_err();
    assert_eq!(error, StoreError::Unavailable { call: "dynamodb:PutItem", why: "timed out".to_owned() });
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_will_not_be_readable_later() {
    let mut broken = item_of(&incident());
    broken["body"]["S"] = json!("{\"of\": \"another release\"}");
    let (_stub, store) = store(move |_, _| Reply::json(200, &json!({ "Item": broken }))).await;
    let error = store.load(&ServiceName::from("web")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Broken { item, .. } if item == "service#web/incident"), "{error}");
    assert!(!error.is_transient());
}

#[tokio::test]
async fn an_incident_is_archived_together_with_its_removal_and_only_as_it_was_read() {
    let (stub, store) = store(|_, _| done()).await;
    assert_eq!(store.archive(&Incident { version: 3, ..incident() }).await, Ok(true));
    let writes = stub.asked()[0].json()["TransactItems"].clone();
    let closed = &writes[0]["Put"]["Item"];
    assert_eq!(closed["sk"]["S"], format!("closed#2026-03-01T03:00:00Z#{}", incident().id));
    assert!(closed.get("due_owner").is_none() && closed.get("expires_at").is_some());
    assert_eq!(writes[1]["Delete"]["Key"]["sk"]["S"], "incident");
    assert_eq!(writes[1]["Delete"]["ExpressionAttributeValues"][":read"]["N"], "3");
}

#[tokio::test]
async fn an_incident_that_follows_another_is_stored_together_with_the_others_end() {
    let (stub, store) = store(|_, _| done()).await;
    let (former, next) = (Incident { version: 3, ..incident() }, Incident { version: 3, ..incident() });
    assert_eq!(store.succeed(&former, &next, now()).await, Ok(true));
    let writes = stub.asked()[0].json()["TransactItems"].clone();
    assert!(writes[0]["Put"]["Item"]["sk"]["S"].as_str().unwrap().starts_with("closed#"));
    assert_eq!(writes[1]["Put"]["Item"]["sk"]["S"], "incident");
    assert_eq!(writes[1]["Put"]["Item"]["version"]["N"], "4");
    assert_eq!(writes[1]["Put"]["ExpressionAttributeValues"][":read"]["N"], "3");
}

#[tokio::test]
async fn a_transaction_that_was_overtaken_is_told_from_one_that_was_throttled() {
    for (code, expected) in [("ConditionalCheckFailed", Some(false)), ("TransactionConflict", Some(false))] {
        let (_stub, store) = store(move |_, _| cancelled(code)).await;
        assert_eq!(store.archive(&incident()).await.ok(), expected, "{code}");
    }
    let (_stub, throttled) = store(|_, _| cancelled("ThrottlingError")).await;
    assert!(throttled.archive(&incident()).await.unwrap_err().is_transient());
    let (_stub, invalid) = store(|_, _| cancelled("ValidationError")).await;
    assert!(!invalid.archive(&incident()).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn the_index_is_read_to_its_last_page() {
    let page = |name: &str| json!({ "pk": { "S": format!("service#{name}") } });
    let (stub, store) = store(move |_, before| match before {
        0 => Reply::json(200, &json!({ "Items": [page("web")], "LastEvaluatedKey": page("web") })),
        _ => Reply::json(200, &json!({ "Items": [page("shop")] })),
    })
    .await;
    let due = store.due_incidents(now()).await;
    assert_eq!(due, Ok(vec![ServiceName::from("web"), ServiceName::from("shop")]));
    let asked = stub.asked()[0].json();
    assert_eq!(
        (&asked["IndexName"], &asked["KeyConditionExpression"]),
        (&json!("due"), &json!("due_owner = :owner AND due_at <= :by"))
    );
    assert_eq!(asked["ExpressionAttributeValues"][":owner"]["S"], "router");
}

#[tokio::test]
async fn the_remediators_index_is_not_the_routers() {
    let (stub, store) = store(|_, _| Reply::json(200, &json!({ "Items": [] }))).await;
    store.due_ledgers(now()).await.unwrap();
    assert_eq!(stub.asked()[0].json()["ExpressionAttributeValues"][":owner"]["S"], "remediator");
}

#[tokio::test]
async fn a_claim_counts_for_service_and_account_in_one_transaction() {
    let hours_ago = |hours: i64| (now() - SignedDuration::from_mins(hours * 60 - 1)).as_millisecond().to_string();
    let times = json!([{ "N": hours_ago(3) }, { "N": hours_ago(1) }]);
    let (stub, store) = store(move |asked, _| match asked.operation().as_str() {
        "GetItem" => Reply::json(200, &json!({ "Item": { "version": { "N": "8" }, "times": { "L": times } } })),
        _ => done(),
    })
    .await;
    assert_eq!(store.claim(&claimed(), 1, now(), Some(now())).await, Ok(true));
    let writes = stub.asked()[1].json()["TransactItems"].clone();
    assert_eq!(writes[0]["Put"]["ConditionExpression"], "attribute_not_exists(pk)");
    assert_eq!(writes[0]["Put"]["Item"]["due_owner"]["S"], "remediator");
    assert_eq!(writes[1]["Put"]["ExpressionAttributeValues"][":read"]["N"], "8");
    let counted = writes[1]["Put"]["Item"]["times"]["L"].as_array().unwrap();
    assert_eq!(counted.len(), 2, "what is older than an hour is dropped");
}

#[tokio::test]
async fn nothing_is_claimed_once_the_account_acted_more_often_than_was_judged() {
    let just_now = json!([{ "N": now().as_millisecond().to_string() }]);
    let (stub, store) = store(move |_, _| {
        Reply::json(200, &json!({ "Item": { "version": { "N": "1" }, "times": { "L": just_now } } }))
    })
    .await;
    assert_eq!(store.claim(&claimed(), 0, now(), None).await, Ok(false));
    assert_eq!(stub.operations(), ["GetItem"]);
}

#[tokio::test]
async fn an_account_ledger_that_makes_no_sense_stops_every_claim() {
    let (_stub, store) = store(|_, _| Reply::json(200, &json!({ "Item": { "version": { "N": "1" } } }))).await;
    assert!(matches!(store.claim(&claimed(), 9, now(), None).await, Err(StoreError::Broken { .. })));
}

#[tokio::test]
async fn a_ledger_without_an_open_attempt_leaves_the_index() {
    let (stub, store) = store(|_, _| done()).await;
    assert_eq!(store.record(&Ledger { version: 2, ..claimed() }, None).await, Ok(true));
    let item = written(&stub.asked()[0]);
    assert_eq!(item["version"]["N"], "3");
    assert!(item.get("due_owner").is_none() && item.get("due_at").is_none());
}

#[tokio::test]
async fn a_service_on_which_nothing_was_attempted_has_an_empty_ledger() {
    let (stub, store) = store(|_, _| done()).await;
    let web = ServiceName::from("web");
    assert_eq!(store.ledger(&web).await, Ok(Ledger::empty(web)));
    assert_eq!(stub.asked()[0].json()["ConsistentRead"], true);
}

#[tokio::test]
async fn whoever_turns_the_switch_is_known_and_the_functions_see_it() {
    let kept = Arc::new(Mutex::new(json!({})));
    let table = Arc::clone(&kept);
    let (_stub, store) = store(move |asked, _| {
        if asked.operation() == "PutItem" {
            *table.lock().unwrap() = json!({ "Item": asked.json()["Item"] });
            return done();
        }
        Reply::json(200, &table.lock().unwrap())
    })
    .await;
    assert_eq!(store.switch_turned().await, Ok(None));
    for on in [false, true] {
        let (by, reason) = ("ada".to_owned(), "a migration".to_owned());
        let turned = Turned { on, by, at: Timestamp::UNIX_EPOCH, reason };
        store.turn_switch(&turned).await.unwrap();
        assert_eq!(store.switch_turned().await, Ok(Some(turned)));
        assert_eq!(store.switch().await, if on { Switch::On } else { Switch::Off });
    }
}

#[tokio::test]
async fn the_switch_is_on_only_if_nobody_made_one_or_it_says_on() {
    let says = |state: &str| Reply::json(200, &json!({ "Item": { "state": { "S": state } } }));
    let cases: [(fn() -> Reply, Switch); 2] =
        [(done, Switch::On), (|| Reply::refusal(400, "AccessDeniedException", "no"), Switch::Unreadable)];
    for (reply, expected) in cases {
        let (_stub, store) = store(move |_, _| reply()).await;
        assert_eq!(store.switch().await, expected);
    }
    for (state, expected) in [("on", Switch::On), ("off", Switch::Off), ("of", Switch::Unreadable)] {
        let (_stub, store) = store(move |_, _| says(state)).await;
        assert_eq!(store.switch().await, expected, "{state}");
    }
}

#[tokio::test]
async fn what_was_no_alarm_is_kept_under_its_day_and_digest() {
    let (stub, store) = store(|_, _| done()).await;
    let refused: Vec<_> = ["one", "two"]
        .map(|body| {
            let delivery = alarm::Delivery { id: None, via: Path::Queue, body: body.to_owned() };
            (delivery, alarm::parse(body).unwrap_err())
        })
        .to_vec();
    assert_eq!(store.quarantine(&refused, now()).await, Ok(()));
    let asked = stub.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|asked| asked.json()["Key"]["pk"]["S"] == "quarantine#2026-03-01"));
    assert!(asked.iter().any(|asked| asked.json()["Key"]["sk"]["S"] == refused[0].1.digest.as_str()));
}

#[tokio::test]
async fn a_turn_is_taken_once_within_its_time() {
    let (stub, first) = store(|_, _| done()).await;
    assert_eq!(first.take_turn("reconcile", SignedDuration::from_mins(5), now()).await, Ok(true));
    let before = (now() - SignedDuration::from_mins(5)).as_millisecond().to_string();
    assert_eq!(stub.asked()[0].json()["ExpressionAttributeValues"][":before"]["N"], before);
    let (_stub, second) = store(|_, _| conflict(None)).await;
    assert_eq!(second.take_turn("reconcile", SignedDuration::from_mins(5), now()).await, Ok(false));
}

fn mark() -> Mark {
    Mark::new("slack", b"signature")
}

fn a_while() -> SignedDuration {
    SignedDuration::from_mins(15)
}

#[tokio::test]
async fn what_is_heard_is_remembered_in_one_conditional_call_and_cleaned_away_later() {
    let (stub, store) = store(|_, _| done()).await;
    assert_eq!(store.hear(&mark(), a_while(), now()).await, Ok(Heard::First));
    assert_eq!(stub.operations(), ["PutItem"]);
    let asked = stub.asked()[0].json();
    assert_eq!(asked["ConditionExpression"], "attribute_not_exists(pk) OR #released = :true");
    assert_eq!(asked["Item"]["pk"]["S"], format!("seen#{}", mark()));
    assert_eq!(asked["Item"]["expires_at"]["N"], (now() + a_while()).as_second().to_string());
}

#[tokio::test]
async fn what_was_heard_before_is_known_to_everybody_who_hears_it_later() {
    let before = now() - SignedDuration::from_nanos(1);
    let stored = json!({ "heard_at": { "S": before.to_string() } });
    let (_stub, store) = store(move |_, _| conflict(Some(&stored))).await;
    assert_eq!(store.hear(&mark(), a_while(), now()).await, Ok(Heard::Again));
}

#[tokio::test]
async fn a_memory_whose_answer_was_lost_does_not_take_itself_for_another() {
    let (stub, store) = store(|asked, before| match before {
        0 => Reply::HangsUp,
        _ => conflict(Some(&written(asked))),
    })
    .await;
    assert_eq!(store.hear(&mark(), a_while(), now()).await, Ok(Heard::First));
    assert_eq!(stub.asked().len(), 2);
}

#[tokio::test]
async fn what_could_not_be_passed_on_may_come_again() {
    let (stub, store) = store(|_, _| done()).await;
    store.unhear(&mark(), now()).await.unwrap();
    let item = written(&stub.asked()[0]);
    assert_eq!(stub.operations(), ["PutItem"], "the role may do nothing else");
    assert_eq!(item["released"]["BOOL"], true);
    assert_eq!(item["pk"]["S"], format!("seen#{}", mark()));
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_not_waited_for_longer_than_slack_waits() {
    let (_stub, store) = store(|_, _| Reply::Silence).await;
    let asked = std::time::Instant::now();
    assert!(store.hear(&mark(), a_while(), now()).await.unwrap_err().is_transient());
    assert!(asked.elapsed() < std::time::Duration::from_millis(2500), "{:?}", asked.elapsed());
}
