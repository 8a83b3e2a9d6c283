//! The Events API v2 of PagerDuty.
//!
//! Modelled on `developer.pagerduty.com/docs/send-alert-event`: 202 with the `dedup_key`, 400 with a list of errors; events of
//! one key fold into one incident.

use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::Mood;
use crate::observed::{Log, Observed, PagerDutyRequest};

/// The largest event that is taken, in bytes.
const LARGEST_EVENT: usize = 512 * 1024;

/// One PagerDuty service with one integration.
#[derive(Debug)]
pub struct PagerDuty {
    routing_key: String,
    log: Log,
    mood: Mutex<Mood>,
}

impl PagerDuty {
    /// A service that accepts this routing key only.
    #[must_use]
    pub fn new(routing_key: String, log: Log) -> Self {
        Self { routing_key, log, mood: Mutex::default() }
    }

    /// From now on it answers like this.
    pub fn set_mood(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// Serves `POST /v2/enqueue`.
    pub async fn serve(&self, body: &[u8]) -> Response {
        let mood = self.mood.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let event: Value = serde_json::from_slice(body).unwrap_or_default();
        if let Some((response, why)) = mood.interfere().await {
            self.note(&event, Some(why.to_owned()));
            return response;
        }
        let errors = match mood {
            Mood::Refuses(error) => vec![error],
            _ => faults_of(&event, body.len(), &self.routing_key).iter().map(|error| (*error).to_owned()).collect(),
        };
        if errors.is_empty() {
            self.note(&event, None);
            let key = text(&event, "/dedup_key");
            let answer = json!({"status": "success", "message": "Event processed", "dedup_key": key});
            return (StatusCode::ACCEPTED, Json(answer)).into_response();
        }
        self.note(&event, Some(errors.join("; ")));
        let answer = json!({"status": "invalid event", "message": "Event object is invalid", "errors": errors});
        (StatusCode::BAD_REQUEST, Json(answer)).into_response()
    }

    fn note(&self, event: &Value, refused: Option<String>) {
        self.log.add(Observed::PagerDuty(PagerDutyRequest {
            event_action: text(event, "/event_action").to_owned(),
            dedup_key: text(event, "/dedup_key").to_owned(),
            summary: text(event, "/payload/summary").to_owned(),
            refused,
        }));
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

    #[tokio::test]
    async fn a_refused_event_is_not_recorded_as_accepted() {
        let log = Log::default();
        let pagerduty = PagerDuty::new("r".to_owned(), log.clone());
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
}
