#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use paramedic_domain::id::PersonName;

use super::*;

/// Europe changes its clocks on 2026-03-29.
fn now() -> Timestamp {
    "2026-03-25T10:00:00Z".parse().unwrap()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn configured(overrides: Vec<Override>) -> Roster {
    let text = r#"
        version = 1
        [[person]]
        name = "ada"
        [[person]]
        name = "bob"
        [[rotation]]
        name = "primary"
        people = ["ada", "bob"]
        shift = "weekly"
        starts = "2026-01-05"
        handover = "mon 09:00"
        time_zone = "Europe/Berlin"
        [[rotation]]
        name = "office"
        people = ["bob"]
        shift = "weekly"
        starts = "2026-01-05"
        handover = "mon 09:00"
        time_zone = "Europe/Berlin"
        hours = ["mon-fri 09:00-17:00"]
    "#;
    let config = Config::parse(text, "paramedic.toml").unwrap();
    let persons = config.persons.iter().map(|person| person.name.clone()).collect();
    Roster { persons, rotations: config.rotations, overrides }
}

fn takeover() -> Override {
    let (from, until) = (now() + SignedDuration::from_hours(8), now() + SignedDuration::from_hours(32));
    Override::new(RotationName::from("primary"), PersonName::from("bob"), from, until, "ada", "dentist", now())
}

#[test]
fn who_is_on_call_is_shown_by_the_rotations_own_clock_with_who_takes_over() {
    let primary = only(configured(vec![takeover()]), "primary").unwrap();
    assert_snapshot!(on_call_text(&primary, None, now(), days(14)));
    let json = on_call_json(&primary, now(), days(14));
    assert_eq!(json.pointer("/rotations/0/overrides/0/reason").unwrap(), "dentist");
}

#[test]
fn gaps_are_shown_with_how_long_they_are_and_why() {
    let office = only(configured(Vec::new()), "office").unwrap();
    let found = gaps(&office, now(), days(4));
    assert_snapshot!(gaps_text(&office, &found, None));
}

#[test]
fn no_gap_is_said_in_so_many_words() {
    let primary = only(configured(Vec::new()), "primary").unwrap();
    let found = gaps(&primary, now(), days(30));
    assert_eq!(gaps_text(&primary, &found, None), "somebody is on call at every moment in 1 rotation\n");
    assert_eq!(gaps_text(&Roster::default(), &[], None), "no rotations are configured\n");
}

#[test]
fn a_rotation_that_is_not_there_is_refused_with_those_that_are() {
    let why = only(configured(Vec::new()), "second").unwrap_err().to_string();
    assert!(
        why.contains("\"second\"") && why.contains("hint: the rotations of the configuration are primary, office"),
        "{why}"
    );
}
