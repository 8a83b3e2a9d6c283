//! Slack: its Web API, what people see in its channels, and what it sends when somebody clicks.
//!
//! Modelled on `docs.slack.dev/reference/methods/chat.postMessage`, `chat.update`, `auth.test` and `conversations.info`, and `files.getUploadURLExternal` and
//! `files.completeUploadExternal`:
//! success is `ok: true`, not HTTP 200; an update needs the channel's id, not its name, and the `ts` of an existing message.
//! `docs.slack.dev/apis/web-api/rate-limits`: one message a second and channel, with short bursts above that; other methods
//! by tiers; 429 with `Retry-After`.

mod click;
mod files;
mod text;
mod workspace;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub use click::Click;
pub use workspace::{ButtonView, ChannelView, MessageView};

use super::Mood;
use super::rate::{Allowance, Limit};
use crate::observed::{Log, Observed, SlackRequest};
use files::Files;
use workspace::Workspace;

/// The workspace's id.
const TEAM: &str = "T0SANDBOX";

/// New messages of one channel.
const POSTS: Limit = Limit { burst: 4.0, per_second: 1.0 };
/// Updates of the whole workspace: tier 3, more than 50 a minute, and bursts.
const UPDATES: Limit = Limit { burst: 12.0, per_second: 1.0 };
/// How often a response URL may be used.
const RESPONSES: u32 = 5;

/// Who the app is, and where.
#[derive(Debug, Clone)]
pub struct Account {
    /// The bot's token.
    pub token: String,
    /// What Slack signs its requests with.
    pub signing_secret: String,
    /// The address of this sink, which response URLs begin with.
    pub url: String,
}

/// One workspace with one bot.
#[derive(Debug)]
pub struct Slack {
    account: Account,
    log: Log,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    mood: Mood,
    scopes: String,
    workspace: Workspace,
    posts: BTreeMap<String, Allowance>,
    updates: Option<Allowance>,
    responses: Vec<ResponseUrl>,
    files: Files,
}

/// Where an app may answer a click.
#[derive(Debug)]
struct ResponseUrl {
    channel: String,
    ts: String,
    user: String,
    uses: u32,
}

/// Why a method did not do what was asked.
enum Refusal {
    Error(String),
    RateLimited(u32),
}

impl From<&'static str> for Refusal {
    fn from(error: &'static str) -> Self {
        Self::Error(error.to_owned())
    }
}

impl Slack {
    /// A workspace that accepts this account's token only.
    #[must_use]
    pub fn new(account: Account, log: Log) -> Self {
        let state = State {
            mood: Mood::default(),
            scopes: "chat:write,channels:read,files:write".to_owned(),
            workspace: Workspace::default(),
            posts: BTreeMap::new(),
            updates: None,
            responses: Vec::new(),
            files: Files::default(),
        };
        Self { account, log, state: Mutex::new(state) }
    }

    /// From now on it answers like this.
    pub fn set_mood(&self, mood: Mood) {
        self.lock().mood = mood;
    }

    /// From now on the token has these scopes, joined by commas.
    pub fn set_scopes(&self, scopes: &str) {
        scopes.clone_into(&mut self.lock().scopes);
    }

    /// What people see.
    #[must_use]
    pub fn view(&self) -> Vec<ChannelView> {
        self.lock().workspace.view()
    }

    /// The request that a click on the newest button with this action id makes, of one message if `ts` names it; `None`
    /// when nobody sees such a button.
    #[must_use]
    pub fn click(&self, action_id: &str, ts: Option<&str>, user: &str) -> Option<Click> {
        let mut state = self.lock();
        let button = state.workspace.button(action_id, ts)?;
        let message = &button.message;
        let (channel, ts) = (message.channel.clone(), message.ts.clone());
        state.responses.push(ResponseUrl { channel, ts, user: user.to_owned(), uses: 0 });
        let response_url = format!("{}/response/{}", self.account.url, state.responses.len() - 1);
        Some(click::click(&button, user, &response_url, &self.account.signing_secret, Timestamp::now()))
    }

    /// Serves one method. Writing methods take JSON, reading ones a form or a query.
    pub async fn serve(&self, method: &str, headers: &HeaderMap, query: &str, body: &[u8]) -> Response {
        let mood = self.lock().mood.clone();
        let message = arguments(query, body);
        if let Some((response, why)) = mood.interfere().await {
            self.note(method, &message, named_ts(&message), Some(why.to_owned()), false);
            return response;
        }
        let outcome = match &mood {
            Mood::Refuses(error) => Err(Refusal::Error(error.clone())),
            _ => self.answer(method, headers, &message),
        };
        match outcome {
            Ok(answer) => {
                let ts = answer.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned();
                let lost = if let Mood::TakesAndRateLimits(seconds) = mood { Some(seconds) } else { None };
                // That a place for a file was asked for shows nobody anything.
                if method != files::PLACE {
                    self.note(method, &message, ts, None, lost.is_some());
                }
                lost.map_or_else(|| self.with_scopes(Json(answer).into_response()), super::rate_limited)
            }
            Err(Refusal::RateLimited(seconds)) => {
                self.note(method, &message, named_ts(&message), Some("rate limited".to_owned()), false);
                super::rate_limited(seconds)
            }
            Err(Refusal::Error(error)) => {
                self.note(method, &message, named_ts(&message), Some(error.clone()), false);
                Json(json!({"ok": false, "error": error})).into_response()
            }
        }
    }

    /// Serves a response URL (`docs.slack.dev/interactivity/handling-user-interaction`, "Responding to users").
    pub fn respond(&self, id: &str, body: &[u8]) -> Response {
        let content: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut state = self.lock();
        let State { responses, workspace, .. } = &mut *state;
        let used = id.parse().ok().and_then(|id: usize| responses.get_mut(id));
        let Some(used) = used.filter(|used| used.uses < RESPONSES) else {
            return (StatusCode::NOT_FOUND, Json(json!({"ok": false, "error": "used_url"}))).into_response();
        };
        used.uses += 1;
        let mut request = SlackRequest {
            method: "response_url".to_owned(),
            channel: used.user.clone(),
            thread_ts: Some(used.ts.clone()),
            lines: text::lines(&content),
            ..SlackRequest::default()
        };
        let flag = |name: &str| content.get(name).and_then(Value::as_bool).unwrap_or_default();
        if flag("delete_original") {
            request.refused = Some("the sandbox does not delete messages".to_owned());
        } else if let Err(error) = text::check(&content) {
            request.refused = Some(error.to_owned());
        } else if flag("replace_original") {
            request.ts.clone_from(&used.ts);
            request.channel.clone_from(&used.channel);
            request.refused = workspace.update(&used.channel, &used.ts, &content).err().map(str::to_owned);
        } else if text_of(&content, "response_type") == "in_channel" {
            request.channel.clone_from(&used.channel);
            request.thread_ts = None;
            request.ts = workspace.post(&used.channel, &content, Timestamp::now()).unwrap_or_default();
        } else {
            request.ts = workspace.whisper(&used.channel, &used.ts, &used.user, &content, Timestamp::now());
        }
        let refused = request.refused.clone();
        drop(state);
        self.log.add(Observed::Slack(request));
        match refused {
            Some(error) => (StatusCode::BAD_REQUEST, Json(json!({"ok": false, "error": error}))).into_response(),
            None => "ok".into_response(),
        }
    }

    fn answer(&self, method: &str, headers: &HeaderMap, message: &Value) -> Result<Value, Refusal> {
        let presented = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        match presented.strip_prefix("Bearer ") {
            None => return Err("not_authed".into()),
            Some(token) if token != self.account.token => return Err("invalid_auth".into()),
            Some(_) => {}
        }
        match method {
            "auth.test" => Ok(json!({
                "ok": true, "url": "https://sandbox.slack.com/", "team": "sandbox", "team_id": TEAM,
                "user": "paramedic", "user_id": "U0SANDBOXBOT", "bot_id": "B0SANDBOX",
            })),
            "conversations.info" => Ok(self.lock().workspace.info(text_of(message, "channel"))?),
            "conversations.list" => Ok(self.lock().workspace.list()),
            "chat.postMessage" => self.post(message),
            "chat.update" => self.update(message),
            files::PLACE => self.place_file(headers, message),
            files::COMPLETE => self.show_file(headers, message),
            _ => Err("unknown_method".into()),
        }
    }

    fn post(&self, message: &Value) -> Result<Value, Refusal> {
        let mut state = self.lock();
        let channel = state.workspace.conversation(text_of(message, "channel"))?;
        let now = Timestamp::now();
        let left = state.posts.entry(channel.clone()).or_insert_with(|| Allowance::new(POSTS, now));
        left.take(now).map_err(Refusal::RateLimited)?;
        text::check(message)?;
        let ts = state.workspace.post(&channel, message, now)?;
        Ok(json!({"ok": true, "channel": channel, "ts": ts, "message": {"ts": ts, "text": text_of(message, "text")}}))
    }

    fn update(&self, message: &Value) -> Result<Value, Refusal> {
        let (channel, ts) = (text_of(message, "channel"), text_of(message, "ts"));
        if !channel.starts_with(['C', 'D']) {
            return Err("channel_not_found".into());
        }
        let mut state = self.lock();
        let now = Timestamp::now();
        let left = state.updates.get_or_insert_with(|| Allowance::new(UPDATES, now));
        left.take(now).map_err(Refusal::RateLimited)?;
        text::check(message)?;
        state.workspace.update(channel, ts, message)?;
        Ok(json!({"ok": true, "channel": channel, "ts": ts, "text": text_of(message, "text")}))
    }

    /// Slack says with every answer what the token may do (`docs.slack.dev/authentication/tokens`, "x-oauth-scopes").
    fn with_scopes(&self, mut response: Response) -> Response {
        if let Ok(scopes) = HeaderValue::from_str(&self.lock().scopes) {
            response.headers_mut().insert("x-oauth-scopes", scopes);
        }
        response
    }

    fn note(&self, method: &str, message: &Value, ts: String, refused: Option<String>, answer_lost: bool) {
        let thread_ts = text_of(message, "thread_ts");
        let channel = Some(text_of(message, "channel")).filter(|channel| !channel.is_empty());
        let lines = files::titles(message).unwrap_or_else(|| text::lines(message));
        self.log.add(Observed::Slack(SlackRequest {
            method: method.to_owned(),
            ts,
            channel: channel.unwrap_or_else(|| text_of(message, "channel_id")).to_owned(),
            thread_ts: (!thread_ts.is_empty()).then(|| thread_ts.to_owned()),
            broadcast: message.get("reply_broadcast").and_then(Value::as_bool).unwrap_or_default(),
            lines,
            buttons: workspace::buttons(message).map(|(_, each)| text_of(each, "action_id").to_owned()).collect(),
            refused,
            answer_lost,
        }));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The arguments of a call, from its JSON, its form or its query.
fn arguments(query: &str, body: &[u8]) -> Value {
    if let Ok(json @ Value::Object(_)) = serde_json::from_slice(body) {
        return json;
    }
    let pairs = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(body));
    Value::Object(pairs.map(|(name, value)| (name.into_owned(), json!(value))).collect::<Map<_, _>>())
}

fn text_of<'a>(message: &'a Value, name: &str) -> &'a str {
    message.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn named_ts(message: &Value) -> String {
    text_of(message, "ts").to_owned()
}

#[cfg(test)]
mod tests;
