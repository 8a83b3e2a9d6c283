//! What arrives: alarms of two dozen services and of none, petitions, and what is no alarm at all.

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::config::Config;
use paramedic_domain::id::ServiceName;
use paramedic_domain::request::{Actor, Ask, Petition, Request, Via, Whose};
use paramedic_domain::severity::Severity;
use serde_json::json;

use crate::dice::Dice;

/// How many services are configured.
const SERVICES: usize = 24;
/// How many alarms belong to none of them: each is a service of its own.
const STRAYS: usize = 8;

/// One change of one alarm: what the judge accounts for.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) alarm: String,
    pub(crate) severity: Severity,
    pub(crate) state: AlarmState,
    pub(crate) at: Timestamp,
}

/// What a delivery is about.
#[derive(Clone, Debug)]
pub(crate) enum About {
    /// A change, by its number.
    Change(usize),
    /// Somebody asks something of an incident.
    Petition,
    /// Nothing that can be read.
    Garbage,
}

/// Something in the queue.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) body: String,
    pub(crate) about: About,
    /// When it can be taken; again later if it was not finished.
    pub(crate) visible: Timestamp,
}

/// All that happens from outside.
pub(crate) struct Traffic {
    pub(crate) changes: Vec<Change>,
    pub(crate) parcels: Vec<Parcel>,
    pub(crate) ends: Timestamp,
}

pub(crate) fn config() -> Config {
    let services: String =
        (0..SERVICES).map(|n| format!("[[service]]\nname = \"svc-{n:02}\"\ncluster = \"main\"\n")).collect();
    let text =
        format!("version = 1\n[slack]\nsecret = \"s\"\nchannel = \"#ops\"\n[pagerduty]\nsecret = \"p\"\n{services}");
    Config::parse(&text, "paramedic.toml").unwrap()
}

fn body(change: &Change) -> String {
    json!({
        "AlarmName": change.alarm,
        "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{}", change.alarm),
        "AWSAccountId": "123456789012", "Region": "EU (Ireland)",
        "NewStateValue": change.state.as_str(), "OldStateValue": "OK", "NewStateReason": "Threshold Crossed",
        "StateChangeTime": change.at.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string(),
    })
    .to_string()
}

fn garbage(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => "not json".to_owned(),
        1 => "[".repeat(200),
        2 => json!({ "AlarmName": "x", "NewStateValue": "ALARM" }).to_string(),
        _ => json!({ "event": "requested", "whose": "nobody" }).to_string(),
    }
}

/// The alarms: a service's name, the alarm's name, its severity.
fn alarms() -> Vec<(String, String, Severity)> {
    let mut alarms = Vec::new();
    for n in 0..SERVICES {
        let service = format!("svc-{n:02}");
        for (what, severity) in
            [("5xx", Severity::P0), ("unhealthy", Severity::P0), ("latency", Severity::P1), ("disk", Severity::P2)]
        {
            alarms.push((service.clone(), format!("{service}-{severity}-{what}"), severity));
        }
    }
    for n in 0..STRAYS {
        let severity = [Severity::P0, Severity::P1, Severity::P2][n % 3];
        let name = format!("stray-{n}-{severity}");
        alarms.push((name.clone(), name, severity));
    }
    alarms
}

/// Traffic of so many deliveries, from one seed.
pub(crate) fn traffic(dice: &mut Dice, from: Timestamp, deliveries: usize) -> Traffic {
    let alarms = alarms();
    let mut traffic = Traffic { changes: Vec::new(), parcels: Vec::new(), ends: from };
    let mut at = from;
    let mut states = vec![AlarmState::Ok; alarms.len()];
    let mut changed = vec![from; alarms.len()];
    while traffic.parcels.len() < deliveries {
        // Quiet nights, and minutes in which everything breaks.
        at += SignedDuration::from_millis(if dice.per_mille(700) {
            dice.millis(1, 4_000)
        } else {
            dice.millis(1, 40_000)
        });
        // Some services are worse than others: they flap.
        let alarm = if dice.per_mille(300) { dice.index(12) } else { dice.index(alarms.len()) };
        if dice.per_mille(25) {
            let body = garbage(dice);
            traffic.send(dice, body, About::Garbage, at);
            continue;
        }
        let (service, name, severity) = &alarms[alarm];
        if dice.per_mille(60) {
            traffic.ask(dice, service, at);
            continue;
        }
        if at <= changed[alarm] {
            continue;
        }
        let state = match (states[alarm], dice.below(100)) {
            (_, 0..5) => AlarmState::InsufficientData,
            (AlarmState::Alarm, 5..12) => AlarmState::Alarm,
            (AlarmState::Ok, 5..12) => AlarmState::Ok,
            (AlarmState::Alarm, _) => AlarmState::Ok,
            (AlarmState::Ok, _) => AlarmState::Alarm,
            (AlarmState::InsufficientData, 5..50) => AlarmState::Alarm,
            (AlarmState::InsufficientData, _) => AlarmState::Ok,
        };
        states[alarm] = state;
        changed[alarm] = at;
        traffic.change(dice, Change { alarm: name.clone(), severity: *severity, state, at });
    }
    // In the end everything is well, so that what is left over shows.
    for (alarm, (_, name, severity)) in alarms.iter().enumerate() {
        at = at.max(changed[alarm]) + SignedDuration::from_millis(1);
        let alarm = name.clone();
        traffic.change(dice, Change { alarm, severity: *severity, state: AlarmState::Ok, at });
    }
    traffic.ends = at;
    traffic
}

impl Traffic {
    fn change(&mut self, dice: &mut Dice, change: Change) {
        let (body, at, number) = (body(&change), change.at, self.changes.len());
        self.changes.push(change);
        self.send(dice, body, About::Change(number), at);
    }

    fn ask(&mut self, dice: &mut Dice, service: &str, at: Timestamp) {
        let ask = if dice.per_mille(700) {
            Ask::Ack
        } else {
            Ask::Silence { lasts: SignedDuration::from_mins(dice.millis(5, 60)), reason: "known".to_owned() }
        };
        let by = Actor { name: format!("person-{}", dice.below(5)), via: Via::Cli };
        let whose = Whose::Service { service: ServiceName::new(service) };
        let petition = Petition { whose, request: Request { ask, by, at } };
        let body = serde_json::to_string(&petition).unwrap();
        self.send(dice, body, About::Petition, at);
    }

    /// On its way for up to twenty seconds, so that what follows may overtake it; one in five comes twice.
    fn send(&mut self, dice: &mut Dice, body: String, about: About, at: Timestamp) {
        let times = if dice.per_mille(200) { 2 } else { 1 };
        for _ in 0..times {
            let visible = at + SignedDuration::from_millis(dice.millis(50, 20_000));
            self.parcels.push(Parcel { body: body.clone(), about: about.clone(), visible });
        }
    }
}
