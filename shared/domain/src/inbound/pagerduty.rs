//! What PagerDuty tells of its incidents ("Webhooks, Overview", PagerDuty developer documentation, version 3).
//!
//! PagerDuty sends an event again for up to 48 hours until it is answered, and stops sending at all for a day when three
//! are turned away ("Webhooks, Behavior", same place). So an event that came before, or that means nothing here, is not
//! turned away; it is answered and not acted on.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::seen::Mark;
use super::signature::Genuine;
use crate::alarm::text;
use crate::request::{Actor, Ask, Petition, Request, Via, Whose};

/// The age from which an event is not listened to any more: PagerDuty's 48 hours, and a day for those queued behind them.
pub const MAX_AGE: SignedDuration = SignedDuration::from_hours(72);

/// What the deduplication key of every page of ours begins with.
const OURS: &str = "paramedic/";
/// Longest deduplication key of PagerDuty, in bytes ("Send an alert event", Events API v2).
const MAX_KEY: usize = 255;
/// Longest id of an event, in bytes.
const MAX_ID: usize = 255;
/// Longest name of a person that is kept, in characters.
const MAX_NAME: usize = 80;

/// What an event means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody asks something.
    Asks {
        /// What.
        petition: Petition,
        /// By which the event is known when it comes again.
        mark: Mark,
    },
    /// Nothing to us.
    Ignored(Ignored),
}

/// Why an event means nothing to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    /// Neither an acknowledgement nor a resolution.
    #[error("it is no acknowledgement and no resolution")]
    OtherType,
    /// No person did it. Our own acknowledgements and resolves come back this way.
    #[error("no person did it")]
    NoPerson,
    /// PagerDuty was told of that incident by others.
    #[error("it is about an incident that Paramedic did not page for")]
    NotOurs,
    /// It is older than PagerDuty itself would send it.
    #[error("it happened more than {} h ago", MAX_AGE.as_hours())]
    TooOld,
}

/// The body is not what PagerDuty documents. Its content is not repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEvent {
    /// It is not the JSON of an event.
    #[error("it is not the JSON of a version 3 webhook")]
    Json,
    /// A field has no sound content, or too much.
    #[error("its field {0} is missing, too long or no such thing")]
    Field(&'static str),
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    event: Envelope<'a>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    id: Option<String>,
    event_type: String,
    occurred_at: Option<String>,
    agent: Option<Agent>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Agent {
    #[serde(rename = "type")]
    kind: Option<String>,
    id: Option<String>,
    summary: Option<String>,
}

#[derive(Deserialize)]
struct Incident {
    incident_key: Option<String>,
}

/// Reads an event. The request bears the time at which the event happened, not that of its arrival: an acknowledgement that
/// was on its way for a day is not one of today's page.
///
/// # Errors
///
/// The body is not a version 3 webhook.
pub fn read(request: &Genuine<'_>, now: Timestamp) -> Result<Event, NotAnEvent> {
    let Body { event } = serde_json::from_slice(request.body()).map_err(|_| NotAnEvent::Json)?;
    // Whoever resolves in PagerDuty says "I have it". Whether it is over is for the alarm to say: were this a resolve, an
    // incident would end while its alarm still rings, and nobody would be paged for it again.
    if !["incident.acknowledged", "incident.resolved"].contains(&event.event_type.as_str()) {
        return Ok(Event::Ignored(Ignored::OtherType));
    }
    let id = event.id.filter(|id| !id.is_empty() && id.len() <= MAX_ID).ok_or(NotAnEvent::Field("id"))?;
    let occurred_at = event.occurred_at.and_then(|at| at.parse::<Timestamp>().ok());
    let at = occurred_at.ok_or(NotAnEvent::Field("occurred_at"))?.min(now);
    let Some(person) = event.agent.and_then(person) else { return Ok(Event::Ignored(Ignored::NoPerson)) };
    let data: Option<Incident> = event.data.and_then(|data| serde_json::from_str(data.get()).ok());
    let key = data.and_then(|incident| incident.incident_key).ok_or(NotAnEvent::Field("data.incident_key"))?;
    if !key.starts_with(OURS) || key.len() > MAX_KEY {
        return Ok(Event::Ignored(Ignored::NotOurs));
    }
    if now.duration_since(at) > MAX_AGE {
        return Ok(Event::Ignored(Ignored::TooOld));
    }
    let by = Actor { name: person, via: Via::PagerDuty };
    let request = Request { ask: Ask::Ack, by, at };
    let petition = Petition { whose: Whose::Page { dedup_key: key }, request };
    Ok(Event::Asks { petition, mark: Mark::new("pagerduty", id.as_bytes()) })
}

/// The name of a person; `None` for an integration, a service or an automation, which PagerDuty names otherwise or not at
/// all ("Resource References", same place).
fn person(agent: Agent) -> Option<String> {
    if !matches!(agent.kind.as_deref(), Some("user_reference" | "user")) {
        return None;
    }
    let name = [agent.summary, agent.id].into_iter().flatten().find(|name| !name.trim().is_empty())?;
    Some(text::escaped(name.trim(), MAX_NAME))
}
