//! PagerDuty's Events API v2 ("Send an event to PagerDuty", PagerDuty developer documentation).
//!
//! Events with one deduplication key are one page, so sending twice tells nobody twice. 202 is success.

use http::StatusCode;
use paramedic_domain::alarm::text;
use paramedic_domain::config::PagerDutyConfig;
use paramedic_domain::escalation::Failure;
use paramedic_domain::incident::Incident;
use paramedic_domain::report::{self, Story};
use paramedic_domain::severity::Severity;
use serde_json::{Map, Value, json};

use crate::http::{Answer, Https};
use crate::secrets::{Secret, Secrets};

/// The field of the secret that holds the integration's key.
const FIELD: &str = "routing_key";
/// The longest value of a detail that is sent. The API allows 512 KB in all.
const DETAIL: usize = 4000;

/// One service of PagerDuty.
#[derive(Clone, Debug)]
pub struct PagerDuty {
    https: Https,
    secrets: Secrets,
    secret: String,
    url: String,
}

impl PagerDuty {
    /// Pages as the configuration says. Nothing is read or sent yet.
    pub fn new(config: &PagerDutyConfig, https: Https, secrets: Secrets) -> Self {
        let url = format!("{}/v2/enqueue", config.events_url());
        Self { https, secrets, secret: config.secret.clone(), url }
    }

    /// Pages with this severity, or adds to a page that has the same deduplication key.
    ///
    /// # Errors
    ///
    /// PagerDuty did not accept the event.
    pub async fn trigger(&self, incident: &Incident, severity: Severity, story: &Story) -> Result<(), Failure> {
        self.send(trigger(incident, severity, story)).await
    }

    /// Ends the page that was made for this severity.
    ///
    /// # Errors
    ///
    /// PagerDuty did not accept the event.
    pub async fn resolve(&self, incident: &Incident, severity: Severity) -> Result<(), Failure> {
        let key = incident.page_key(severity, 1);
        let mut event = Map::new();
        event.insert("event_action".to_owned(), json!("resolve"));
        event.insert("dedup_key".to_owned(), json!(key));
        self.send(event).await
    }

    /// Sends an event; a second time with a newly read key, if the first was refused in a way that a rotated key explains.
    async fn send(&self, event: Map<String, Value>) -> Result<(), Failure> {
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
    let says: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let errors = says.get("errors").and_then(|errors| errors.get(0)).or_else(|| says.get("message"));
    let why = errors.and_then(Value::as_str).unwrap_or("no reason given");
    Err(Failure::Permanent { why: format!("HTTP {}: {}", answer.status, text::escaped(why, 200)) })
}

fn trigger(incident: &Incident, severity: Severity, story: &Story) -> Map<String, Value> {
    let mut details = Map::new();
    for line in &story.lines {
        let parts = std::iter::once(line.text.as_str()).chain(line.details.iter().map(String::as_str));
        let told = parts.chain(line.command.as_deref()).collect::<Vec<_>>().join("\n");
        details.insert(line.label.words().to_owned(), json!(text::bounded(&told, DETAIL)));
    }
    let links: Vec<Value> =
        story.links.iter().map(|link| json!({ "href": link.url, "text": text::escaped(&link.text, 100) })).collect();
    let mut event = Map::new();
    event.insert("event_action".to_owned(), json!("trigger"));
    event.insert("dedup_key".to_owned(), json!(incident.page_key(severity, 1)));
    event.insert("client".to_owned(), json!("Paramedic"));
    event.insert("links".to_owned(), json!(links));
    event.insert(
        "payload".to_owned(),
        json!({
            "summary": report::summary(incident),
            "source": text::escaped(incident.service.as_str(), 255),
            "severity": in_their_words(severity),
            "timestamp": incident.opened_at.to_string(),
            "component": text::escaped(incident.service.as_str(), 255),
            "group": format!("{}/{}", incident.account, incident.region),
            "class": incident.leading().map(|alarm| text::escaped(&alarm.name, 255)),
            "custom_details": details,
        }),
    );
    event
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
