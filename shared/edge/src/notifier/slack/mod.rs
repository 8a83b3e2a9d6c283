//! Slack's Web API: the message that shows an incident, kept up to date in place; its thread; and messages elsewhere.
//!
//! Success is `"ok": true` and nothing else: Slack answers most refusals with HTTP 200 ("Evaluating responses", Slack Web
//! API).
//!
//! **A message can be delivered although Slack said no**, by a 429 or a lost answer, and is then posted again. Looking for
//! it first would need the scope to read the channel's history, which nothing else here needs. So a new message bears a
//! `client_msg_id` that is the same each time it is sent. Slack documents that field only by two errors of
//! `chat.postMessage` ("No duplicate message exists associated with `client_msg_id`"), not as an argument, so we make use
//! of it and do not count on it: at worst a message stands there twice, and the one Slack told us of is kept up to date.

mod blocks;
mod call;
mod file;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use paramedic_domain::escalation::{Channel, Failure, Kind};
use paramedic_domain::incident::{MessageRef, Undrawn};
use paramedic_domain::report;
use paramedic_domain::severity::Severity;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use self::call::{Reply, Told, Web};
use super::pace::{Lane, seconds};
use super::{Note, Notifier, Parts, Sent, Showing, Shown, unconfigured};
use crate::graph::Image;
use crate::http::transient;

/// `chat.postMessage` takes about one message a second for each channel, and short bursts ("Rate limits", Slack Web API).
const POST_EVERY: Duration = Duration::from_secs(1);
const POSTS_AT_ONCE: u32 = 4;
/// `chat.update` is of tier 3: about 50 a minute for the whole workspace.
const EDIT_EVERY: Duration = Duration::from_millis(1200);
const EDITS_AT_ONCE: u32 = 10;
/// What has to wait longer than this is left to the tick, so that an invocation does not end while something waits.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Errors of a `client_msg_id` whose message is gone: it is posted as a new one.
const LOST_DUPLICATE: &[&str] = &["duplicate_message_not_found", "duplicate_channel_not_found"];

/// One workspace.
#[derive(Debug)]
struct Slack {
    web: Web,
    channel: String,
    pace: Mutex<Pace>,
}

/// How fast what is said. Slack limits each method by itself, so an edit never delays a post.
#[derive(Debug)]
struct Pace {
    posts: HashMap<String, Lane>,
    edits: Lane,
}

/// What may be said at once, and what has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Urgency {
    /// Waits for nothing but Slack's own word: a P0.
    Now,
    /// A few at once, then one after the other.
    InTurn,
    /// Only when nothing else is being said: the history.
    Spare,
}

pub(super) fn build(parts: &Parts<'_>) -> Option<Box<dyn Notifier>> {
    let config = parts.config.slack.as_ref()?;
    Some(Box::new(Slack {
        web: Web::new(config, parts.https.clone(), parts.secrets.clone()),
        channel: config.channel.clone(),
        pace: Mutex::new(Pace { posts: HashMap::new(), edits: Lane::new(EDIT_EVERY) }),
    }))
}

impl Notifier for Slack {
    fn serves(&self, channel: &Channel) -> bool {
        matches!(channel, Channel::Slack | Channel::SlackTo(_))
    }

    fn send<'a>(&'a self, note: &'a Note<'a>) -> BoxFuture<'a, Sent> {
        Box::pin(self.tell(note))
    }

    fn show<'a>(&'a self, showing: &'a Showing<'a>) -> Option<BoxFuture<'a, Shown>> {
        Some(Box::pin(self.keep_current(showing)))
    }

    fn attach<'a>(&'a self, message: &'a MessageRef, image: &'a Image) -> Option<BoxFuture<'a, Result<(), Undrawn>>> {
        Some(Box::pin(self.add_file(message, image)))
    }

    fn secrets(&self) -> Vec<(&str, &'static str)> {
        vec![self.web.secret()]
    }
}

impl Slack {
    /// The incident's message is a new one; all that has to notify later is a reply to it that the channel sees too, since an
    /// edit notifies nobody. While there is no message to reply to, that is a new one as well. Elsewhere every message is a
    /// new one, which is not kept current.
    async fn tell(&self, note: &Note<'_>) -> Sent {
        let urgency = if note.severity == Severity::P0 { Urgency::Now } else { Urgency::InTurn };
        let root = note.incident.view.message.as_ref();
        let id = message_id(&[note.incident.id.as_str(), &note.number.to_string()]);
        match (note.channel, note.kind, root) {
            (Channel::Slack, Kind::Post, _) | (Channel::Slack, _, None) => {
                self.post(&self.channel, blocks::message(note.story), &id, urgency).await.map(Some)
            }
            (Channel::Slack, _, Some(root)) => {
                let mut reply = blocks::reply(note.story, note.page);
                reply.insert("thread_ts".to_owned(), json!(root.ts));
                reply.insert("reply_broadcast".to_owned(), json!(true));
                self.post(&root.channel, reply, &id, urgency).await.map(|_| None)
            }
            (Channel::SlackTo(to), ..) => {
                self.post(to, blocks::reply(note.story, note.page), &id, urgency).await.map(|_| None)
            }
            _ => Err(unconfigured()),
        }
    }

    /// An edit of the message, and then one reply with all that happened since the last.
    async fn keep_current(&self, showing: &Showing<'_>) -> Shown {
        let edit = self.edit(showing).await;
        let history = match &edit {
            Ok(()) if !showing.history.is_empty() => self.add_to_thread(showing).await,
            other => other.clone(),
        };
        Shown { edit, history }
    }

    async fn edit(&self, showing: &Showing<'_>) -> Result<(), Failure> {
        let MessageRef { channel, ts } = showing.message;
        let mut changed = blocks::message(showing.story);
        changed.insert("channel".to_owned(), json!(channel));
        changed.insert("ts".to_owned(), json!(ts));
        self.wait(|pace| match showing.incident.is_digest() {
            // In a storm every message changes at once, and this is the one that shows them all.
            true => pace.edits.push(Instant::now()),
            false => pace.edits.take(EDITS_AT_ONCE, Instant::now()),
        })
        .await?;
        let result = self.web.call("chat.update", Told::Json(&Value::Object(changed))).await;
        self.heed(result.as_ref().err(), |pace| &mut pace.edits);
        result.map(|_| ())
    }

    async fn add_to_thread(&self, showing: &Showing<'_>) -> Result<(), Failure> {
        let MessageRef { channel, ts } = showing.message;
        let lines: Vec<String> = showing.history.iter().map(report::happening).collect();
        let mut reply = blocks::history(&lines);
        reply.insert("thread_ts".to_owned(), json!(ts));
        let mut parts = vec![channel.as_str(), ts.as_str()];
        parts.extend(lines.iter().map(String::as_str));
        self.post(channel, reply, &message_id(&parts), Urgency::Spare).await.map(|_| ())
    }

    /// Posts a new message (`chat.postMessage`) to a channel, or to a user, whose id opens the conversation with them.
    async fn post(
        &self,
        to: &str,
        mut message: Map<String, Value>,
        id: &str,
        urgency: Urgency,
    ) -> Result<MessageRef, Failure> {
        message.insert("channel".to_owned(), json!(to));
        message.insert("unfurl_links".to_owned(), json!(false));
        message.insert("unfurl_media".to_owned(), json!(false));
        message.insert("client_msg_id".to_owned(), json!(id));
        self.wait(|pace| {
            let (lane, now) = (pace.posts_to(to), Instant::now());
            match urgency {
                Urgency::Now => lane.push(now),
                Urgency::InTurn => lane.take(POSTS_AT_ONCE, now),
                Urgency::Spare => lane.take(1, now),
            }
        })
        .await?;
        let mut result = self.web.call("chat.postMessage", Told::Json(&Value::Object(message.clone()))).await;
        if result.as_ref().is_err_and(|failure| LOST_DUPLICATE.iter().any(|lost| failure.why().ends_with(lost))) {
            message.remove("client_msg_id");
            result = self.web.call("chat.postMessage", Told::Json(&Value::Object(message))).await;
        }
        self.heed(result.as_ref().err(), |pace| pace.posts_to(to));
        place(result?)
    }

    /// Waits for a place, if that is soon.
    async fn wait(&self, mut take: impl FnMut(&mut Pace) -> Result<(), Duration>) -> Result<(), Failure> {
        let began = Instant::now();
        loop {
            let taken = take(&mut self.pace());
            let Err(wait) = taken else { return Ok(()) };
            if began.elapsed() + wait > PATIENCE {
                let why = "the channel was spoken to a moment ago".to_owned();
                return Err(Failure::Transient { why, retry_after_s: Some(seconds(wait)) });
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// When Slack asks to wait, nothing more goes that way until then: asking again would only prolong it.
    fn heed(&self, failure: Option<&Failure>, lane: impl FnOnce(&mut Pace) -> &mut Lane) {
        if let Some(Failure::Transient { retry_after_s: Some(asked), .. }) = failure {
            lane(&mut self.pace()).hold(Duration::from_secs((*asked).into()), Instant::now());
        }
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    /// The channel as it was addressed: one that is known by its name and by its id has a lane for each, and Slack's 429 for
    /// what that lets through.
    fn posts_to(&mut self, channel: &str) -> &mut Lane {
        self.posts.entry(channel.to_owned()).or_insert_with(|| Lane::new(POST_EVERY))
    }
}

fn place(reply: Reply) -> Result<MessageRef, Failure> {
    match (reply.channel, reply.ts) {
        (Some(channel), Some(ts)) => Ok(MessageRef { channel, ts }),
        _ => Err(transient("Slack took the message and did not say where it is".to_owned())),
    }
}

/// An id for a message, in the form of a UUID (version 8, RFC 9562), made of what tells the message apart from all others.
fn message_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut bits = hash.finalize().iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    bits = (bits & !(0xF << 76)) | (8 << 76);
    bits = (bits & !(0b11 << 62)) | (0b10 << 62);
    let digits = format!("{bits:032x}");
    let mut id = String::with_capacity(36);
    for (index, digit) in digits.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(digit);
    }
    id
}

#[cfg(test)]
mod tests;
