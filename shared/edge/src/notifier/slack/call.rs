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
    pub(super) async fn call(&self, method: &str, body: &Value) -> Result<Reply, Failure> {
        let token = self.secrets.field(&self.secret, FIELD).await?;
        match self.call_as(method, body, &token).await {
            Ok(reply) => Ok(reply),
            Err(Refusal::Other(failure)) => Err(failure),
            Err(Refusal::Token(failure)) => {
                let fresh = self.secrets.fresh(&self.secret, FIELD).await?;
                if fresh == token {
                    return Err(failure);
                }
                self.call_as(method, body, &fresh).await.map_err(|refusal| match refusal {
                    Refusal::Token(failure) | Refusal::Other(failure) => failure,
                })
            }
        }
    }

    async fn call_as(&self, method: &str, body: &Value, token: &Secret) -> Result<Reply, Refusal> {
        let url = format!("{}/{method}", self.api);
        let answer = self.https.post(&url, Some(token), body.to_string().into_bytes()).await.map_err(Refusal::Other)?;
        judge(method, &answer)
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
