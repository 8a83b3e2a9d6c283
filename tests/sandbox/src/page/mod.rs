//! The page that `cargo sandbox up` serves: what one would otherwise look for in five consoles.

use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::faults::{self, Target};
use crate::judge::Subject;
use crate::observed::{Observation, Observed};
use crate::overlay::{CallFailed, Outage, Overlay};
use crate::sinks::Mood;
use crate::timeline;

/// The page: one file, no other resource.
pub const HTML: &str = include_str!("page.html");

/// What the page knows beside the overlay's own state.
#[derive(Debug, Default)]
pub struct Page {
    shown: OnceLock<(Target, Subject)>,
    /// Times on the page count from the last fault.
    since: Mutex<Option<Timestamp>>,
}

impl Page {
    /// The stage is set: from now on the page shows this service.
    pub fn open(&self, target: &Target, subject: &Subject) {
        // A stage is set once.
        let _already = self.shown.set((target.clone(), subject.clone()));
    }

    fn since(&self) -> Option<Timestamp> {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a button did nothing.
#[derive(Debug, thiserror::Error)]
pub enum StageFailed {
    /// There is no such fault.
    #[error("there is no fault {0:?}")]
    Unknown(String),
    /// The stage is not set yet.
    #[error("the sandbox is still being set up")]
    NotOpen,
    /// MiniStack did not take a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
}

/// Stages the fault of a button.
///
/// # Errors
/// When there is no such button, the sandbox is not ready, or a call fails.
pub async fn stage(overlay: &Overlay, fault: &str) -> Result<(), StageFailed> {
    let (target, _) = overlay.page.shown.get().ok_or(StageFailed::NotOpen)?;
    let now = Timestamp::now();
    match fault {
        "stale-tasks" => faults::rotate_credential(overlay, target).await?,
        "replaced-by-ecs" => faults::break_task(overlay, target),
        "redis-down" => faults::cache_down(overlay, target),
        "redis-back" => faults::cache_up(overlay, target),
        "mute-alarms" => faults::mute_alarms(overlay, target),
        "slack-down" => overlay.slack.set_mood(Mood::ServerError),
        "slack-back" => overlay.slack.set_mood(Mood::Well),
        "table-down" => overlay.break_service("dynamodb", Outage::InternalError),
        "table-back" => overlay.mend_service("dynamodb"),
        other => return Err(StageFailed::Unknown(other.to_owned())),
    }
    *overlay.page.since.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    Ok(())
}

/// All that the page shows, as JSON.
#[must_use]
pub fn state(overlay: &Overlay) -> Value {
    let (services, alarms) = {
        let cloud = overlay.cloud();
        let services: Vec<_> = cloud.services().iter().filter_map(|name| cloud.service_view(name)).collect();
        (services, cloud.alarms_view())
    };
    let seen = overlay.log.all();
    let shown = overlay.page.shown.get();
    let service = shown.map_or("", |(_, subject)| subject.service.as_str());
    let start = seen.iter().find(|each| matches!(each.what, Observed::Fault { .. })).map(|each| each.at);
    let seen = start.map_or(&[][..], |start| from(&seen, start));
    let zero = overlay.page.since().or(start).unwrap_or_else(Timestamp::now);
    let report = timeline::report("up", true, service, zero, seen);
    json!({
        "ready": shown.is_some(),
        "account": overlay.calls.account(),
        "region": overlay.calls.region(),
        "service": service,
        "services": services,
        "alarms": alarms,
        "slack": overlay.slack.view(),
        "pagerduty": overlay.pagerduty.incidents(),
        "mailbox": mailbox(seen),
        "events": report.events,
        "notifications": report.notifications,
        "complaints": overlay.complaints(),
    })
}

/// What arrived by mail and SMS.
fn mailbox(seen: &[Observation]) -> Vec<Value> {
    let mail = |each: &Observation| match &each.what {
        Observed::Topic { topic, to, subject, text } => {
            Some(json!({"at": each.at, "topic": topic.word(), "to": to, "subject": subject, "text": text}))
        }
        _ => None,
    };
    seen.iter().filter_map(mail).collect()
}

fn from(seen: &[Observation], start: Timestamp) -> &[Observation] {
    let first = seen.iter().position(|each| each.at >= start).unwrap_or(seen.len());
    seen.get(first..).unwrap_or_default()
}
