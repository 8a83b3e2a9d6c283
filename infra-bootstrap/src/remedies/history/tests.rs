#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use jiff::SignedDuration;
use paramedic_domain::config::{Config, Mode};
use paramedic_domain::decision::{Case, Decision, Kept, Present, decide};
use paramedic_domain::diagnosis::diagnose;
use paramedic_domain::evidence::Evidence;
use paramedic_domain::guardrail::{Guardrail, Objection, Ruling, Switch};
use paramedic_domain::id::ServiceName;
use paramedic_domain::ledger::Attempt;
use paramedic_domain::remedy::{Proposal, RemedyKind};
use paramedic_domain::wall_clock::Zone;
use paramedic_edge::store::Past;
use serde_json::json;

use super::super::tests::{failed_twice, now};
use super::super::{History, simulate, with_mode};

fn attempts() -> Vec<Attempt> {
    failed_twice("web").attempts
}

fn config() -> Config {
    let text = "version = 1\n[[service]]\nname = \"web\"\ncluster = \"main\"\ndefault_mode = \"auto\"\n";
    Config::parse(text, "paramedic.toml").unwrap()
}

/// Of an incident in which nothing could be read, decided as the configuration says or as it is given.
fn kept(minutes_ago: i64, given: Option<(Proposal, Ruling)>) -> Kept {
    let at = now() - SignedDuration::from_mins(minutes_ago);
    let evidence = Evidence::nothing(at, "timed out");
    let subject = attempts().first().unwrap().subject.clone();
    let case = Case {
        told: diagnose(&evidence),
        approval: None,
        evidence,
        incident: Present { open: true, ..Present::default() },
        services_in_trouble: Some(1),
        ledger: None,
        account_actions: None,
        switch: Switch::On,
        time_left: SignedDuration::from_secs(20),
        now: at,
        subject,
    };
    let decision = decide(&case, &config());
    let decision = match given {
        Some((proposal, ruling)) => Decision { proposal, ruling, ..decision },
        None => decision,
    };
    Kept::of(case, &decision)
}

fn past() -> History {
    let plan = || Proposal::Act(attempts().first().unwrap().plan.clone());
    let cooldown =
        Objection { guardrail: Guardrail::Cooldown, approvable: false, why: "the last action was 60 s ago".to_owned() };
    let refused = |minutes| kept(minutes, Some((plan(), Ruling::Refuse(vec![cooldown.clone()]))));
    let decisions = vec![
        kept(181, Some((plan(), Ruling::Proceed))),
        refused(175),
        refused(174),
        refused(173),
        kept(20, None),
        Kept { case: None, ..kept(10, None) },
    ];
    let mut attempts = attempts();
    let last = attempts.last_mut().unwrap();
    last.stage = serde_json::from_value(
        json!({ "verified": { "acted_at": last.claimed_at, "outcome": { "recovered": { "after_s": 95 } } } }),
    )
    .unwrap();
    let web = Past { decisions, attempts, unreadable: 1 };
    History { services: vec![(ServiceName::from("web"), web), (ServiceName::from("api"), Past::default())] }
}

fn utc() -> Zone {
    Zone::named("UTC").unwrap()
}

#[test]
fn the_history_is_a_timeline_with_repetitions_folded_and_tells_how_often_it_helped() {
    assert_snapshot!(past().text(&utc()));
    let json = past().json();
    assert_eq!(json.pointer("/services/0/decisions").unwrap().as_array().unwrap().len(), 6);
    assert_eq!(json.pointer("/services/0/tried/0/helped").unwrap(), 1);
    assert_eq!(json.pointer("/services/0/refused_most_by/guardrail").unwrap(), "cooldown");
}

#[test]
fn a_time_without_a_decision_says_so() {
    assert_eq!(History::default().text(&utc()), "nothing was decided in that time\n");
    assert_eq!(simulate(&History::default(), &config()).text(&utc()), "no decision was kept in that time\n");
}

#[test]
fn a_simulation_sums_up_and_puts_what_would_be_beside_what_was() {
    assert_snapshot!(simulate(&past(), &config()).text(&utc()));
    let json = simulate(&past(), &config()).json();
    assert_eq!(json.pointer("/decisions/0/result").unwrap(), "would_refuse");
    assert_eq!(json.pointer("/decisions/4/result").unwrap(), "same");
    assert_eq!(json.pointer("/decisions/5/result").unwrap(), "unknown");
}

#[test]
fn another_mode_is_tried_for_the_services_that_are_meant_and_no_other() {
    let web = ServiceName::from("web");
    let changed = with_mode(config(), std::slice::from_ref(&web), RemedyKind::RollBack, Mode::Off);
    assert_eq!(changed.service(&web).unwrap().mode(RemedyKind::RollBack), Mode::Off);
    assert_eq!(changed.service(&web).unwrap().mode(RemedyKind::ReplaceTask), Mode::Auto);
    let other = with_mode(config(), &[ServiceName::from("api")], RemedyKind::RollBack, Mode::Off);
    assert_eq!(other.service(&web).unwrap().mode(RemedyKind::RollBack), Mode::Auto);
}
