//! Telling people: every notification through its channel, all at once, each with the channel's own answer.

use std::time::Duration;

use futures::future::{join, join_all};
use paramedic_domain::escalation::Failure;
use paramedic_domain::incident::{Delivery, Entry, Event, Happening, Incident, Notification};
use paramedic_domain::report::{Story, story};

use crate::World;

/// What fails for a moment is tried once more after this long, before it is left to the tick.
const ONCE_MORE: Duration = Duration::from_millis(300);

/// Only a failure that came this fast is tried once more: a channel that hangs would use up the invocation.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Sends what was claimed and shows the incident where it is to be shown; returns what came of it, as events.
pub(crate) async fn tell<W: World>(
    world: &W,
    incident: &Incident,
    send: &[Notification],
    show: Option<u32>,
) -> Vec<Event> {
    let story = story(incident, world.config().service(&incident.service));
    let deliveries = join_all(send.iter().map(|notification| deliver(world, incident, &story, notification)));
    let (deliveries, shown) = join(deliveries, bring_up_to_date(world, incident, &story, show)).await;
    let mut events = Vec::new();
    if !deliveries.is_empty() {
        events.push(Event::Delivered(deliveries));
    }
    events.extend(shown);
    events
}

async fn deliver<W: World>(world: &W, incident: &Incident, story: &Story, notification: &Notification) -> Delivery {
    let began = world.now();
    let mut result = world.send(incident, story, notification).await;
    let for_a_moment = matches!(result, Err(Failure::Transient { retry_after_s: None | Some(0), .. }));
    if for_a_moment && world.now().duration_since(began).unsigned_abs() < AT_ONCE {
        world.pause(ONCE_MORE).await;
        result = world.send(incident, story, notification).await;
    }
    let channel = notification.channel.as_str();
    match &result {
        Ok(_) => tracing::info!(service = %incident.service, channel, kind = ?notification.kind, "told"),
        Err(failure) => {
            tracing::error!(service = %incident.service, channel, kind = ?notification.kind, why = failure.why(), "not told");
        }
    }
    Delivery { id: notification.id, result }
}

async fn bring_up_to_date<W: World>(world: &W, incident: &Incident, story: &Story, show: Option<u32>) -> Option<Event> {
    let (revision, message) = (show?, incident.view.message.as_ref()?);
    let history: Vec<Entry> = incident
        .timeline
        .iter()
        .filter(|entry| entry.number > incident.view.thread && is_history(entry.what))
        .cloned()
        .collect();
    let result = world.show(incident, message, story, &history).await;
    let thread = match &result {
        Ok(()) => incident.timeline.last().map_or(0, |last| last.number),
        Err(failure) => {
            tracing::warn!(service = %incident.service, why = failure.why(), "the Slack message is behind");
            incident.view.thread
        }
    };
    Some(Event::Shown { revision, thread, result })
}

/// What belongs into the thread. That somebody was told there is not told there.
fn is_history(what: Happening) -> bool {
    !matches!(what, Happening::Told)
}
