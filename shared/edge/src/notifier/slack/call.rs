//! One call of Slack's Web API, and what its answer means.

use paramedic_domain::alarm::text;
use paramedic_domain::config::SlackConfig;
use paramedic_domain::escalation::Failure;
use serde::Deserialize;
use serde_json::Value;

use crate::http::{Answer, Https, transient};
use crate::secrets::{Secret, Secrets};

/// The field of the secret that holds the bot's token.
const FIELD: &str = "bot_token";

/// Errors that speak of Slack's own state. All others will be the same next time.
const LATER: &[&str] = &[
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
];

/// Errors that a rotated token explains.
const TOKEN_REFUSED: &[&str] = &["invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive"];

/// The Web API, spoken to as the bot.
#[derive(Debug)]
pub(super) struct Web {
    https: Https,
    secrets: Secrets,
    secret: String,
    api: String,
}

/// What Slack says, as far as it matters.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    ok: bool,
    error: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) ts: Option<String>,
    pub(super) upload_url: Option<String>,
    pub(super) file_id: Option<String>,
}

/// What a method is told, in the form that it reads.
#[derive(Clone, Copy)]
pub(super) enum Told<'a> {
    /// JSON.
    Json(&'a Value),
    /// A form.
    Form(&'a str),
}

/// Why Slack did not do it.
enum Refusal {
    /// The token is not good any more.
    Token(Failure),
    Other(Failure),
}

impl Web {
    /// Speaks as the configuration says. Nothing is read or sent yet.
    pub(super) fn new(config: &SlackConfig, https: Https, secrets: Secrets) -> Self {
        Self { https, secrets, secret: config.secret.clone(), api: config.api_url().to_owned() }
    }

    pub(super) fn secret(&self) -> (&str, &'static str) {
        (&self.secret, FIELD)
    }

    /// Calls a method; a second time with a newly read token, if the first was refused for its token.
    ///
    /// # Errors
    ///
    /// Slack did not say `"ok": true`.
    pub(super) async fn call(&self, method: &str, told: Told<'_>) -> Result<Reply, Failure> {
        let token = self.secrets.field(&self.secret, FIELD).await?;
        match self.call_as(method, told, &token).await {
            Ok(reply) => Ok(reply),
            Err(Refusal::Other(failure)) => Err(failure),
            Err(Refusal::Token(failure)) => {
                let fresh = self.secrets.fresh(&self.secret, FIELD).await?;
                if fresh == token {
                    return Err(failure);
                }
                self.call_as(method, told, &fresh).await.map_err(|refusal| match refusal {
                    Refusal::Token(failure) | Refusal::Other(failure) => failure,
                })
            }
        }
    }

    async fn call_as(&self, method: &str, told: Told<'_>, token: &Secret) -> Result<Reply, Refusal> {
        let url = format!("{}/{method}", self.api);
        let answer = match told {
            Told::Json(body) => self.https.post(&url, Some(token), body.to_string().into_bytes()).await,
            Told::Form(form) => self.https.post_form(&url, Some(token), form).await,
        };
        judge(method, &answer.map_err(Refusal::Other)?)
    }

    /// Hands over a file at the address that Slack gave for it.
    ///
    /// # Errors
    ///
    /// Slack did not say that it has it.
    pub(super) async fn hand_over(&self, address: &str, png: &[u8]) -> Result<(), Failure> {
        let answer = self.https.post_png(address, png).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        let why = format!("the upload: HTTP {}", answer.status);
        Err(answer.busy().unwrap_or(Failure::Permanent { why }))
    }
}

fn judge(method: &str, answer: &Answer) -> Result<Reply, Refusal> {
    if let Some(busy) = answer.busy() {
        return Err(Refusal::Other(busy));
    }
    let Ok(reply) = serde_json::from_slice::<Reply>(&answer.body) else {
        // Slack's own answers are JSON. Something in between answered, such as a proxy or a captive page.
        return Err(Refusal::Other(transient(format!("{method}: HTTP {} without Slack's JSON", answer.status))));
    };
    if reply.ok {
        return Ok(reply);
    }
    let error = text::escaped(reply.error.as_deref().unwrap_or("ok is false, without an error"), 100);
    let why = format!("{method}: {error}");
    if TOKEN_REFUSED.contains(&error.as_str()) {
        Err(Refusal::Token(Failure::Permanent { why }))
    } else if LATER.contains(&error.as_str()) {
        Err(Refusal::Other(Failure::Transient { why, retry_after_s: answer.retry_after_s }))
    } else {
        Err(Refusal::Other(Failure::Permanent { why }))
    }
}
