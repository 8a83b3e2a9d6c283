//! The people's side of the sandbox: Slack, PagerDuty, and the telephones and mailboxes behind the SNS topics.
//!
//! Each sink answers as the real service does, with its limits, and can be told to be unwell.

pub mod pagerduty;
mod rate;
mod signed;
pub mod slack;
pub mod topics;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

/// How a sink answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// As the real service does.
    #[default]
    Well,
    /// 429 with this `Retry-After`, in seconds.
    RateLimited(u32),
    /// It does what is asked, and then answers as [`Mood::RateLimited`] does.
    TakesAndRateLimits(u32),
    /// 500 and a page of HTML.
    ServerError,
    /// A refusal with status 200 and this error (Slack), or 400 (PagerDuty).
    Refuses(String),
    /// The connection stays open and nothing comes.
    Silent,
}

impl Mood {
    /// The answer that this mood gives in place of the real one, if it does. What still needs the sink is left to it.
    async fn interfere(&self) -> Option<(Response, &'static str)> {
        match self {
            Self::Well | Self::Refuses(_) | Self::TakesAndRateLimits(_) => None,
            Self::RateLimited(seconds) => Some((rate_limited(*seconds), "rate limited")),
            Self::ServerError => {
                let body = (StatusCode::INTERNAL_SERVER_ERROR, "<html><body>Internal Server Error</body></html>");
                Some((body.into_response(), "server error"))
            }
            Self::Silent => {
                // Longer than any client waits; it hangs up, and this future is dropped.
                tokio::time::sleep(std::time::Duration::from_secs(120)).await;
                Some((StatusCode::GATEWAY_TIMEOUT.into_response(), "no answer"))
            }
        }
    }
}

/// 429, and when to come back.
fn rate_limited(seconds: u32) -> Response {
    let mut response = StatusCode::TOO_MANY_REQUESTS.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
