#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use jiff::SignedDuration;
use paramedic_domain::bulletin::Subject;
use paramedic_domain::diagnosis::Cause;
use paramedic_domain::id::{AccountId, ClusterName, DeploymentId, EcsServiceName, IncidentId, Region};
use paramedic_domain::ledger::Effect;
use paramedic_domain::remedy::{Action, Plan};
use paramedic_domain::severity::Severity;
use paramedic_domain::verification::Outcome;

use super::*;

pub(super) fn now() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

pub(super) fn failed_twice(service: &str) -> Ledger {
    let web = ServiceName::from(service);
    let plan = Plan {
        service: web.clone(),
        cluster: ClusterName::from("main"),
        ecs_service: EcsServiceName::from(service),
        expected_deployment: DeploymentId::from("ecs-svc/1"),
        cause: Cause::StaleTasks,
        because: "every task holds what it read when it started".to_owned(),
        action: Action::ForceRedeploy { task_definition: "web:7".to_owned() },
    };
    let subject = Subject {
        incident_id: IncidentId::from("inc-1"),
        service: web.clone(),
        severity: Severity::P0,
        account: AccountId::from("123456789012"),
        region: Region::from("eu-west-1"),
    };
    (0..2).fold(Ledger::empty(web), |ledger, hour| {
        let at = now() - SignedDuration::from_hours(3 - hour);
        let acted = Stage::Acted { at, effect: Effect::Deployed(DeploymentId::from("ecs-svc/2")) };
        let outcome = Outcome::Failed { why: "33.3 % of requests still fail".to_owned() };
        let claimed = ledger.claim(subject.clone(), plan.clone(), at).record(acted);
        claimed.record(Stage::Verified { acted_at: at, outcome })
    })
}

fn standing() -> Standing {
    let web = Service::new("web", "main")
        .with_mode(RemedyKind::ReplaceTask, Mode::Auto)
        .with_mode(RemedyKind::RollBack, Mode::Approve);
    let api = Service::new("api", "main");
    let frozen = Some(("year end".to_owned(), now() + SignedDuration::from_hours(24)));
    Standing {
        switch: Switch::Off,
        turned: Some(Turned {
            on: false,
            by: "ada".to_owned(),
            at: now() - SignedDuration::from_mins(20),
            reason: "a migration".to_owned(),
        }),
        account_actions: 2,
        services: vec![
            OfService { service: web, frozen: None, ledger: failed_twice("web") },
            OfService { service: api, frozen, ledger: Ledger::empty(ServiceName::from("api")) },
        ],
    }
}

#[test]
fn the_status_says_what_may_be_done_and_what_keeps_it_from_being_done() {
    assert_snapshot!(standing().text(&Zone::named("UTC").unwrap(), now()));
}

#[test]
fn a_switch_that_nobody_can_read_counts_as_off_and_one_that_nobody_made_as_on() {
    let of = |switch| Standing { switch, turned: None, ..standing() }.text(&Zone::named("UTC").unwrap(), now());
    assert!(of(Switch::Unreadable).starts_with("the switch says neither on nor off, which counts as OFF\n"));
    assert!(of(Switch::On).starts_with("remedies are on\n"));
}

#[test]
fn json_has_every_mode_and_every_attempt() {
    let json = standing().json();
    assert_eq!(json.pointer("/switch").unwrap(), "off");
    assert_eq!(json.pointer("/services/0/modes/roll_back").unwrap(), "approve");
    assert_eq!(json.pointer("/services/0/breaker_open").unwrap(), true);
    assert_eq!(json.pointer("/services/0/attempts").unwrap().as_array().unwrap().len(), 2);
    assert_eq!(json.pointer("/services/1/freeze/name").unwrap(), "year end");
}
