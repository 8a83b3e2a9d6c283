//! Sorting what arrives: each delivery becomes an event of one service's incident, a tick, or a quarantined oddity.

use std::collections::BTreeMap;

use paramedic_domain::alarm::{Alarm, Delivery, NotAnAlarm, Parsed, parse};
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::config::Config;
use paramedic_domain::escalation::{Sighting, sight};
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::Event;
use paramedic_domain::request::Petition;
use paramedic_domain::standing::Order;

/// An invocation's deliveries, sorted.
#[derive(Debug, Default)]
pub struct Intake {
    /// What concerns each service, in the order of its arrival: a storm costs one write a service.
    pub shares: BTreeMap<ServiceName, Share>,
    /// What is no alarm.
    pub refused: Vec<(Delivery, NotAnAlarm)>,
    /// What people ask and order.
    pub wanted: Vec<(Option<String>, Wanted)>,
    /// Heartbeats that came back.
    pub beats: Vec<Alarm>,
    /// Whether a minute passed.
    pub ticked: bool,
}

/// What people want.
#[derive(Debug)]
pub enum Wanted {
    /// Something of an incident.
    Petition(Petition),
    /// A silence or an override.
    Order(Box<Order>),
}

/// What concerns one service.
#[derive(Debug, Default)]
pub struct Share {
    /// The events.
    pub events: Vec<Event>,
    /// The deliveries they came with, by their ids in the queue.
    pub deliveries: Vec<Option<String>>,
}

/// Sorts deliveries by the service they concern.
pub fn sort(deliveries: Vec<Delivery>, config: &Config, is_beat: impl Fn(&Alarm) -> bool) -> Intake {
    let mut intake = Intake::default();
    for delivery in deliveries {
        let parsed = parse(&delivery.body).and_then(|parsed| match parsed {
            // A bulletin that is none of ours is treated like any other oddity.
            Parsed::Bulletin(text) => serde_json::from_str::<Bulletin>(&text)
                .map(|bulletin| Some((bulletin.subject().service.clone(), Event::Told(Box::new(bulletin)))))
                .map_err(|error| NotAnAlarm::unreadable_bulletin(&error, &delivery.body)),
            Parsed::Petition(text) => match serde_json::from_str(&text) {
                Ok(petition) => {
                    intake.wanted.push((delivery.id.clone(), Wanted::Petition(petition)));
                    Ok(None)
                }
                Err(error) => Err(NotAnAlarm::unreadable_bulletin(&error, &delivery.body)),
            },
            Parsed::Order(text) => match serde_json::from_str(&text) {
                Ok(order) => {
                    intake.wanted.push((delivery.id.clone(), Wanted::Order(Box::new(order))));
                    Ok(None)
                }
                Err(error) => Err(NotAnAlarm::unreadable_bulletin(&error, &delivery.body)),
            },
            Parsed::Alarm(alarm) if is_beat(&alarm) => {
                intake.beats.push(*alarm);
                Ok(None)
            }
            Parsed::Alarm(alarm) => Ok(Some(seen(sight(&alarm, config)))),
            Parsed::EcsEvent(event) => Ok(Sighting::of_ecs(&event, config).map(seen)),
            Parsed::Tick => {
                intake.ticked = true;
                Ok(None)
            }
        });
        match parsed {
            Ok(Some((service, event))) => {
                let share = intake.shares.entry(service).or_default();
                share.events.push(event);
                share.deliveries.push(delivery.id);
            }
            Ok(None) => {}
            Err(not_an_alarm) => intake.refused.push((delivery, not_an_alarm)),
        }
    }
    intake
}

fn seen(sighting: Sighting) -> (ServiceName, Event) {
    (sighting.route.service.clone(), Event::Seen(Box::new(sighting)))
}
