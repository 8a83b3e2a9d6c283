//! What a Slack workspace holds: channels, people, and messages with their threads.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::{text, text_of};

/// The channels there are, and whether the bot is in them. It may post only where it is.
const CHANNELS: [(&str, &str, bool); 5] = [
    ("C0SANDBOX01", "ops-alerts", true),
    ("C0SANDBOX02", "ops-escalations", true),
    ("C0SANDBOX03", "team-search", true),
    ("C0SANDBOX04", "team-shop", true),
    ("C0SANDBOX05", "random", false),
];

/// The people there are, by user id.
const PEOPLE: [(&str, &str); 3] = [("U0SANDBOXADA", "ada"), ("U0SANDBOXBEN", "ben"), ("U0SANDBOXCAT", "cat")];

/// The name of a user; somebody from outside is called by their id.
pub(super) fn user_name(id: &str) -> &str {
    PEOPLE.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| name)
}

/// The name of a channel; a conversation with one person has none.
fn channel_name(id: &str) -> &'static str {
    CHANNELS.iter().find(|(known, ..)| *known == id).map_or("directmessage", |(_, name, _)| name)
}

/// One message.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) channel: String,
    pub(super) ts: String,
    pub(super) thread_ts: Option<String>,
    is_broadcast: bool,
    is_edited: bool,
    /// The user who alone sees it.
    only_for: Option<String>,
    /// `text` and `blocks` as they are now; every block has an id, as Slack gives it one.
    pub(super) content: Value,
}

/// A button, and where it is.
#[derive(Debug, Clone)]
pub(super) struct Button {
    pub(super) message: Message,
    pub(super) channel_name: &'static str,
    pub(super) block_id: String,
    pub(super) element: Value,
}

/// A channel as people see it.
#[derive(Debug, Clone, Serialize)]
pub struct ChannelView {
    /// Its id.
    pub id: String,
    /// Its name; that of a person for a conversation with one.
    pub name: String,
    /// The messages in it, oldest first.
    pub messages: Vec<MessageView>,
}

/// A message as people see it.
#[derive(Debug, Clone, Serialize)]
pub struct MessageView {
    /// Its identity in the channel.
    pub ts: String,
    /// The visible text without markup, a line each.
    pub lines: Vec<String>,
    /// Its buttons.
    pub buttons: Vec<ButtonView>,
    /// Whether its text was changed since.
    pub is_edited: bool,
    /// Whether it is a reply that is shown in the channel too.
    pub is_broadcast: bool,
    /// The user who alone sees it.
    pub only_for: Option<String>,
    /// Its thread, oldest first.
    pub replies: Vec<MessageView>,
}

/// A button as people see it.
#[derive(Debug, Clone, Serialize)]
pub struct ButtonView {
    /// What it does.
    pub action_id: String,
    /// What it says.
    pub text: String,
    /// Where it leads, for a link.
    pub url: Option<String>,
}

/// One workspace.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    messages: Vec<Message>,
}

impl Workspace {
    /// The id of the conversation that a post names: a channel by name or id, or a person by user id.
    pub(super) fn conversation(&self, named: &str) -> Result<String, &'static str> {
        if let Some((id, ..)) = PEOPLE.iter().find(|(id, _)| *id == named) {
            return Ok(id.replacen('U', "D", 1));
        }
        let name = named.strip_prefix('#').unwrap_or(named);
        match CHANNELS.iter().find(|(id, known, _)| *id == named || *known == name) {
            Some((id, _, true)) => Ok((*id).to_owned()),
            Some((_, _, false)) => Err("not_in_channel"),
            None if PEOPLE.iter().any(|(id, _)| id.replacen('U', "D", 1) == named) => Ok(named.to_owned()),
            None => Err("channel_not_found"),
        }
    }

    /// `conversations.info`, which takes an id only.
    pub(super) fn info(&self, id: &str) -> Result<Value, &'static str> {
        let channel = CHANNELS.iter().find(|(known, ..)| *known == id).ok_or("channel_not_found")?;
        Ok(json!({"ok": true, "channel": described(channel)}))
    }

    /// `conversations.list`.
    pub(super) fn list(&self) -> Value {
        let channels: Vec<Value> = CHANNELS.iter().map(described).collect();
        json!({"ok": true, "channels": channels, "response_metadata": {"next_cursor": ""}})
    }

    /// Takes a new message into a conversation; gives its `ts`.
    pub(super) fn post(&mut self, channel: &str, content: &Value, now: Timestamp) -> Result<String, &'static str> {
        let thread_ts = Some(text_of(content, "thread_ts")).filter(|ts| !ts.is_empty());
        // A reply to a reply belongs to the same thread; one to nothing is refused.
        let root = match thread_ts {
            Some(ts) => {
                let parent = self.find(channel, ts).ok_or("thread_not_found")?;
                Some(parent.thread_ts.clone().unwrap_or_else(|| parent.ts.clone()))
            }
            None => None,
        };
        let is_broadcast =
            root.is_some() && content.get("reply_broadcast").and_then(Value::as_bool).unwrap_or_default();
        Ok(self.add(channel, root, is_broadcast, None, content, now))
    }

    /// Shows a message to one user only, below another one.
    pub(super) fn whisper(&mut self, channel: &str, root: &str, user: &str, content: &Value, now: Timestamp) -> String {
        self.add(channel, Some(root.to_owned()), false, Some(user.to_owned()), content, now)
    }

    fn add(
        &mut self,
        channel: &str,
        thread_ts: Option<String>,
        is_broadcast: bool,
        only_for: Option<String>,
        content: &Value,
        now: Timestamp,
    ) -> String {
        let ts = format!("{}.{:06}", now.as_second(), self.messages.len());
        let content = shown(content);
        let channel = channel.to_owned();
        let message = Message { channel, ts: ts.clone(), thread_ts, is_broadcast, is_edited: false, only_for, content };
        self.messages.push(message);
        ts
    }

    /// Shows something else in a message.
    pub(super) fn update(&mut self, channel: &str, ts: &str, content: &Value) -> Result<(), &'static str> {
        let message = self
            .messages
            .iter_mut()
            .find(|message| message.channel == channel && message.ts == ts && message.only_for.is_none())
            .ok_or("message_not_found")?;
        message.content = shown(content);
        message.is_edited = true;
        Ok(())
    }

    pub(super) fn find(&self, channel: &str, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.channel == channel && message.ts == ts)
    }

    /// The newest button with this action id that people see; of one message, if that is named.
    pub(super) fn button(&self, action_id: &str, ts: Option<&str>) -> Option<Button> {
        let messages = self.messages.iter().rev().filter(|message| ts.is_none_or(|ts| message.ts == ts));
        messages.into_iter().find_map(|message| {
            buttons(&message.content).find(|(_, element)| text_of(element, "action_id") == action_id).map(
                |(block_id, element)| Button {
                    message: message.clone(),
                    channel_name: channel_name(&message.channel),
                    block_id: block_id.to_owned(),
                    element: element.clone(),
                },
            )
        })
    }

    /// All conversations in which something was said.
    pub(super) fn view(&self) -> Vec<ChannelView> {
        let rooms = CHANNELS.iter().map(|(id, name, _)| ((*id).to_owned(), format!("#{name}")));
        let persons = PEOPLE.iter().map(|(id, name)| (id.replacen('U', "D", 1), format!("@{name}")));
        rooms
            .chain(persons)
            .map(|(id, name)| {
                let roots = self.messages.iter().filter(|message| message.channel == id && message.thread_ts.is_none());
                let messages = roots.map(|root| self.message_view(root)).collect();
                ChannelView { id, name, messages }
            })
            .filter(|channel| !channel.messages.is_empty())
            .collect()
    }

    fn message_view(&self, message: &Message) -> MessageView {
        let replies = self
            .messages
            .iter()
            .filter(|reply| reply.channel == message.channel && reply.thread_ts.as_ref() == Some(&message.ts));
        MessageView {
            ts: message.ts.clone(),
            lines: text::lines(&message.content),
            buttons: buttons(&message.content).map(|(_, element)| button_view(element)).collect(),
            is_edited: message.is_edited,
            is_broadcast: message.is_broadcast,
            only_for: message.only_for.as_deref().map(|id| user_name(id).to_owned()),
            replies: replies.map(|reply| self.message_view(reply)).collect(),
        }
    }
}

fn described((id, name, is_member): &(&str, &str, bool)) -> Value {
    json!({"id": id, "name": name, "is_channel": true, "is_archived": false, "is_member": is_member})
}

fn button_view(element: &Value) -> ButtonView {
    let url = text_of(element, "url");
    ButtonView {
        action_id: text_of(element, "action_id").to_owned(),
        text: element.pointer("/text/text").and_then(Value::as_str).unwrap_or_default().to_owned(),
        url: (!url.is_empty()).then(|| url.to_owned()),
    }
}

/// What a message shows of a request: its text and its blocks, each with an id.
fn shown(content: &Value) -> Value {
    let mut blocks = content.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
    for (number, block) in blocks.iter_mut().enumerate() {
        if let Value::Object(block) = block {
            block.entry("block_id").or_insert_with(|| json!(format!("b{number}")));
        }
    }
    json!({"text": text_of(content, "text"), "blocks": blocks})
}

/// The buttons of a message, each with the id of its block.
pub(super) fn buttons(content: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let blocks = content.get("blocks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    blocks.iter().filter(|block| text_of(block, "type") == "actions").flat_map(|block| {
        let elements = block.get("elements").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        elements.iter().map(|element| (text_of(block, "block_id"), element))
    })
}
