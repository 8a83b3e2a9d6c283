//! A click on a button of a message in Slack.
//!
//! Slack posts a form with one field `payload`, the JSON of a `block_actions` interaction ("Handling user interaction" and
//! "block_actions payload", docs.slack.dev). Nobody but Slack can have written it once its signature is proven, but people
//! choose the names in it and Slack adds fields as it likes: what is needed is read and bounded, the rest is passed over.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::seen::Mark;
use super::signature::Genuine;
use crate::alarm::text;
use crate::id::{IncidentId, ServiceName};
use crate::report::{Binding, Press};
use crate::request::{Actor, Ask, Petition, Request, Via, Whose};

/// How long the button silences.
pub const SILENCE: SignedDuration = SignedDuration::from_hours(1);

/// Longest value of a button, in characters ("Button element", docs.slack.dev).
const MAX_VALUE: usize = 2000;
/// Longest id of anything, in bytes. Slack's own have some eleven.
const MAX_ID: usize = 255;
/// Longest name of a person that is kept, in characters.
const MAX_NAME: usize = 80;
/// Longest address to answer at, in bytes.
const MAX_URL: usize = 1000;

/// A person's id in Slack: `U…`, or `W…` in an Enterprise organisation. Names can be changed by whoever bears them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

/// Not a person's id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no member id of Slack, expected one such as U012ABCDEF (Profile, More, Copy member ID)")]
pub struct NotAUserId(String);

impl UserId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UserId {
    type Error = NotAUserId;

    fn try_from(id: String) -> Result<Self, NotAUserId> {
        let rest = id.strip_prefix(['U', 'W']).unwrap_or_default();
        let sound = (2..MAX_ID).contains(&rest.len())
            && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if sound { Ok(Self(id)) } else { Err(NotAUserId(text::escaped(&id, MAX_NAME))) }
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        id.0
    }
}

/// Who clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// The name they bear; empty if Slack gives none.
    pub name: String,
    /// They belong to another workspace than the one the message is in.
    pub is_from_elsewhere: bool,
}

/// What a click asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Click {
    /// What is asked.
    pub ask: Ask,
    /// Of which incident: the button is bound to the message it stands in.
    pub incident_id: IncidentId,
    /// Of which service.
    pub service: ServiceName,
    /// By whom.
    pub by: Person,
    /// The workspace's id, where Slack says it.
    pub team: Option<String>,
    /// The channel's id, where Slack says it.
    pub channel: Option<String>,
    /// The message's id in its channel, where Slack says it.
    pub message_ts: Option<String>,
    /// Where the one who clicked can be answered. From outside, so only [`ReplyAddress`] makes it something to post to.
    pub response_url: Option<String>,
    /// When, by Slack's clock, and never later than ours.
    pub at: Timestamp,
    /// By which the request is known when it comes again.
    pub mark: Mark,
}

/// What was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// A button that asks something.
    Asks(Box<Click>),
    /// The button that is a link. Slack tells of it all the same, and wants an answer.
    Runbook,
}

impl Click {
    /// What the router is told.
    pub fn petition(&self) -> Petition {
        let name = match self.by.name.as_str() {
            "" => self.by.id.to_string(),
            name => format!("{name}, {}", self.by.id),
        };
        let whose = Whose::Incident { incident_id: self.incident_id.clone(), service: self.service.clone() };
        let by = Actor { name, via: Via::Slack };
        Petition { whose, request: Request { ask: self.ask.clone(), by, at: self.at } }
    }
}

/// Why a request of Slack is not a click that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAClick {
    /// There is no form with exactly one field `payload`.
    #[error("it is no form with one field `payload`")]
    Form,
    /// The payload is not what Slack documents. Its content is not repeated here.
    #[error("its payload is not the JSON of an interaction")]
    Payload,
    /// Another interaction than a button's.
    #[error("it is another interaction than a click on a button of a message")]
    Interaction,
    /// A button that no message of ours has.
    #[error("no message of ours has such a button")]
    Button,
    /// The button's value is not what our messages give it.
    #[error("the button's value is not ours")]
    Value,
    /// A field has no sound content, or too much.
    #[error("its field {0} is missing, too long or no such thing")]
    Field(&'static str),
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    user: Option<User>,
    team: Option<Named>,
    channel: Option<Named>,
    container: Option<Container>,
    response_url: Option<String>,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct User {
    id: String,
    username: Option<String>,
    name: Option<String>,
    team_id: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<String>,
}

#[derive(Deserialize)]
struct Container {
    message_ts: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    action_id: Option<String>,
    value: Option<String>,
    action_ts: Option<String>,
}

/// Reads a click. `now` is only a bound for the time that Slack gives.
///
/// # Errors
///
/// Says why this is no click on a button of ours.
pub fn read(request: &Genuine<'_>, now: Timestamp) -> Result<Pressed, NotAClick> {
    let payload: Payload = serde_json::from_str(&payload(request.body())?).map_err(|_| NotAClick::Payload)?;
    if payload.kind != "block_actions" {
        return Err(NotAClick::Interaction);
    }
    // A click is one action; Slack's array is for other elements.
    let Ok([action]) = <[Action; 1]>::try_from(payload.actions) else { return Err(NotAClick::Interaction) };
    let button = action.action_id.as_deref().ok_or(NotAClick::Button)?;
    if button == "runbook" {
        return Ok(Pressed::Runbook);
    }
    let press = Press::read(button).ok_or(NotAClick::Button)?;
    let binding = binding(action.value.as_deref())?;
    let plan = || binding.plan.clone().filter(|plan| is_sound(plan)).ok_or(NotAClick::Value);
    let ask = match press {
        Press::Ack => Ask::Ack,
        Press::Silence => Ask::Silence { lasts: SILENCE, reason: "silenced in Slack".to_owned() },
        Press::Approve => Ask::Approve { plan: plan()? },
        Press::Refuse => Ask::Refuse { plan: plan()? },
    };
    let team = id_of(payload.team, "team")?;
    Ok(Pressed::Asks(Box::new(Click {
        ask,
        incident_id: binding.incident,
        service: binding.service,
        by: person(payload.user, team.as_deref())?,
        team,
        channel: id_of(payload.channel, "channel")?,
        message_ts: bounded(payload.container.and_then(|container| container.message_ts), MAX_ID, "message_ts")?,
        response_url: bounded(payload.response_url, MAX_URL, "response_url")?,
        at: action.action_ts.and_then(|text| slack_time(&text)).map_or(now, |at| at.min(now)),
        mark: Mark::new("slack", request.signature()),
    })))
}

/// The one field `payload`. Two of them would be one for us and one for somebody else.
fn payload(body: &[u8]) -> Result<String, NotAClick> {
    let mut payloads = form_urlencoded::parse(body).filter(|(name, _)| name == "payload");
    match (payloads.next(), payloads.next()) {
        (Some((_, payload)), None) => Ok(payload.into_owned()),
        _ => Err(NotAClick::Form),
    }
}

fn binding(value: Option<&str>) -> Result<Binding, NotAClick> {
    let value = value.filter(|value| value.chars().count() <= MAX_VALUE).ok_or(NotAClick::Value)?;
    let binding = Binding::read(value).ok_or(NotAClick::Value)?;
    // A service may be named after an alarm, by whoever made that: any characters at all.
    let sound = is_sound(binding.incident.as_str()) && !binding.service.as_str().is_empty();
    if sound { Ok(binding) } else { Err(NotAClick::Value) }
}

fn person(user: Option<User>, team: Option<&str>) -> Result<Person, NotAClick> {
    let user = user.ok_or(NotAClick::Field("user"))?;
    let id = UserId::try_from(user.id).map_err(|_| NotAClick::Field("user.id"))?;
    let name = [user.name, user.username].into_iter().flatten().find(|name| !name.trim().is_empty());
    let name = name.map(|name| text::escaped(name.trim(), MAX_NAME)).unwrap_or_default();
    let is_from_elsewhere = user.team_id.as_deref().zip(team).is_some_and(|(home, here)| home != here);
    Ok(Person { id, name, is_from_elsewhere })
}

fn id_of(named: Option<Named>, field: &'static str) -> Result<Option<String>, NotAClick> {
    bounded(named.and_then(|named| named.id), MAX_ID, field)
}

fn bounded(text: Option<String>, limit: usize, field: &'static str) -> Result<Option<String>, NotAClick> {
    match text {
        Some(text) if text.len() > limit || text.contains(char::is_control) => Err(NotAClick::Field(field)),
        text => Ok(text.filter(|text| !text.is_empty())),
    }
}

/// An id of ours: not empty, of some length, without control characters.
fn is_sound(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_ID && !id.contains(char::is_control)
}

/// Slack's `1548426417.840180`: seconds and microseconds.
fn slack_time(text: &str) -> Option<Timestamp> {
    let (seconds, micros) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.len() <= 11 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(micros) || micros.len() > 6 {
        return None;
    }
    let micros: i32 = format!("{micros:0<6}").parse().ok()?;
    Timestamp::new(seconds.parse().ok()?, micros * 1000).ok()
}

/// An address at which the one who clicked can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyAddress(String);

impl ReplyAddress {
    /// Takes Slack's own host over HTTPS and nothing else, since the address comes from outside. Where `api_url`, Slack's
    /// address in the configuration, is on the loopback interface, it takes that very place too: there a stand-in plays
    /// Slack.
    pub fn new(url: &str, api_url: &str) -> Option<Self> {
        let stand_in = api_url.strip_prefix("http://").and_then(|rest| rest.split('/').next());
        let ours = url.starts_with("https://hooks.slack.com/")
            || stand_in.is_some_and(|place| url.strip_prefix("http://").is_some_and(|rest| within(rest, place)));
        // Whatever a parser of addresses may make of blanks, backslashes and the like, it gets none of them.
        let plain = url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/._-~%?&=".contains(&byte));
        (ours && plain && url.len() <= MAX_URL).then(|| Self(url.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn within(rest: &str, place: &str) -> bool {
    rest.strip_prefix(place).is_some_and(|path| path.starts_with('/'))
}
