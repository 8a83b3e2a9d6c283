//! PagerDuty: the Events API v2, the incidents that come of it, and the webhook of what people do to them.
//!
//! Modelled on `developer.pagerduty.com/docs/send-alert-event`: 202 with the `dedup_key`, 400 with a list of errors, 429
//! beyond about 120 events a minute and integration.

mod incidents;
mod webhook;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc;

pub use incidents::{Incident, Status};
pub use webhook::Webhook;

use super::Mood;
use super::rate::{Allowance, Limit};
use crate::observed::{Log, Observed, PagerDutyRequest};
use incidents::{Change, Incidents};

/// Events of the integration.
const EVENTS: Limit = Limit { burst: 120.0, per_second: 2.0 };

/// The largest event that is taken, in bytes.
const LARGEST_EVENT: usize = 512 * 1024;

/// What the integration and the webhook subscription share with the account.
#[derive(Debug, Clone)]
pub struct Account {
    /// The routing key.
    pub routing_key: String,
    /// What webhooks are signed with.
    pub webhook_secret: String,
}

/// One PagerDuty service with one integration and one webhook subscription.
#[derive(Debug)]
pub struct PagerDuty {
    account: Account,
    log: Log,
    /// Where webhooks go, in their order.
    webhooks: mpsc::UnboundedSender<Webhook>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    mood: Mood,
    incidents: Incidents,
    left: Option<Allowance>,
    told: usize,
}

impl PagerDuty {
    /// A service that accepts this account's routing key only.
    #[must_use]
    pub fn new(account: Account, log: Log, webhooks: mpsc::UnboundedSender<Webhook>) -> Self {
        Self { account, log, webhooks, state: Mutex::default() }
    }

    /// From now on it answers like this.
    pub fn set_mood(&self, mood: Mood) {
        self.lock().mood = mood;
    }

    /// All incidents, oldest first.
    #[must_use]
    pub fn incidents(&self) -> Vec<Incident> {
        self.lock().incidents.all().to_vec()
    }

    /// A person acknowledges the open incident of a key; whether there was one to be acknowledged. The webhook follows.
    pub fn acknowledge(&self, dedup_key: &str, who: &str) -> bool {
        self.move_to(Status::Acknowledged, dedup_key, Some(who))
    }

    /// A person resolves the open incident of a key; whether there was one. The webhook follows.
    pub fn resolve(&self, dedup_key: &str, who: &str) -> bool {
        self.move_to(Status::Resolved, dedup_key, Some(who))
    }

    fn move_to(&self, status: Status, dedup_key: &str, by: Option<&str>) -> bool {
        let mut state = self.lock();
        let Change::Moved(incident) = state.incidents.move_to(status, dedup_key, by) else { return false };
        state.told += 1;
        let webhook = webhook::webhook(&incident, state.told, &self.account.webhook_secret, Timestamp::now());
        // Nobody listens only when the overlay ends.
        let _ended = self.webhooks.send(webhook);
        true
    }

    /// Serves `POST /v2/enqueue`.
    pub async fn serve(&self, body: &[u8]) -> Response {
        let mood = self.lock().mood.clone();
        let event: Value = serde_json::from_slice(body).unwrap_or_default();
        if let Some((response, why)) = mood.interfere().await {
            self.note(&event, false, Some(why.to_owned()));
            return response;
        }
        let errors = match &mood {
            Mood::Refuses(error) => vec![error.clone()],
            _ => faults_of(&event, body.len(), &self.account.routing_key)
                .iter()
                .map(|error| (*error).to_owned())
                .collect(),
        };
        if !errors.is_empty() {
            self.note(&event, false, Some(errors.join("; ")));
            let answer = json!({"status": "invalid event", "message": "Event object is invalid", "errors": errors});
            return (StatusCode::BAD_REQUEST, Json(answer)).into_response();
        }
        if let Err(seconds) = self.allow() {
            self.note(&event, false, Some("rate limited".to_owned()));
            return super::rate_limited(seconds);
        }
        let opened = self.take(&event);
        self.note(&event, opened, None);
        if let Mood::TakesAndRateLimits(seconds) = mood {
            return super::rate_limited(seconds);
        }
        let key = text(&event, "/dedup_key");
        let answer = json!({"status": "success", "message": "Event processed", "dedup_key": key});
        (StatusCode::ACCEPTED, Json(answer)).into_response()
    }

    fn allow(&self) -> Result<(), u32> {
        let now = Timestamp::now();
        self.lock().left.get_or_insert_with(|| Allowance::new(EVENTS, now)).take(now)
    }

    /// Takes an event; whether it opened an incident.
    fn take(&self, event: &Value) -> bool {
        let key = text(event, "/dedup_key");
        let status = match text(event, "/event_action") {
            "trigger" => {
                let summary = text(event, "/payload/summary");
                let change = self.lock().incidents.trigger(key, summary, Timestamp::now());
                return matches!(change, Change::Opened);
            }
            "acknowledge" => Status::Acknowledged,
            _ => Status::Resolved,
        };
        self.move_to(status, key, None);
        false
    }

    fn note(&self, event: &Value, opened: bool, refused: Option<String>) {
        self.log.add(Observed::PagerDuty(PagerDutyRequest {
            event_action: text(event, "/event_action").to_owned(),
            dedup_key: text(event, "/dedup_key").to_owned(),
            summary: text(event, "/payload/summary").to_owned(),
            opened,
            refused,
        }));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text<'a>(event: &'a Value, pointer: &str) -> &'a str {
    event.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn faults_of(event: &Value, bytes: usize, routing_key: &str) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut demand = |holds: bool, fault: &'static str| {
        if !holds {
            faults.push(fault);
        }
    };
    demand(bytes <= LARGEST_EVENT, "the event is larger than 512 KB");
    demand(text(event, "/routing_key") == routing_key, "'routing_key' is missing or unknown");
    let key = text(event, "/dedup_key");
    demand(key.chars().count() <= 255, "'dedup_key' is longer than 255 characters");
    match text(event, "/event_action") {
        "trigger" => {
            let summary = text(event, "/payload/summary");
            demand(!summary.is_empty(), "'payload.summary' is missing or blank");
            demand(summary.chars().count() <= 1024, "'payload.summary' is longer than 1024 characters");
            demand(!text(event, "/payload/source").is_empty(), "'payload.source' is missing or blank");
            let severity = text(event, "/payload/severity");
            demand(
                ["critical", "error", "warning", "info"].contains(&severity),
                "'payload.severity' is not one of critical, error, warning, info",
            );
        }
        "acknowledge" | "resolve" => demand(!key.is_empty(), "'dedup_key' is missing or blank"),
        _ => demand(false, "'event_action' is not one of trigger, acknowledge, resolve"),
    }
    faults
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn trigger() -> Value {
        json!({"routing_key": "r", "event_action": "trigger", "dedup_key": "k",
               "payload": {"summary": "s", "source": "x", "severity": "critical"}})
    }

    fn with(pointer: &str, value: Value) -> Vec<&'static str> {
        let mut event = trigger();
        *event.pointer_mut(pointer).unwrap() = value;
        faults_of(&event, 100, "r")
    }

    #[test]
    fn a_whole_event_is_taken_and_each_lack_is_named() {
        assert!(faults_of(&trigger(), 100, "r").is_empty());
        assert_eq!(with("/routing_key", json!("other")).len(), 1);
        assert_eq!(with("/payload/severity", json!("P0")).len(), 1);
        assert_eq!(with("/payload/summary", json!("a".repeat(1025))).len(), 1);
        assert_eq!(with("/payload/source", json!("")).len(), 1);
        assert_eq!(with("/dedup_key", json!("a".repeat(256))).len(), 1);
        assert_eq!(with("/event_action", json!("open")).len(), 1);
        assert_eq!(faults_of(&trigger(), LARGEST_EVENT + 1, "r").len(), 1);
    }

    #[test]
    fn a_resolve_without_a_key_is_refused() {
        let event = json!({"routing_key": "r", "event_action": "resolve"});
        assert_eq!(faults_of(&event, 100, "r"), ["'dedup_key' is missing or blank"]);
    }

    fn service() -> (PagerDuty, Log, mpsc::UnboundedReceiver<Webhook>) {
        let log = Log::default();
        let (sender, webhooks) = mpsc::unbounded_channel();
        let account = Account { routing_key: "r".to_owned(), webhook_secret: "shh".to_owned() };
        (PagerDuty::new(account, log.clone(), sender), log, webhooks)
    }

    #[tokio::test]
    async fn a_refused_event_is_not_recorded_as_accepted() {
        let (pagerduty, log, _) = service();
        assert_eq!(pagerduty.serve(trigger().to_string().as_bytes()).await.status(), StatusCode::ACCEPTED);
        assert_eq!(pagerduty.serve(b"{}").await.status(), StatusCode::BAD_REQUEST);
        let refused: Vec<bool> = log
            .all()
            .into_iter()
            .map(|seen| match seen.what {
                Observed::PagerDuty(request) => request.refused.is_some(),
                other => panic!("unexpected {other:?}"),
            })
            .collect();
        assert_eq!(refused, [false, true]);
    }

    #[tokio::test]
    async fn what_a_person_does_is_told_by_a_signed_webhook() {
        let (pagerduty, _, mut webhooks) = service();
        pagerduty.serve(trigger().to_string().as_bytes()).await;
        assert!(pagerduty.acknowledge("k", "ada"));
        assert!(!pagerduty.acknowledge("k", "ben"), "somebody is at it already");
        let webhook = webhooks.try_recv().unwrap();
        let signature = format!("v1={}", crate::sinks::signed::hmac_hex("shh", webhook.body.as_bytes()));
        assert!(webhook.headers.contains(&("x-pagerduty-signature".to_owned(), signature)));
        let body: Value = serde_json::from_str(&webhook.body).unwrap();
        assert_eq!(text(&body, "/event/event_type"), "incident.acknowledged");
        assert_eq!(text(&body, "/event/agent/summary"), "ada");
        assert_eq!(text(&body, "/event/data/incident_key"), "k");
        assert!(webhooks.try_recv().is_err(), "one webhook a change");
    }

    #[tokio::test]
    async fn beyond_its_budget_an_event_is_to_come_back_later() {
        let (pagerduty, _, _webhooks) = service();
        let event = trigger().to_string();
        let mut taken = 0;
        for _ in 0..140 {
            let response = pagerduty.serve(event.as_bytes()).await;
            if response.status() == StatusCode::TOO_MANY_REQUESTS {
                assert!(response.headers().contains_key("retry-after"));
                break;
            }
            taken += 1;
        }
        assert!((120..130).contains(&taken), "{taken}");
        assert_eq!(pagerduty.incidents().len(), 1, "all of them are one incident");
    }
}
