//! Signed requests to receivers of one's own.
//!
//! A `POST` of JSON with two headers. `X-Paramedic-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA256 of `SECONDS.BODY` under
//! the webhook's secret: the receiver computes it over the raw body, compares in constant time and refuses what is older
//! than a few minutes. `Idempotency-Key` is the same when a notification is sent again. 2xx is success.

use futures::future::BoxFuture;
use hmac::{Hmac, Mac as _};
use http::{HeaderName, StatusCode};
use jiff::Timestamp;
use paramedic_domain::alarm::text;
use paramedic_domain::config::WebhookConfig;
use paramedic_domain::escalation::{Channel, Failure};
use paramedic_domain::report::Story;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Note, Notifier, Parts, Sent, unconfigured};
use crate::http::{Answer, Https, header};
use crate::secrets::{Secret, Secrets};

/// The field of the secret that requests are signed with.
const FIELD: &str = "signing_secret";
/// The headers.
const SIGNATURE: HeaderName = HeaderName::from_static("x-paramedic-signature");
const IDEMPOTENCY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest text of a line and the most lines and details that are sent, so that a body stays far below a megabyte.
const TEXT: usize = 4000;
const LIST: usize = 60;

/// All configured receivers.
#[derive(Debug)]
struct Webhooks {
    https: Https,
    secrets: Secrets,
    known: Vec<WebhookConfig>,
}

pub(super) fn build(parts: &Parts<'_>) -> Option<Box<dyn Notifier>> {
    let known = parts.config.webhooks.clone();
    let webhooks = Webhooks { https: parts.https.clone(), secrets: parts.secrets.clone(), known };
    (!webhooks.known.is_empty()).then(|| Box::new(webhooks) as Box<dyn Notifier>)
}

impl Notifier for Webhooks {
    fn serves(&self, channel: &Channel) -> bool {
        matches!(channel, Channel::Webhook(_))
    }

    fn send<'a>(&'a self, note: &'a Note<'a>) -> BoxFuture<'a, Sent> {
        Box::pin(async move {
            let Channel::Webhook(name) = note.channel else { return Err(unconfigured()) };
            let webhook = self.known.iter().find(|webhook| webhook.name == *name).ok_or_else(unconfigured)?;
            self.post(webhook, note).await.map(|()| None)
        })
    }

    fn secrets(&self) -> Vec<(&str, &'static str)> {
        self.known.iter().map(|webhook| (webhook.secret.as_str(), FIELD)).collect()
    }
}

impl Webhooks {
    /// Posts; a second time with a newly read secret, if the first was refused in a way that a rotated secret explains.
    async fn post(&self, webhook: &WebhookConfig, note: &Note<'_>) -> Result<(), Failure> {
        let body = body(note).to_string();
        let key = self.secrets.field(&webhook.secret, FIELD).await?;
        let answer = self.post_as(webhook, note, &body, &key).await?;
        let answer = match answer.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let fresh = self.secrets.fresh(&webhook.secret, FIELD).await?;
                if fresh == key { answer } else { self.post_as(webhook, note, &body, &fresh).await? }
            }
            _ => answer,
        };
        judge(&answer)
    }

    async fn post_as(
        &self,
        webhook: &WebhookConfig,
        note: &Note<'_>,
        body: &str,
        key: &Secret,
    ) -> Result<Answer, Failure> {
        let signature = signature(key, Timestamp::now(), body)?;
        let once = format!("{}/{}", note.incident.id, note.number);
        let headers =
            vec![header(SIGNATURE, &signature, "the signature")?, header(IDEMPOTENCY, &once, "the incident's id")?];
        self.https.post_with(webhook.url(), headers, body.as_bytes().to_vec()).await
    }
}

fn judge(answer: &Answer) -> Result<(), Failure> {
    if answer.status.is_success() {
        return Ok(());
    }
    let later = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY];
    if later.contains(&answer.status) {
        return Err(Failure::Transient { why: format!("HTTP {}", answer.status), retry_after_s: answer.retry_after_s });
    }
    // What a stranger says about its refusal is not repeated: it may echo the request.
    let hint = if answer.status.is_redirection() { "; hint: configure the address it leads to" } else { "" };
    Err(answer.busy().unwrap_or_else(|| Failure::Permanent { why: format!("HTTP {}{hint}", answer.status) }))
}

fn signature(key: &Secret, at: Timestamp, body: &str) -> Result<String, Failure> {
    let seconds = at.as_second();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes())
        .map_err(|_| Failure::Permanent { why: "the secret is no key".to_owned() })?;
    mac.update(format!("{seconds}.{body}").as_bytes());
    let digest: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("t={seconds},v1={digest}"))
}

/// What receivers read. Its shape is a promise: fields are added, never changed.
fn body(note: &Note<'_>) -> Value {
    let Note { incident, story, .. } = note;
    json!({
        "version": 1,
        "notification": { "number": note.number, "kind": note.kind, "severity": note.severity, "page": note.page },
        "incident": {
            "id": incident.id,
            "service": text::escaped(incident.service.as_str(), 255),
            "severity": incident.severity,
            "open": incident.is_open(),
            "opened_at": incident.opened_at,
            "account": incident.account,
            "region": incident.region,
        },
        "story": told(story),
    })
}

fn told(story: &Story) -> Value {
    let inert = |text: &String| text::escaped(text, TEXT);
    let lines = story.lines.iter().take(LIST).map(|line| {
        json!({
            "label": line.label.words(),
            "text": inert(&line.text),
            "details": line.details.iter().take(LIST).map(inert).collect::<Vec<_>>(),
            "command": line.command.as_ref().map(inert),
        })
    });
    let links = story.links.iter().take(LIST).map(|link| json!({ "text": inert(&link.text), "url": link.url }));
    json!({
        "headline": inert(&story.headline),
        "status": story.status.words(),
        "lines": lines.collect::<Vec<_>>(),
        "links": links.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
