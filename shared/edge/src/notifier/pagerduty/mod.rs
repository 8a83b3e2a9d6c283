//! PagerDuty's Events API v2 ("Send an event to PagerDuty", PagerDuty developer documentation).
//!
//! Events with one deduplication key are one page, so sending twice tells nobody twice. 202 is success.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use futures::future::BoxFuture;
use http::StatusCode;
use paramedic_domain::alarm::text;
use paramedic_domain::escalation::{Channel, Failure, Kind};
use paramedic_domain::report;
use paramedic_domain::severity::Severity;
use serde_json::{Map, Value, json};

use super::pace::{Budget, seconds};
use super::{Note, Notifier, Parts, Sent};
use crate::http::{Answer, Https, transient};
use crate::secrets::{Secret, Secrets};

/// The field of the secret that holds the integration's key.
const FIELD: &str = "routing_key";
/// The longest value of a detail that is sent. The API allows 512 KB in all.
const DETAIL: usize = 4000;

/// The most links that are sent.
const LINKS: usize = 10;
/// Events a minute under one routing key, about as many as PagerDuty takes before it answers 429, and how many of them are
/// kept for pages.
const A_MINUTE: usize = 120;
const FOR_PAGES: usize = 40;

/// One service of PagerDuty.
#[derive(Debug)]
struct PagerDuty {
    https: Https,
    secrets: Secrets,
    secret: String,
    url: String,
    budget: Mutex<Budget>,
}

pub(super) fn build(parts: &Parts<'_>) -> Option<Box<dyn Notifier>> {
    let config = parts.config.pagerduty.as_ref()?;
    Some(Box::new(PagerDuty {
        https: parts.https.clone(),
        secrets: parts.secrets.clone(),
        secret: config.secret.clone(),
        url: format!("{}/v2/enqueue", config.events_url()),
        budget: Mutex::new(Budget::new(A_MINUTE, FOR_PAGES)),
    }))
}

impl Notifier for PagerDuty {
    fn serves(&self, channel: &Channel) -> bool {
        *channel == Channel::PagerDuty
    }

    fn send<'a>(&'a self, note: &'a Note<'a>) -> BoxFuture<'a, Sent> {
        Box::pin(async move {
            self.spend(note.kind)?;
            self.enqueue(event(note)).await.map(|()| None)
        })
    }

    fn secrets(&self) -> Vec<(&str, &'static str)> {
        vec![(&self.secret, FIELD)]
    }
}

impl PagerDuty {
    /// A page always goes out; what else there is to say waits for its turn.
    fn spend(&self, kind: Kind) -> Result<(), Failure> {
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        if kind == Kind::Page {
            budget.spend(Instant::now());
            return Ok(());
        }
        budget.spend_spare(Instant::now()).map_err(|wait| Failure::Transient {
            why: "the rest of this minute's events is kept for pages".to_owned(),
            retry_after_s: Some(seconds(wait)),
        })
    }

    /// Sends an event; a second time with a newly read key, if the first was refused in a way that a rotated key explains.
    async fn enqueue(&self, event: Map<String, Value>) -> Result<(), Failure> {
        let key = self.secrets.field(&self.secret, FIELD).await?;
        let answer = self.send_as(&event, &key).await?;
        let answer = match answer.status {
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let fresh = self.secrets.fresh(&self.secret, FIELD).await?;
                if fresh == key { answer } else { self.send_as(&event, &fresh).await? }
            }
            _ => answer,
        };
        judge(&answer)
    }

    async fn send_as(&self, event: &Map<String, Value>, key: &Secret) -> Result<Answer, Failure> {
        let mut event = event.clone();
        event.insert("routing_key".to_owned(), json!(key.reveal()));
        self.https.post(&self.url, None, Value::Object(event).to_string().into_bytes()).await
    }
}

fn judge(answer: &Answer) -> Result<(), Failure> {
    if answer.status == StatusCode::ACCEPTED {
        return Ok(());
    }
    if let Some(busy) = answer.busy() {
        return Err(busy);
    }
    // A refusal says why in `message` and `errors`; it does not repeat the key.
    let Ok(says) = serde_json::from_slice::<Value>(&answer.body) else {
        // PagerDuty's own answers are JSON. Something in between answered, such as a proxy or a captive page.
        return Err(transient(format!("HTTP {} without PagerDuty's JSON", answer.status)));
    };
    let errors = says.get("errors").and_then(|errors| errors.get(0)).or_else(|| says.get("message"));
    let why = errors.and_then(Value::as_str).unwrap_or("no reason given");
    Err(Failure::Permanent { why: format!("HTTP {}: {}", answer.status, text::escaped(why, 200)) })
}

/// The page under its key: made, added to, taken, or ended. The key is that of the severity and number the page was made
/// with, whatever the incident's severity is by now.
fn event(note: &Note<'_>) -> Map<String, Value> {
    let action = match note.kind {
        Kind::Acknowledge => "acknowledge",
        Kind::Resolve => "resolve",
        _ => "trigger",
    };
    let mut event = Map::new();
    event.insert("event_action".to_owned(), json!(action));
    event.insert("dedup_key".to_owned(), json!(note.incident.page_key(note.severity, note.page)));
    if action == "trigger" {
        event.insert("client".to_owned(), json!("Paramedic"));
        event.insert("links".to_owned(), links(note));
        event.insert("payload".to_owned(), payload(note));
    }
    event
}

fn links(note: &Note<'_>) -> Value {
    let links = note.story.links.iter().take(LINKS);
    links.map(|link| json!({ "href": link.url, "text": text::escaped(&link.text, 100) })).collect()
}

fn payload(note: &Note<'_>) -> Value {
    let Note { incident, story, .. } = note;
    // Several lines may have one label, such as the steps.
    let mut told: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in &story.lines {
        let parts = std::iter::once(line.text.as_str()).chain(line.details.iter().map(String::as_str));
        let parts = parts.chain(line.command.as_deref()).map(|part| text::escaped(part, DETAIL));
        told.entry(line.label.words()).or_default().extend(parts);
    }
    let detail =
        |(label, parts): (&str, Vec<String>)| (label.to_owned(), json!(text::bounded(&parts.join("\n"), DETAIL)));
    let details: Map<String, Value> = told.into_iter().map(detail).collect();
    json!({
        "summary": report::summary(incident),
        "source": text::escaped(incident.service.as_str(), 255),
        "severity": in_their_words(note.severity),
        "timestamp": incident.opened_at.to_string(),
        "component": text::escaped(incident.service.as_str(), 255),
        "group": text::escaped(&format!("{}/{}", incident.account, incident.region), 255),
        "class": incident.leading().map(|alarm| text::escaped(&alarm.name, 255)),
        "custom_details": details,
    })
}

fn in_their_words(severity: Severity) -> &'static str {
    match severity {
        Severity::P0 => "critical",
        Severity::P1 => "error",
        Severity::P2 => "warning",
    }
}

#[cfg(test)]
mod tests;
