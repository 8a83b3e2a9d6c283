#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use aws_sdk_dynamodb::Client;
use jiff::SignedDuration;
use paramedic_domain::incident::Phase;
use serde_json::{Value, json};

use super::*;
use crate::staged::{incident, now};
use crate::stub::{Asked, Reply, Stub, patient};

fn over(id: &str, minutes: i64) -> Incident {
    let at = now() + SignedDuration::from_mins(minutes);
    Incident { id: IncidentId::from(id), phase: Phase::Resolved { at }, opened_at: at, ..incident() }
}

fn item_of(incident: &Incident) -> Value {
    json!({ "pk": { "S": "service#web" }, "sk": { "S": "x" }, "body": { "S": serde_json::to_string(incident).unwrap() } })
}

/// A table with the present incident of `web`, if there is one, and closed ones on two pages.
async fn table(present: Option<Incident>, closed: Vec<Incident>) -> (Stub, Store) {
    let script = move |asked: &Asked, _| {
        let body = asked.json();
        let items = |items: Vec<Value>| Reply::json(200, &json!({ "Items": items }));
        let page = |incidents: &[Incident]| incidents.iter().map(item_of).collect::<Vec<_>>();
        match (asked.operation().as_str(), &body["ExclusiveStartKey"]) {
            ("GetItem", _) => {
                Reply::json(200, &present.as_ref().map_or(json!({}), |one| json!({ "Item": item_of(one) })))
            }
            ("Query", _) if body["IndexName"] == "due" => {
                items(present.iter().map(|_| json!({ "pk": { "S": "service#web" } })).collect())
            }
            ("Query", _) => items(page(&closed[..closed.len().min(1)])),
            (_, Value::Null) => Reply::json(
                200,
                &json!({ "Items": page(&closed[..closed.len().min(1)]), "LastEvaluatedKey": { "pk": { "S": "more" } } }),
            ),
            _ => items(page(&closed[closed.len().min(1)..])),
        }
    };
    let stub = Stub::start(script).await;
    let store = Store::new(Client::new(&patient(&stub.url)), "table");
    (stub, store)
}

fn ids(incidents: &[Incident]) -> Vec<&str> {
    incidents.iter().map(|incident| incident.id.as_str()).collect()
}

#[tokio::test]
async fn a_record_of_mere_recoveries_is_no_incident() {
    let (_stub, store) = table(Some(incident()), Vec::new()).await;
    assert_eq!(store.present_incidents().await.unwrap(), [incident()]);
    let calm = Incident { phase: Phase::Calm { at: now() }, ..incident() };
    let (_stub, store) = table(Some(calm), Vec::new()).await;
    assert!(store.present_incidents().await.unwrap().is_empty());
    assert_eq!(store.newest_incident(&ServiceName::from("web")).await.unwrap(), None);
}

#[tokio::test]
async fn closed_incidents_are_read_to_the_last_page_and_each_once_however_it_is_stored() {
    let closed = vec![over("old", -90), over("late", 0), over("just-archived", 5)];
    let (_stub, store) = table(Some(over("just-archived", 5)), closed).await;
    let since = now() - SignedDuration::from_hours(1);
    assert_eq!(ids(&store.closed_incidents(since).await.unwrap()), ["just-archived", "late"]);
}

#[tokio::test]
async fn what_goes_on_is_not_closed() {
    let (_stub, store) = table(Some(incident()), Vec::new()).await;
    assert!(store.closed_incidents(Timestamp::MIN).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_incident_is_found_by_its_id_before_and_after_it_is_put_away() {
    let (stub, store) = table(Some(incident()), vec![over("inc-1", 0)]).await;
    assert_eq!(store.incident(&incident().id).await.unwrap(), Some(incident()));
    assert!(!stub.operations().contains(&"Scan".to_owned()), "the present one is found without reading everything");
    assert_eq!(store.incident(&IncidentId::from("inc-1")).await.unwrap(), Some(over("inc-1", 0)));
    assert_eq!(store.incident(&IncidentId::from("inc")).await.unwrap(), None, "a part of an id is none");
}

#[tokio::test]
async fn the_newest_incident_of_a_service_is_the_present_one_or_the_last() {
    let service = ServiceName::from("web");
    let (_stub, store) = table(Some(incident()), vec![over("last", -5)]).await;
    assert_eq!(store.newest_incident(&service).await.unwrap(), Some(incident()));
    let (stub, store) = table(None, vec![over("last", -5)]).await;
    assert_eq!(store.newest_incident(&service).await.unwrap(), Some(over("last", -5)));
    let asked = stub.asked().pop().unwrap().json();
    assert_eq!((&asked["ScanIndexForward"], &asked["Limit"]), (&json!(false), &json!(1)));
}
