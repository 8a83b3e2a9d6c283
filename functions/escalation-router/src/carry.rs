//! Carrying events into the incident of a service: decide, write by compare-and-set, tell, record.

use std::time::Duration;

use jiff::Timestamp;
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::escalation::Kind;
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::{Event, Incident, Policy, Reason, Transition, apply, record};
use paramedic_edge::store::{Opened, Replaced, StoreError};

use crate::{World, courier, own_trouble};

/// Writers that meet give way to each other so often before the queue is asked to deliver again.
const ATTEMPTS: usize = 10;
/// How much longer to wait with every lost attempt after the second.
const GIVE_WAY: Duration = Duration::from_millis(20);
/// A chain of "tell, record, what is owed next" is broken off after so many links; the tick goes on with it.
const LINKS: usize = 6;

/// How a step is made: [`apply`] claims what is due, [`record`] does not.
type Decide = fn(Option<Incident>, &[Event], &Policy, Timestamp) -> Transition;

/// Carries events into the incident of `service` and tells whoever has to be told. Says what came of each event.
///
/// # Errors
///
/// Fails if the incident could not be written. People were told nevertheless if it is their business.
pub async fn carry<W: World>(world: &W, service: &ServiceName, events: &[Event]) -> Result<Vec<Reason>, StoreError> {
    let policy = Policy::of(world.config(), &world.standing().await, world.now());
    let mut step = match write(world, service, events, &policy, (apply, None)).await {
        Ok(step) => step,
        // The table answers well enough to say that others are writing: they tell.
        Err(error @ StoreError::Contended { .. }) => return Err(error),
        Err(error) => {
            tell_blindly(world, events, policy).await;
            return Err(error);
        }
    };
    let reasons = step.reasons.clone();
    for link in 1..=LINKS {
        let Some(incident) = step.incident.take() else { break };
        if step.send.is_empty() && step.show.is_none() {
            break;
        }
        let told = courier::tell(world, &incident, &step.send, step.show).await;
        // What the last link claimed nobody would tell before the claim has expired.
        let decide: Decide = if link < LINKS { apply } else { record };
        step = write(world, service, &told, &policy, (decide, Some(incident))).await?;
        if let Some(incident) = &step.incident {
            own_trouble::report(world, incident, &told).await;
        }
    }
    Ok(reasons)
}

/// Applies events to the incident, `known` as it was last written or else as it is found, and writes the result; on a
/// conflict decides again on what the other writer left.
async fn write<W: World>(
    world: &W,
    service: &ServiceName,
    events: &[Event],
    policy: &Policy,
    (decide, known): (Decide, Option<Incident>),
) -> Result<Transition, StoreError> {
    // A new alarm is mostly the first: it is written without looking, and what is there already comes with the refusal.
    let begins = |event: &Event| matches!(event, Event::Seen(sighting) if sighting.state == AlarmState::Alarm);
    let mut current = match known {
        Some(incident) => Some(incident),
        None if events.iter().any(begins) => None,
        None => world.load(service).await?,
    };
    for attempt in 0..ATTEMPTS {
        if attempt > 1 {
            world.pause(GIVE_WAY * u32::try_from(attempt).unwrap_or(1)).await;
        }
        let known = current.clone();
        let step = decide(current, events, policy, world.now());
        let (Some(incident), true) = (&step.incident, step.changed || step.closed) else {
            log(service, &step);
            return Ok(step);
        };
        current = match put(world, known.as_ref(), incident, &step, policy).await? {
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

async fn put<W: World>(
    world: &W,
    known: Option<&Incident>,
    incident: &Incident,
    step: &Transition,
    policy: &Policy,
) -> Result<Written, StoreError> {
    if step.closed {
        return match world.archive(incident).await? {
            true => Ok(Written::Done),
            false => Ok(Written::Conflict(world.load(&incident.service).await?.map(Box::new))),
        };
    }
    Ok(match known {
        None => opened(world, incident, policy).await?,
        // A new incident in the place of one that is over: what that one still owes is in the new one, so neither may be
        // written without the other.
        Some(known) if known.id != incident.id => {
            match world.succeed(known, incident, incident.due_at(policy)).await? {
                true => Written::Done,
                false => Written::Conflict(world.load(&incident.service).await?.map(Box::new)),
            }
        }
        Some(_) => match world.replace(incident, incident.due_at(policy)).await? {
            Replaced::Done => Written::Done,
            Replaced::Conflict(other) => Written::Conflict(other),
        },
    })
}

async fn opened<W: World>(world: &W, incident: &Incident, policy: &Policy) -> Result<Written, StoreError> {
    Ok(match world.open(incident, incident.due_at(policy)).await? {
        Opened::New => Written::Done,
        Opened::Exists(other) => Written::Conflict(Some(other)),
    })
}

/// The table does not answer: people are told at once from the alarm alone, under the key that the table would also give.
async fn tell_blindly<W: World>(world: &W, events: &[Event], policy: Policy) {
    let step = apply(None, events, &policy.without_explanations(), world.now());
    let Some(incident) = step.incident.filter(Incident::is_open) else { return };
    let key = incident.dedup_key();
    if world.was_paged_blindly(&key) {
        return;
    }
    let people: Vec<_> = step
        .send
        .into_iter()
        .filter(|n| n.channel.is_for_people() && matches!(n.kind, Kind::Page | Kind::Post))
        .collect();
    let told = courier::tell(world, &incident, &people, None).await;
    let heard = told.iter().any(|event| match event {
        Event::Delivered(deliveries) => deliveries.iter().any(|delivery| delivery.result.is_ok()),
        _ => false,
    });
    if heard {
        world.paged_blindly(key);
    }
}

fn log(service: &ServiceName, step: &Transition) {
    let reasons: Vec<&str> = step.reasons.iter().map(|reason| reason.as_str()).collect();
    let incident = step.incident.as_ref().map(|incident| incident.id.as_str());
    tracing::info!(%service, incident, reasons = reasons.join(","), "incident");
}
