//! Carrying events into the incident of a service: decide, write by compare-and-set, tell, record.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::escalation::{Channel, Kind};
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::{Event, Incident, Notification, Transition, apply};
use paramedic_edge::store::{Opened, Replaced, StoreError};

use crate::{Desk, courier, own_trouble};

/// Writers that meet give way to each other so often before the queue is asked to deliver again.
const ATTEMPTS: usize = 10;
/// How much longer to wait with every lost attempt after the second.
const GIVE_WAY: Duration = Duration::from_millis(20);
/// A chain of "tell, record, what is owed next" is broken off after so many links; the tick goes on with it.
const LINKS: usize = 6;
/// How long a page that was sent without the table is not repeated by redeliveries.
const BLIND_REPEAT: SignedDuration = SignedDuration::from_mins(5);

/// Carries events into the incident of `service` and tells whoever has to be told.
///
/// # Errors
///
/// Fails if the incident could not be written. People were told nevertheless if it is their business.
pub(crate) async fn carry(desk: &Desk, service: &ServiceName, events: &[Event]) -> Result<(), StoreError> {
    let mut step = match write(desk, service, events, None).await {
        Ok(step) => step,
        // The table answers well enough to say that others are writing: they tell.
        Err(error @ StoreError::Contended { .. }) => return Err(error),
        Err(error) => {
            tell_blindly(desk, events).await;
            return Err(error);
        }
    };
    for _ in 0..LINKS {
        let Some(incident) = step.incident.take() else { break };
        if step.send.is_empty() && step.show.is_none() {
            break;
        }
        let told = courier::tell(desk, &incident, &step.send, step.show).await;
        step = write(desk, service, &told, Some(incident)).await?;
        if let Some(incident) = &step.incident {
            own_trouble::report(desk, incident, &told).await;
        }
    }
    Ok(())
}

/// Applies events to the incident, `known` as it was last written or else as it is found, and writes the result; on a
/// conflict decides again on what the other writer left.
async fn write(
    desk: &Desk,
    service: &ServiceName,
    events: &[Event],
    known: Option<Incident>,
) -> Result<Transition, StoreError> {
    let policy = desk.policy();
    // A new alarm is mostly the first: it is written without looking, and what is there already comes with the refusal.
    let begins = |event: &Event| matches!(event, Event::Seen(sighting) if sighting.state == AlarmState::Alarm);
    let mut current = match known {
        Some(incident) => Some(incident),
        None if events.iter().any(begins) => None,
        None => desk.store.load(service).await?,
    };
    for attempt in 0..ATTEMPTS {
        if attempt > 1 {
            tokio::time::sleep(GIVE_WAY * u32::try_from(attempt).unwrap_or(1)).await;
        }
        let now = Timestamp::now();
        let known = current.clone();
        let step = apply(current, events, &policy, now);
        let (Some(incident), true) = (&step.incident, step.changed || step.closed) else {
            log(service, &step);
            return Ok(step);
        };
        current = match put(desk, known.as_ref(), incident, &step, incident.due_at(&policy)).await? {
            Written::Done => {
                log(service, &step);
                let mut step = step;
                if let Some(incident) = &mut step.incident {
                    incident.version += 1;
                }
                return Ok(step);
            }
            Written::Conflict(other) => other.map(|other| *other),
        };
    }
    Err(StoreError::Contended { service: service.clone() })
}

enum Written {
    Done,
    Conflict(Option<Box<Incident>>),
}

async fn put(
    desk: &Desk,
    known: Option<&Incident>,
    incident: &Incident,
    step: &Transition,
    due_at: Timestamp,
) -> Result<Written, StoreError> {
    if step.closed {
        let gone = desk.store.archive(incident).await?;
        return Ok(if gone {
            Written::Done
        } else {
            Written::Conflict(desk.store.load(&incident.service).await?.map(Box::new))
        });
    }
    Ok(match known {
        None => opened(desk, incident, due_at).await?,
        // A new incident in the place of one that is over: the old one is put away first.
        Some(known) if known.id != incident.id => match desk.store.archive(known).await? {
            true => opened(desk, incident, due_at).await?,
            false => Written::Conflict(desk.store.load(&incident.service).await?.map(Box::new)),
        },
        Some(_) => match desk.store.replace(incident, due_at).await? {
            Replaced::Done => Written::Done,
            Replaced::Conflict(other) => Written::Conflict(other),
        },
    })
}

async fn opened(desk: &Desk, incident: &Incident, due_at: Timestamp) -> Result<Written, StoreError> {
    Ok(match desk.store.open(incident, due_at).await? {
        Opened::New => Written::Done,
        Opened::Exists(other) => Written::Conflict(Some(other)),
    })
}

/// The table does not answer: people are told at once from the alarm alone, under the key that the table would also give.
async fn tell_blindly(desk: &Desk, events: &[Event]) {
    let now = Timestamp::now();
    let step = apply(None, events, &desk.policy(), now);
    let Some(incident) = step.incident.filter(Incident::is_open) else { return };
    let key = incident.dedup_key();
    let told_lately = desk.paged_blindly.lock().is_ok_and(|mut paged| {
        paged.retain(|_, at| now.duration_since(*at) < BLIND_REPEAT);
        paged.contains_key(&key)
    });
    if told_lately {
        return;
    }
    let to_people = |n: &Notification| n.channel != Channel::Incidents && matches!(n.kind, Kind::Page | Kind::Post);
    let people: Vec<_> = step.send.into_iter().filter(to_people).collect();
    let told = courier::tell(desk, &incident, &people, None).await;
    let heard = told.iter().any(|event| match event {
        Event::Delivered(deliveries) => deliveries.iter().any(|delivery| delivery.result.is_ok()),
        _ => false,
    });
    if heard && let Ok(mut paged) = desk.paged_blindly.lock() {
        paged.insert(key, now);
    }
}

fn log(service: &ServiceName, step: &Transition) {
    let reasons: Vec<&str> = step.reasons.iter().map(|reason| reason.as_str()).collect();
    let incident = step.incident.as_ref().map(|incident| incident.id.as_str());
    tracing::info!(%service, incident, reasons = reasons.join(","), "incident");
}
