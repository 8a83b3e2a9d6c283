//! Telling people: every notification through its channel, all at once, each with the channel's own answer.

use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::escalation::{Channel, Failure, Kind};
use paramedic_domain::incident::{Delivery, Event, Incident, MessageRef, Notification};
use paramedic_domain::report::{self, Story, story};

use crate::Desk;

/// What fails for a moment is tried once more after this long, before it is left to the tick.
const ONCE_MORE: Duration = Duration::from_millis(300);

/// Only a failure that came this fast is tried once more: a channel that hangs would use up the invocation.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Sends what was claimed and shows the incident where it is to be shown; returns what came of it, as events.
pub(crate) async fn tell(desk: &Desk, incident: &Incident, send: &[Notification], show: Option<u32>) -> Vec<Event> {
    let story = story(incident, desk.config.service(&incident.service));
    let deliveries = join_all(send.iter().map(|notification| deliver(desk, incident, &story, notification)));
    let (deliveries, shown) = join(deliveries, bring_up_to_date(desk, incident, &story, show)).await;
    let mut events = Vec::new();
    if !deliveries.is_empty() {
        events.push(Event::Delivered(deliveries));
    }
    events.extend(shown);
    events
}

async fn deliver(desk: &Desk, incident: &Incident, story: &Story, notification: &Notification) -> Delivery {
    let began = Instant::now();
    let mut result = attempt(desk, incident, story, notification).await;
    let for_a_moment = matches!(result, Err(Failure::Transient { retry_after_s: None | Some(0), .. }));
    if for_a_moment && began.elapsed() < AT_ONCE {
        tokio::time::sleep(ONCE_MORE).await;
        result = attempt(desk, incident, story, notification).await;
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

async fn attempt(
    desk: &Desk,
    incident: &Incident,
    story: &Story,
    notification: &Notification,
) -> Result<Option<MessageRef>, Failure> {
    let nothing_more = |()| None;
    match (&notification.channel, notification.kind) {
        (Channel::PagerDuty, kind) => {
            let pagerduty = desk.pagerduty.as_ref().ok_or_else(unconfigured)?;
            let result = match kind {
                Kind::Resolve => pagerduty.resolve(incident, notification.severity).await,
                _ => pagerduty.trigger(incident, notification.severity, story).await,
            };
            result.map(nothing_more)
        }
        (Channel::Slack, _) => desk.slack.as_ref().ok_or_else(unconfigured)?.post(story).await.map(Some),
        (Channel::Pages, _) => desk.bus.page(incident, story).await.map(nothing_more),
        (Channel::Mail, _) => desk.bus.mail(&report::subject(incident), &report::mail(story)).await.map(nothing_more),
        (Channel::SlackTo(_) | Channel::Person(_) | Channel::Webhook(_), _) => Err(unconfigured()),
        (Channel::Incidents, kind) => {
            let subject = incident.subject();
            let bulletin = match kind {
                Kind::Opened => Bulletin::Opened { subject },
                _ => Bulletin::Escalated { subject },
            };
            desk.bus.publish(&bulletin).await.map(nothing_more)
        }
    }
}

async fn bring_up_to_date(desk: &Desk, incident: &Incident, story: &Story, show: Option<u32>) -> Option<Event> {
    let (revision, message, slack) = (show?, incident.view.message.as_ref()?, desk.slack.as_ref()?);
    let result = slack.update(message, story).await;
    if let Err(failure) = &result {
        tracing::warn!(service = %incident.service, why = failure.why(), "the Slack message is behind");
    }
    Some(Event::Shown { revision, result })
}

/// A channel that was taken out of the configuration while something was still owed on it.
fn unconfigured() -> Failure {
    Failure::Permanent { why: "the channel is not configured any more".to_owned() }
}
