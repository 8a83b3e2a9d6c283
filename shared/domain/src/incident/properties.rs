//! What holds for the incident machine whatever happens, in whatever order.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::tests::{policy, sighting};
use super::*;
use crate::escalation::{Channel, Failure, Kind};

/// One thing that may happen to an incident.
#[derive(Clone, Debug)]
enum Move {
    /// Alarm number n is seen in a state that it took so many seconds ago.
    Seen { alarm: usize, state: AlarmState, age: i64 },
    /// Time passes and the tick comes.
    Tick { seconds: i64 },
    /// The function dies between writing and sending, from now on for one step.
    Crash,
}

const ALARMS: [(&str, Severity); 3] = [("5xx", Severity::P0), ("latency", Severity::P1), ("disk", Severity::P2)];

fn moves() -> impl Strategy<Value = Vec<(Move, bool)>> {
    let state = prop_oneof![
        3 => Just(AlarmState::Alarm),
        2 => Just(AlarmState::Ok),
        1 => Just(AlarmState::InsufficientData)
    ];
    let one = prop_oneof![
        6 => (0..ALARMS.len(), state, 0..40_i64).prop_map(|(alarm, state, age)| Move::Seen { alarm, state, age }),
        4 => (1..900_i64).prop_map(|seconds| Move::Tick { seconds }),
        1 => Just(Move::Crash),
    ];
    proptest::collection::vec((one, any::<bool>()), 1..60)
}

struct World {
    incident: Option<Incident>,
    now: Timestamp,
    crash: bool,
    /// Pages of PagerDuty that are open, by severity, going by what it was sent.
    paging: Vec<Severity>,
    /// Begun, and not yet told to any person.
    sent: Vec<(IncidentId, u32)>,
}

impl World {
    /// Applies one event; every send succeeds, or fails, as `works` says.
    fn apply(&mut self, event: Event, works: bool) -> Reason {
        let mut step = apply(self.incident.take(), &[event], &policy(), self.now);
        let reason = step.reasons[0];
        if step.closed {
            return reason;
        }
        for _ in 0..20 {
            self.incident = step.incident;
            if std::mem::take(&mut self.crash) {
                return reason;
            }
            let id = self.incident.as_ref().map(|incident| incident.id.clone());
            let mut results = Vec::new();
            if !step.send.is_empty() {
                let deliveries = step.send.iter().map(|n| self.deliver(id.clone().unwrap(), n, works)).collect();
                results.push(Event::Delivered(deliveries));
            }
            if let Some(revision) = step.show {
                results.push(Event::Shown { revision, thread: 0, result: if works { Ok(()) } else { Err(down()) } });
            }
            if results.is_empty() {
                return reason;
            }
            step = apply(self.incident.take(), &results, &policy(), self.now);
        }
        panic!("telling does not come to an end");
    }

    fn deliver(&mut self, incident: IncidentId, n: &Notification, works: bool) -> Delivery {
        if !works {
            return Delivery { id: n.id, result: Err(down()) };
        }
        self.sent.push((incident, n.id));
        match (&n.channel, n.kind) {
            (Channel::PagerDuty, Kind::Page) => self.paging.push(n.severity),
            (Channel::PagerDuty, Kind::Resolve) => self.paging.retain(|severity| *severity != n.severity),
            _ => {}
        }
        let message = (n.channel == Channel::Slack)
            .then(|| MessageRef { channel: "C".to_owned(), ts: format!("{}.{}", self.sent.len(), n.id) });
        Delivery { id: n.id, result: Ok(message) }
    }
}

fn down() -> Failure {
    Failure::Transient { why: "503".to_owned(), retry_after_s: None }
}

fn play(moves: &[(Move, bool)]) -> World {
    let now = "2026-03-01T03:00:00Z".parse().unwrap();
    let mut world = World { incident: None, now, crash: false, paging: Vec::new(), sent: Vec::new() };
    for (happens, works) in moves {
        match happens {
            Move::Seen { alarm, state, age } => {
                let (name, severity) = ALARMS[*alarm];
                let at = world.now - SignedDuration::from_secs(*age);
                world.apply(Event::Seen(Box::new(sighting(name, severity, *state, at))), *works);
            }
            Move::Tick { seconds } => {
                world.now += SignedDuration::from_secs(*seconds);
                world.apply(Event::Tick, *works);
            }
            Move::Crash => world.crash = true,
        }
    }
    // Everything works again, and enough time passes for whatever was left over.
    world.crash = false;
    for _ in 0..6 {
        world.now += SignedDuration::from_mins(6);
        if world.apply(Event::Tick, true) == Reason::Closed {
            break;
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn in_the_end_everybody_has_been_told(moves in moves()) {
        let world = play(&moves);
        if let Some(incident) = &world.incident {
            for notification in &incident.notifications {
                prop_assert!(notification.is_settled(), "still owed: {notification:?}");
            }
            prop_assert!(incident.view.due_at().is_none(), "the Slack message is behind: {:?}", incident.view);
        }
    }

    #[test]
    fn an_open_p0_pages_and_a_resolved_one_does_not(moves in moves()) {
        let world = play(&moves);
        match &world.incident {
            Some(incident) if incident.is_open() && incident.severity == Severity::P0 => {
                prop_assert!(world.paging.contains(&Severity::P0));
            }
            Some(incident) if !incident.is_open() => prop_assert!(world.paging.is_empty(), "{:?}", world.paging),
            _ => {}
        }
    }

    #[test]
    fn an_incident_is_open_exactly_while_an_alarm_has_not_recovered(moves in moves()) {
        if let Some(incident) = &play(&moves).incident {
            prop_assert_eq!(incident.is_open(), !incident.firing().is_empty());
        }
    }

    #[test]
    fn the_newest_change_of_an_alarm_is_the_one_that_is_known(moves in moves()) {
        let (mut newest, mut now) = ([None::<Timestamp>; 3], "2026-03-01T03:00:00Z".parse::<Timestamp>().unwrap());
        let mut world = World { incident: None, now, crash: false, paging: Vec::new(), sent: Vec::new() };
        for (happens, _) in &moves {
            match happens {
                Move::Seen { alarm, state, age } => {
                    let at = now - SignedDuration::from_secs(*age);
                    let (name, severity) = ALARMS[*alarm];
                    world.apply(Event::Seen(Box::new(sighting(name, severity, *state, at))), true);
                    let known = world.incident.as_ref()
                        .and_then(|i| i.alarms.values().find(|record| record.name == name))
                        .map(|record| record.changed_at);
                    if let Some(known) = known {
                        prop_assert!(newest[*alarm].is_none_or(|before| known >= before), "went back in time");
                        newest[*alarm] = Some(known);
                    }
                }
                Move::Tick { seconds } => { now += SignedDuration::from_secs(*seconds); world.now = now; }
                Move::Crash => {}
            }
        }
    }

    #[test]
    fn an_incident_survives_its_storage(moves in moves()) {
        if let Some(incident) = play(&moves).incident {
            let stored = serde_json::to_string(&incident).unwrap();
            prop_assert_eq!(serde_json::from_str::<Incident>(&stored).unwrap(), incident);
        }
    }
}
