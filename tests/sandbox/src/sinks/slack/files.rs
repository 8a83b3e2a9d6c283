//! Files, in the three steps that replaced `files.upload` (`docs.slack.dev/messaging/working-with-files`, "Uploading files"):
//! a place is asked for, the bytes are sent there, and the file is shown in a channel or a thread.
//!
//! Both methods take a form; `files.getUploadURLExternal` answers JSON with `invalid_arguments`, whatever its page says. Both
//! need the scope `files:write`.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::rate::Allowance;
use super::{POSTS, Refusal, Slack, State, text_of};

/// The method that gives a place.
pub(super) const PLACE: &str = "files.getUploadURLExternal";
/// The method that shows what was sent there.
pub(super) const COMPLETE: &str = "files.completeUploadExternal";
/// What every PNG begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The files for which a place was asked: how long each is to be, and whether it came.
#[derive(Debug, Default)]
pub(super) struct Files(Vec<(usize, bool)>);

impl Files {
    fn named(&mut self, id: &str) -> Option<&mut (usize, bool)> {
        let number: usize = id.strip_prefix('F')?.parse().ok()?;
        self.0.get_mut(number)
    }
}

impl Slack {
    pub(super) fn place_file(&self, headers: &HeaderMap, message: &Value) -> Result<Value, Refusal> {
        let mut state = self.lock();
        may_write(&state, headers)?;
        let length = text_of(message, "length").parse().ok().filter(|length| *length > 0);
        let (Some(length), false) = (length, text_of(message, "filename").is_empty()) else {
            return Err("invalid_arguments".into());
        };
        let id = format!("F{}", state.files.0.len());
        state.files.0.push((length, false));
        Ok(json!({"ok": true, "upload_url": format!("{}/upload/{id}", self.account.url), "file_id": id}))
    }

    /// Takes a file at its place.
    pub fn upload(&self, id: &str, body: &[u8]) -> Response {
        let mut state = self.lock();
        match state.files.named(id) {
            Some((length, came)) if *length == body.len() && body.starts_with(PNG) => {
                *came = true;
                format!("OK - {length}").into_response()
            }
            Some((length, _)) => {
                (StatusCode::BAD_REQUEST, format!("{} bytes came, and {length} of a PNG were meant", body.len()))
                    .into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    pub(super) fn show_file(&self, headers: &HeaderMap, message: &Value) -> Result<Value, Refusal> {
        let mut state = self.lock();
        may_write(&state, headers)?;
        let channel = text_of(message, "channel_id").to_owned();
        let files: Vec<Value> = serde_json::from_str(text_of(message, "files")).unwrap_or_default();
        if files.is_empty() || !channel.starts_with(['C', 'D']) {
            return Err("invalid_arguments".into());
        }
        if !files.iter().all(|file| state.files.named(text_of(file, "id")).is_some_and(|(_, came)| *came)) {
            return Err("file_not_found".into());
        }
        let channel = state.workspace.conversation(&channel)?;
        let now = Timestamp::now();
        let left = state.posts.entry(channel.clone()).or_insert_with(|| Allowance::new(POSTS, now));
        left.take(now).map_err(Refusal::RateLimited)?;
        let shown = json!({
            "text": titles(message).unwrap_or_default().join("\n"),
            "thread_ts": text_of(message, "thread_ts"),
        });
        state.workspace.post(&channel, &shown, now)?;
        Ok(json!({"ok": true, "files": files}))
    }
}

fn may_write(state: &State, headers: &HeaderMap) -> Result<(), Refusal> {
    if !state.scopes.split(',').any(|scope| scope == "files:write") {
        return Err("missing_scope".into());
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") { Err("invalid_arguments".into()) } else { Ok(()) }
}

/// The titles of the files that a request shows; `None` for one that shows none.
pub(super) fn titles(message: &Value) -> Option<Vec<String>> {
    let files: Vec<Value> = serde_json::from_str(text_of(message, "files")).ok()?;
    Some(files.iter().map(|file| format!("graph: {}", text_of(file, "title"))).collect())
}
