//! The function URL: what arrives there is handed to the function, and its answer goes back.
//!
//! `docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html`, "Request and response payloads": payload format 2.0; header
//! names in lower case; a body that is not declared as text arrives in base64; an answer without `statusCode` is 200 and JSON.

use std::time::{Duration, Instant};

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::Overlay;
use super::ministack_calls::CallFailed;
use crate::observed::{Gesture, Observed};
use crate::sinks::pagerduty::Webhook;

/// The name of the function, as the ops stack makes it, and the first part of its path here.
pub(super) const FUNCTION: &str = "slack-actions";

/// How often PagerDuty sends a webhook that was not taken, and after which pause.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// A request to the function URL.
#[derive(Debug, Clone)]
pub struct UrlRequest {
    /// `/slack` or `/pagerduty`.
    pub path: String,
    /// Header names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body: text, which is all that Slack and PagerDuty send.
    pub body: String,
}

/// What the function answered.
#[derive(Debug, Clone)]
pub struct UrlAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Overlay {
    /// From now on the function URL leads to this function.
    pub fn serve_function_url(&self, function: &str) {
        // A stage is set once.
        let _already = self.function_url.set(function.to_owned());
    }

    /// Hands a request to the function behind the function URL and waits for its answer.
    ///
    /// # Errors
    /// When there is no such function, or it fails.
    pub async fn call_function_url(&self, request: &UrlRequest) -> Result<UrlAnswer, CallFailed> {
        let failed = |what: String| CallFailed { action: "lambda:InvokeFunctionUrl".to_owned(), what };
        let function = self.function_url.get().ok_or_else(|| failed(format!("{FUNCTION} is not deployed")))?;
        let answer = self.calls.ask(function, &event(request, self.calls.account(), self.calls.region())).await?;
        Ok(read(&answer))
    }

    /// Somebody clicks on the newest button with this action id, or on that of one message.
    ///
    /// # Errors
    /// When nobody sees such a button, or the function cannot be called.
    pub async fn click(&self, action_id: &str, ts: Option<&str>, user: &str) -> Result<UrlAnswer, CallFailed> {
        let nothing = || CallFailed {
            action: "a click".to_owned(),
            what: format!("no message in Slack shows a button {action_id:?}"),
        };
        let click = self.slack.click(action_id, ts, user).ok_or_else(nothing)?;
        let request = UrlRequest { path: "/slack".to_owned(), headers: click.headers, body: click.body };
        let started = Instant::now();
        let answer = self.call_function_url(&request).await;
        self.log.add(Observed::ByPerson(Gesture {
            place: "slack",
            who: user.to_owned(),
            what: action_id.to_owned(),
            whose: click.ts,
            status: answer.as_ref().map_or(502, |answer| answer.status),
            took_ms: millis_since(started),
        }));
        answer
    }
}

/// Sends PagerDuty's webhooks in their order until the sender is gone. Without the function there is no subscription.
pub(super) async fn tell(overlay: std::sync::Arc<Overlay>, mut webhooks: mpsc::UnboundedReceiver<Webhook>) {
    while let Some(webhook) = webhooks.recv().await {
        if overlay.function_url.get().is_none() {
            continue;
        }
        let request =
            UrlRequest { path: "/pagerduty".to_owned(), headers: webhook.headers.clone(), body: webhook.body.clone() };
        for _ in 0..TRIES {
            let started = Instant::now();
            let answer = overlay.call_function_url(&request).await;
            let status = answer.map_or(502, |answer| answer.status);
            overlay.log.add(Observed::ByPerson(Gesture {
                place: "pagerduty",
                who: webhook.by.clone(),
                what: webhook.event_type.clone(),
                whose: webhook.dedup_key.clone(),
                status,
                took_ms: millis_since(started),
            }));
            if status < 500 && status != 429 {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn millis_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn event(request: &UrlRequest, account: &str, region: &str) -> Value {
    let now = Timestamp::now();
    let host = format!("sandbox.lambda-url.{region}.on.aws");
    let mut headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), json!(value))).collect();
    headers.insert("host".to_owned(), json!(host));
    headers.insert("x-forwarded-proto".to_owned(), json!("https"));
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": account,
            "apiId": "sandbox",
            "domainName": host,
            "domainPrefix": "sandbox",
            "http": {
                "method": "POST", "path": request.path, "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": headers.get("user-agent"),
            },
            "requestId": format!("{:032x}", now.as_nanosecond()),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S %z").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "body": request.body,
        "isBase64Encoded": false,
    })
}

fn read(answer: &Value) -> UrlAnswer {
    let Some(status) = answer.get("statusCode").and_then(Value::as_u64) else {
        let kind = ("content-type".to_owned(), "application/json".to_owned());
        return UrlAnswer { status: 200, headers: vec![kind], body: answer.to_string() };
    };
    let headers = answer.get("headers").and_then(Value::as_object).into_iter().flatten();
    UrlAnswer {
        status: u16::try_from(status).unwrap_or(502),
        headers: headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
        body: answer.get("body").and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

/// The answer as HTTP.
pub(super) fn response(answer: Result<UrlAnswer, CallFailed>) -> Response {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return (StatusCode::BAD_GATEWAY, failed.to_string()).into_response(),
    };
    let mut response = answer.body.into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn a_request_becomes_an_event_of_format_2() {
        let headers = vec![("X-Slack-Signature".to_owned(), "v0=1".to_owned())];
        let request = UrlRequest { path: "/slack".to_owned(), headers, body: "payload=%7B%7D".to_owned() };
        let event = event(&request, "123456789012", "eu-west-1");
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["requestContext"]["http"]["method"], "POST");
        assert_eq!((&event["rawPath"], &event["body"]), (&json!("/slack"), &json!("payload=%7B%7D")));
        assert_eq!(event["headers"]["x-slack-signature"], "v0=1", "header names arrive in lower case");
    }

    #[test]
    fn an_answer_without_a_status_is_a_good_one() {
        assert_eq!(read(&json!({"statusCode": 401, "body": "no"})).status, 401);
        assert_eq!(read(&json!({"ok": true})).status, 200);
    }
}
