//! Sorting what arrives: each delivery becomes an event of one service's incident, a tick, or a quarantined oddity.

use std::collections::BTreeMap;

use paramedic_domain::alarm::{Delivery, NotAnAlarm, Parsed, parse};
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::config::Config;
use paramedic_domain::escalation::{Sighting, sight};
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::Event;

/// An invocation's deliveries, sorted.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    /// What concerns each service, in the order of its arrival: a storm costs one write a service.
    pub(crate) shares: BTreeMap<ServiceName, Share>,
    /// What is no alarm.
    pub(crate) refused: Vec<(Delivery, NotAnAlarm)>,
    /// Whether a minute passed.
    pub(crate) ticked: bool,
}

/// What concerns one service.
#[derive(Debug, Default)]
pub(crate) struct Share {
    /// The events.
    pub(crate) events: Vec<Event>,
    /// The deliveries they came with, by their ids in the queue.
    pub(crate) deliveries: Vec<Option<String>>,
}

/// Sorts deliveries by the service they concern.
pub(crate) fn sort(deliveries: Vec<Delivery>, config: &Config) -> Intake {
    let mut intake = Intake::default();
    for delivery in deliveries {
        let parsed = parse(&delivery.body).and_then(|parsed| match parsed {
            // A bulletin that is none of ours is treated like any other oddity.
            Parsed::Bulletin(text) => serde_json::from_str::<Bulletin>(&text)
                .map(|bulletin| Some((bulletin.subject().service.clone(), Event::Told(Box::new(bulletin)))))
                .map_err(|error| NotAnAlarm::unreadable_bulletin(&error, &delivery.body)),
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
