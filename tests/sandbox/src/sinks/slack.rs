//! The Slack Web API, as far as posting and updating messages goes.
//!
//! Modelled on `docs.slack.dev/reference/methods/chat.postMessage` and `chat.update`: success is `ok: true`, not HTTP 200; an
//! update needs the channel's id, not its name, and the `ts` of an existing message.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Mood, slack_text};
use crate::observed::{Log, Observed, SlackRequest};

/// One workspace with one bot.
#[derive(Debug)]
pub struct Slack {
    token: String,
    log: Log,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    mood: Mood,
    /// Messages by channel id and ts: the lines they show now.
    messages: BTreeMap<(String, String), Vec<String>>,
}

impl Slack {
    /// A workspace that accepts this bot token only.
    #[must_use]
    pub fn new(token: String, log: Log) -> Self {
        Self { token, log, state: Mutex::default() }
    }

    /// From now on it answers like this.
    pub fn set_mood(&self, mood: Mood) {
        self.lock().mood = mood;
    }

    /// Serves one method.
    pub async fn serve(&self, method: &str, headers: &HeaderMap, body: &[u8]) -> Response {
        let mood = self.lock().mood.clone();
        let message: Value = serde_json::from_slice(body).unwrap_or_default();
        if let Some((response, why)) = mood.interfere().await {
            self.note(method, &message, named_ts(&message), Some(why.to_owned()));
            return response;
        }
        let outcome = match mood {
            Mood::Refuses(error) => Err(error),
            _ => self.answer(method, headers, &message).map_err(str::to_owned),
        };
        match outcome {
            Ok(answer) => {
                let ts = answer.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.note(method, &message, ts, None);
                Json(answer).into_response()
            }
            Err(error) => {
                self.note(method, &message, named_ts(&message), Some(error.clone()));
                Json(json!({"ok": false, "error": error})).into_response()
            }
        }
    }

    fn answer(&self, method: &str, headers: &HeaderMap, message: &Value) -> Result<Value, &'static str> {
        let presented = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        match presented.strip_prefix("Bearer ") {
            None => return Err("not_authed"),
            Some(token) if token != self.token => return Err("invalid_auth"),
            Some(_) => {}
        }
        match method {
            "auth.test" => Ok(json!({"ok": true, "team": "sandbox", "user": "paramedic", "bot_id": "B0SANDBOX"})),
            "chat.postMessage" => self.post(message),
            "chat.update" => self.update(message),
            _ => Err("unknown_method"),
        }
    }

    fn post(&self, message: &Value) -> Result<Value, &'static str> {
        let channel = channel_id(text_of(message, "channel")).ok_or("channel_not_found")?;
        slack_text::check(message)?;
        let mut state = self.lock();
        let now = Timestamp::now();
        let number = state.messages.len();
        let ts = format!("{}.{number:06}", now.as_second());
        state.messages.insert((channel.clone(), ts.clone()), slack_text::lines(message));
        Ok(json!({"ok": true, "channel": channel, "ts": ts, "message": {"ts": ts, "text": text_of(message, "text")}}))
    }

    fn update(&self, message: &Value) -> Result<Value, &'static str> {
        let (channel, ts) = (text_of(message, "channel"), text_of(message, "ts"));
        if !channel.starts_with('C') {
            return Err("channel_not_found");
        }
        slack_text::check(message)?;
        let mut state = self.lock();
        let shown = state.messages.get_mut(&(channel.to_owned(), ts.to_owned())).ok_or("message_not_found")?;
        *shown = slack_text::lines(message);
        Ok(json!({"ok": true, "channel": channel, "ts": ts, "text": text_of(message, "text")}))
    }

    fn note(&self, method: &str, message: &Value, ts: String, refused: Option<String>) {
        self.log.add(Observed::Slack(SlackRequest {
            method: method.to_owned(),
            ts,
            channel: text_of(message, "channel").to_owned(),
            lines: slack_text::lines(message),
            refused,
        }));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text_of<'a>(message: &'a Value, name: &str) -> &'a str {
    message.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn named_ts(message: &Value) -> String {
    text_of(message, "ts").to_owned()
}

/// A channel's id: itself, or made from `#name`.
fn channel_id(channel: &str) -> Option<String> {
    if channel.starts_with('C') && channel.len() > 8 {
        return Some(channel.to_owned());
    }
    let name = channel.strip_prefix('#').unwrap_or(channel);
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    (!letters.is_empty()).then(|| format!("C0{letters:0<8}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use axum::body::to_bytes;
    use axum::http::StatusCode;

    use super::*;

    async fn ask(slack: &Slack, method: &str, token: &str, body: Value) -> Value {
        let headers =
            HeaderMap::from_iter([("authorization".parse().unwrap(), format!("Bearer {token}").parse().unwrap())]);
        let response = slack.serve(method, &headers, body.to_string().as_bytes()).await;
        serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap()
    }

    fn slack() -> (Slack, Log) {
        let log = Log::default();
        (Slack::new("xoxb-1".to_owned(), log.clone()), log)
    }

    #[tokio::test]
    async fn an_update_needs_the_channels_id_and_the_ts_of_a_post() {
        let (slack, _) = slack();
        let posted = ask(&slack, "chat.postMessage", "xoxb-1", json!({"channel": "#ops", "text": "a"})).await;
        assert_eq!(posted["ok"], true);
        let (channel, ts) = (&posted["channel"], &posted["ts"]);
        let update = |channel: &Value, ts: &Value| json!({"channel": channel, "ts": ts, "text": "b"});
        assert_eq!(ask(&slack, "chat.update", "xoxb-1", update(channel, ts)).await["ok"], true);
        let by_name = ask(&slack, "chat.update", "xoxb-1", update(&json!("#ops"), ts)).await;
        assert_eq!(by_name["error"], "channel_not_found");
        let unknown = ask(&slack, "chat.update", "xoxb-1", update(channel, &json!("1.0"))).await;
        assert_eq!(unknown["error"], "message_not_found");
    }

    #[tokio::test]
    async fn a_wrong_token_is_refused_with_status_200_and_recorded_as_refused() {
        let (slack, log) = slack();
        let answer = ask(&slack, "chat.postMessage", "xoxb-2", json!({"channel": "#ops", "text": "a"})).await;
        assert_eq!(answer, json!({"ok": false, "error": "invalid_auth"}));
        let Some(Observed::Slack(request)) = log.all().pop().map(|seen| seen.what) else { panic!("nothing recorded") };
        assert_eq!(request.refused.as_deref(), Some("invalid_auth"));
    }

    #[tokio::test]
    async fn an_unwell_slack_says_when_to_come_back() {
        let (slack, _) = slack();
        slack.set_mood(Mood::RateLimited(7));
        let response = slack.serve("chat.postMessage", &HeaderMap::new(), b"{}").await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["retry-after"], "7");
        slack.set_mood(Mood::Refuses("account_inactive".to_owned()));
        assert_eq!(ask(&slack, "auth.test", "xoxb-1", json!({})).await["error"], "account_inactive");
    }
}
