#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use insta::assert_snapshot;
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::escalation::{Found, Profile, Route, Sighting};
use paramedic_domain::id::{AccountId, Arn, Region};
use paramedic_domain::incident::{Event, apply};
use paramedic_domain::request::{Actor, Ask, Request, Via};
use paramedic_domain::severity::Severity;
use paramedic_domain::standing::Standing;
use paramedic_domain::wall_clock::Zone;

use super::*;

pub(crate) fn start() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

fn later(minutes: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minutes)
}

fn config() -> Config {
    let text = r##"
        version = 1
        [slack]
        secret = "paramedic/slack"
        channel = "#ops-alerts"
        [[service]]
        name = "web"
        cluster = "main"
        runbook = "https://runbooks.example.com/web"
        [[service]]
        name = "batch"
        cluster = "main"
    "##;
    Config::parse(text, "paramedic.toml").unwrap()
}

fn policy(now: Timestamp) -> Policy {
    Policy::of(&config(), &Standing::default(), now)
}

/// An incident that an alarm opened at three o'clock.
pub(crate) fn opened(service: &str, severity: Severity) -> Incident {
    let name = format!("{service}-{severity}-alb-5xx");
    seen(None, service, severity, AlarmState::Alarm, start(), &name)
}

fn seen(
    incident: Option<Incident>,
    service: &str,
    severity: Severity,
    state: AlarmState,
    at: Timestamp,
    name: &str,
) -> Incident {
    let sighting = Sighting {
        route: Route::new(ServiceName::from(service), true, severity),
        alarm: Arn::new(format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}")),
        name: name.to_owned(),
        account: AccountId::from("123456789012"),
        region: Region::from("eu-west-1"),
        state,
        changed_at: at,
        reason: "Threshold Crossed: 33 % of requests \u{1b}[31mfail".to_owned(),
        found: Found::Delivered,
        profile: Profile::default(),
    };
    let step = apply(incident, &[Event::Seen(Box::new(sighting))], &policy(at), at);
    answered(step.incident.unwrap(), at)
}

/// All channels took what they were given.
fn answered(incident: Incident, at: Timestamp) -> Incident {
    use paramedic_domain::incident::{Delivery, Progress};
    let claimed = |notification: &&paramedic_domain::incident::Notification| {
        matches!(notification.progress, Progress::Claimed { .. })
    };
    let sent = incident.notifications.iter().filter(claimed).map(|n| Delivery { id: n.id, result: Ok(None) }).collect();
    apply(Some(incident), &[Event::Delivered(sent)], &policy(at), at).incident.unwrap()
}

pub(crate) fn asked(incident: Incident, ask: Ask, by: &str, via: Via, at: Timestamp) -> Incident {
    let request = Request { ask, by: Actor { name: by.to_owned(), via }, at };
    apply(Some(incident), &[Event::Asked { incident: None, request }], &policy(at), at).incident.unwrap()
}

#[test]
fn open_incidents_tell_who_is_at_them_and_what_comes_next() {
    let taken = asked(opened("batch", Severity::P1), Ask::Ack, "ada", Via::Slack, later(1));
    let now = later(5);
    let open = |policy| OpenIncidents { incidents: vec![opened("web", Severity::P0), taken.clone()], policy, now };
    assert_snapshot!(open_text(&open(Some(policy(now))), &Zone::named("Europe/Berlin").unwrap()));
    assert!(open_text(&open(None), &Zone::utc()).lines().skip(1).all(|line| line.ends_with(" -")));
    let json = open_json(&open(Some(policy(now))));
    assert_eq!(json["incidents"][0]["next"]["at"], "2026-03-01T03:10:00Z");
    assert_eq!(json["incidents"][1]["acked"]["by"]["name"], "ada");
    assert_eq!(json["incidents"][0]["acked"], serde_json::Value::Null);
}

#[test]
fn when_nothing_goes_on_that_is_said() {
    let none = OpenIncidents { incidents: Vec::new(), policy: None, now: start() };
    assert_eq!(open_text(&none, &Zone::utc()), "no incident goes on\n");
    assert_eq!(closed_text(&[], &Zone::utc()), "no incident was over in that time\n");
}

#[test]
fn closed_incidents_tell_how_they_ended() {
    let recovered =
        seen(Some(opened("web", Severity::P0)), "web", Severity::P0, AlarmState::Ok, later(7), "web-P0-alb-5xx");
    let dismissed = asked(opened("batch", Severity::P1), Ask::Resolve, "bob", Via::Cli, later(180));
    let closed = [recovered, dismissed];
    assert_snapshot!(closed_text(&closed, &Zone::utc()));
    assert_eq!(closed_json(&closed)["incidents"][1]["until"], "2026-03-01T06:00:00Z");
}

#[test]
fn one_incident_is_told_with_all_that_happened_and_nothing_acts_on_the_terminal() {
    let taken = asked(opened("web", Severity::P0), Ask::Ack, "ada", Via::Cli, later(4));
    let text = incident_text(&taken, Some(&config()), &Zone::named("Europe/Berlin").unwrap());
    assert!(!text.contains('\u{1b}'), "{text}");
    assert_snapshot!(text);
}

#[test]
fn an_id_is_told_from_a_service() {
    assert_eq!(Meant::read("inc-0123456789ab"), Meant::Incident(IncidentId::from("inc-0123456789ab")));
    for service in ["web", "inc-", "inc-web", "inc-0123456789abc", "0123456789ab"] {
        assert_eq!(Meant::read(service), Meant::Service(ServiceName::from(service)));
    }
}
