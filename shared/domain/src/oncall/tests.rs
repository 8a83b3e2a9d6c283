#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;
use jiff::civil::{date, time};

use super::*;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Ada, Grace and Edsger take weekly turns from Monday to Monday, 09:00 in Berlin; 5 January 2026 is a Monday.
pub(crate) fn primary() -> Rotation {
    Rotation {
        name: RotationName::from("primary"),
        people: ["ada", "grace", "edsger"].map(PersonName::from).to_vec(),
        shift: ShiftLength::WEEKLY,
        starts: date(2026, 1, 5),
        handover: time(9, 0, 0, 0),
        zone: Zone::named("Europe/Berlin").unwrap(),
        hours: Vec::new(),
    }
}

pub(crate) fn roster(rotation: Rotation) -> Roster {
    let persons = ["ada", "grace", "edsger", "barbara"].map(PersonName::from).to_vec();
    Roster { persons, rotations: vec![rotation], overrides: Vec::new() }
}

pub(crate) fn cover(person: &str, from: &str, until: &str, created: &str) -> Override {
    let (rotation, person) = (RotationName::from("primary"), PersonName::from(person));
    Override::new(rotation, person, at(from), at(until), "lin (Slack)", "swapped shifts", at(created))
}

fn told(roster: &Roster, now: &str) -> String {
    roster.on_call(&RotationName::from("primary"), at(now)).told(&Zone::named("Europe/Berlin").unwrap())
}

fn plan(roster: &Roster, from: &str, to: &str) -> String {
    let zone = Zone::named("Europe/Berlin").unwrap();
    let shifts = roster.shifts(&RotationName::from("primary"), at(from), at(to));
    let line = |shift: Shift| {
        let person = shift.person.as_ref().map_or("nobody", PersonName::as_str);
        format!("{} - {}  {person}: {}\n", zone.told(shift.from), zone.told(shift.until), shift.because)
    };
    shifts.into_iter().map(line).collect()
}

#[test]
fn people_take_turns_and_begin_again() {
    assert_snapshot!(plan(&roster(primary()), "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"), @r"
    Thu 2026-01-01 01:00 CET - Mon 2026-01-05 09:00 CET  nobody: the rotation has not begun
    Mon 2026-01-05 09:00 CET - Mon 2026-01-12 09:00 CET  ada: it is their turn
    Mon 2026-01-12 09:00 CET - Mon 2026-01-19 09:00 CET  grace: it is their turn
    Mon 2026-01-19 09:00 CET - Mon 2026-01-26 09:00 CET  edsger: it is their turn
    Mon 2026-01-26 09:00 CET - Sun 2026-02-01 01:00 CET  ada: it is their turn
    ");
}

#[test]
fn hand_over_stays_at_nine_when_the_clocks_change() {
    let roster = roster(Rotation { shift: ShiftLength::DAILY, ..primary() });
    assert_snapshot!(plan(&roster, "2026-03-27T08:00:00Z", "2026-03-30T07:00:00Z"), @r"
    Fri 2026-03-27 09:00 CET - Sat 2026-03-28 09:00 CET  ada: it is their turn
    Sat 2026-03-28 09:00 CET - Sun 2026-03-29 09:00 CEST  grace: it is their turn
    Sun 2026-03-29 09:00 CEST - Mon 2026-03-30 09:00 CEST  edsger: it is their turn
    ");
}

#[test]
fn a_hand_over_at_night_is_the_first_of_two_in_october_and_comes_late_in_march() {
    let nights = Rotation { shift: "6 hours".parse().unwrap(), handover: time(2, 30, 0, 0), ..primary() };
    let nights = roster(nights);
    let first = |from: &str| {
        let shifts =
            nights.shifts(&RotationName::from("primary"), at(from), at(from) + jiff::SignedDuration::from_hours(24));
        shifts
            .into_iter()
            .map(|shift| shift.until)
            .find(|until| nights.rotations[0].zone.clock(*until).hour() < 4)
            .unwrap()
    };
    assert_eq!(first("2026-10-24T12:00:00Z"), at("2026-10-25T00:30:00Z"), "the first 02:30");
    assert_eq!(first("2026-03-28T12:00:00Z"), at("2026-03-29T01:30:00Z"), "02:30 is skipped and counts as 03:30");
}

#[test]
fn a_restricted_rotation_has_named_gaps_and_turns_go_on_meanwhile() {
    let office = Rotation {
        shift: ShiftLength::DAILY,
        hours: vec!["mon-fri 09:00-17:00".parse().unwrap(), "sat 22:00-04:00".parse().unwrap()],
        ..primary()
    };
    assert_snapshot!(plan(&roster(office), "2026-03-06T00:00:00Z", "2026-03-10T08:00:00Z"), @r"
    Fri 2026-03-06 01:00 CET - Fri 2026-03-06 09:00 CET  nobody: the rotation is restricted to other hours
    Fri 2026-03-06 09:00 CET - Fri 2026-03-06 17:00 CET  ada: it is their turn
    Fri 2026-03-06 17:00 CET - Sat 2026-03-07 22:00 CET  nobody: the rotation is restricted to other hours
    Sat 2026-03-07 22:00 CET - Sun 2026-03-08 04:00 CET  grace: it is their turn
    Sun 2026-03-08 04:00 CET - Mon 2026-03-09 09:00 CET  nobody: the rotation is restricted to other hours
    Mon 2026-03-09 09:00 CET - Mon 2026-03-09 17:00 CET  ada: it is their turn
    Mon 2026-03-09 17:00 CET - Tue 2026-03-10 09:00 CET  nobody: the rotation is restricted to other hours
    ");
}

#[test]
fn an_override_wins_over_the_turn_and_over_restricted_hours() {
    let mut roster = roster(Rotation { hours: vec!["mon-fri 09:00-17:00".parse().unwrap()], ..primary() });
    roster.overrides = vec![cover("barbara", "2026-03-06T15:00:00Z", "2026-03-07T12:00:00Z", "2026-03-01T00:00:00Z")];
    assert_snapshot!(plan(&roster, "2026-03-06T00:00:00Z", "2026-03-08T00:00:00Z"), @r"
    Fri 2026-03-06 01:00 CET - Fri 2026-03-06 09:00 CET  nobody: the rotation is restricted to other hours
    Fri 2026-03-06 09:00 CET - Fri 2026-03-06 16:00 CET  edsger: it is their turn
    Fri 2026-03-06 16:00 CET - Sat 2026-03-07 13:00 CET  barbara: they took over (ovr-088b7a3d8913)
    Sat 2026-03-07 13:00 CET - Sun 2026-03-08 01:00 CET  nobody: the rotation is restricted to other hours
    ");
}

#[test]
fn of_overlapping_overrides_the_latest_ordered_holds_and_the_other_comes_back() {
    let mut roster = roster(primary());
    roster.overrides = vec![
        cover("barbara", "2026-03-03T10:00:00Z", "2026-03-03T12:00:00Z", "2026-03-02T00:00:00Z"),
        cover("grace", "2026-03-03T08:00:00Z", "2026-03-03T20:00:00Z", "2026-03-01T00:00:00Z"),
    ];
    let forwards = plan(&roster, "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z");
    assert_snapshot!(forwards, @r"
    Tue 2026-03-03 01:00 CET - Tue 2026-03-03 09:00 CET  edsger: it is their turn
    Tue 2026-03-03 09:00 CET - Tue 2026-03-03 11:00 CET  grace: they took over (ovr-0994c4957335)
    Tue 2026-03-03 11:00 CET - Tue 2026-03-03 13:00 CET  barbara: they took over (ovr-f03ee61e68cc)
    Tue 2026-03-03 13:00 CET - Tue 2026-03-03 21:00 CET  grace: they took over (ovr-0994c4957335)
    Tue 2026-03-03 21:00 CET - Wed 2026-03-04 01:00 CET  edsger: it is their turn
    ");
    roster.overrides.reverse();
    assert_eq!(plan(&roster, "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z"), forwards, "however they are listed");
}

#[test]
fn an_override_that_was_ended_leaves_it_to_whose_turn_it_is() {
    let mut roster = roster(primary());
    let mut ended = cover("barbara", "2026-03-03T08:00:00Z", "2026-03-03T20:00:00Z", "2026-03-01T00:00:00Z");
    ended.ended = Some(crate::standing::Ended { by: "lin".to_owned(), at: at("2026-03-03T10:00:00Z") });
    roster.overrides = vec![ended];
    let now = |time: &str| roster.on_call(&RotationName::from("primary"), at(time));
    assert_eq!(now("2026-03-03T09:59:59Z").until, Some(at("2026-03-03T10:00:00Z")));
    assert_eq!(now("2026-03-03T10:00:00Z").because, Because::Turn);
}

#[test]
fn nobody_is_put_on_call_who_could_not_be_told() {
    let mut roster = roster(primary());
    roster.overrides = vec![cover("mallory", "2026-03-03T08:00:00Z", "2026-03-03T20:00:00Z", "2026-03-01T00:00:00Z")];
    let on_call = roster.on_call(&RotationName::from("primary"), at("2026-03-03T09:00:00Z"));
    assert_eq!(on_call.because, Because::Turn);
    assert_snapshot!(roster.admits(&roster.overrides[0]).unwrap_err(), @r#"
    there is no person called "mallory"
      hint: the people are ada, grace, edsger, barbara
    "#);
    let mut elsewhere = cover("ada", "2026-03-03T08:00:00Z", "2026-03-03T20:00:00Z", "2026-03-01T00:00:00Z");
    assert_eq!(roster.admits(&elsewhere), Ok(()));
    elsewhere.rotation = RotationName::from("secondary");
    assert_snapshot!(roster.admits(&elsewhere).unwrap_err(), @r#"
    there is no rotation called "secondary"
      hint: the rotations are primary
    "#);
}

#[test]
fn who_is_on_call_is_told_in_a_line_with_the_reason() {
    let restricted = roster(Rotation { hours: vec!["mon-fri 09:00-17:00".parse().unwrap()], ..primary() });
    let mut covered = restricted.clone();
    covered.overrides = vec![cover("barbara", "2026-03-06T15:00:00Z", "2026-03-07T12:00:00Z", "2026-03-01T00:00:00Z")];
    let empty = roster(Rotation { people: Vec::new(), ..primary() });
    let unknown = Roster { rotations: Vec::new(), ..restricted.clone() };
    let lines = [
        told(&restricted, "2026-03-06T12:00:00Z"),
        told(&restricted, "2026-03-07T10:00:00Z"),
        told(&covered, "2026-03-07T10:00:00Z"),
        told(&restricted, "2025-12-24T18:00:00Z"),
        told(&empty, "2026-03-06T12:00:00Z"),
        told(&unknown, "2026-03-06T12:00:00Z"),
    ];
    assert_snapshot!(lines.join("\n"), @r"
    edsger, until Fri 2026-03-06 17:00 CET: it is their turn
    nobody, until Mon 2026-03-09 09:00 CET: the rotation is restricted to other hours
    barbara, until Sat 2026-03-07 13:00 CET: they took over (ovr-088b7a3d8913)
    nobody, until Mon 2026-01-05 09:00 CET: the rotation has not begun
    nobody, for good: the rotation has no people
    nobody, for good: there is no rotation of that name
    ");
}

#[test]
fn gaps_are_found_for_each_rotation_and_for_those_that_relieve_each_other() {
    let hours = |name: &str, hours: &str| Rotation {
        name: RotationName::from(name),
        hours: vec![hours.parse().unwrap()],
        ..primary()
    };
    let mut roster = roster(hours("day", "daily 08:00-20:00"));
    roster.rotations.push(hours("night", "mon-fri 20:00-08:00"));
    // From Saturday noon to Monday noon.
    let (from, to) = (at("2026-03-07T11:00:00Z"), at("2026-03-09T11:00:00Z"));
    let gaps = roster.gaps(from, to);
    assert!(gaps.iter().all(|gap| gap.why == Because::OutsideHours && gap.from < gap.until), "{gaps:?}");
    assert_eq!(gaps.iter().filter(|gap| gap.rotation.as_str() == "day").count(), 2);
    let both = ["day", "night"].map(RotationName::from);
    let holes: Vec<String> =
        roster.uncovered(&both, from, to).iter().map(|(from, until)| format!("{from} {until}")).collect();
    let weekend_nights = ["2026-03-07T19:00:00Z 2026-03-08T07:00:00Z", "2026-03-08T19:00:00Z 2026-03-09T07:00:00Z"];
    assert_eq!(holes, weekend_nights, "Friday's night belongs to Friday");
    assert_eq!(roster.uncovered(&[], from, to), [(from, to)], "nobody is never on call");
}

#[test]
fn an_override_is_made_the_same_again_and_refused_when_it_cannot_be_meant() {
    let now = at("2026-03-01T00:00:00Z");
    let made = |from: &str, until: &str| cover("ada", from, until, "2026-03-01T00:00:00Z");
    let good = made("2026-03-03T08:00:00Z", "2026-03-03T20:00:00Z");
    assert_eq!(good, made("2026-03-03T08:00:00Z", "2026-03-03T20:00:00Z"));
    assert_ne!(good.id, made("2026-03-03T08:00:00Z", "2026-03-03T21:00:00Z").id);
    assert_eq!(good.check(now), Ok(()));
    let altered = Override { person: PersonName::from("mallory"), ..good.clone() };
    let refusals = [
        made("2026-03-03T20:00:00Z", "2026-03-03T08:00:00Z"),
        made("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z"),
        made("2026-03-03T00:00:00Z", "2026-07-03T00:00:00Z"),
        made("2026-07-03T00:00:00Z", "2026-07-04T00:00:00Z"),
        altered,
    ];
    let why: Vec<String> = refusals.iter().map(|cover| cover.check(now).unwrap_err().to_string()).collect();
    assert_snapshot!(why.join("\n"), @r"
    the override would end at 2026-03-03T08:00:00Z, which is not after it begins at 2026-03-03T20:00:00Z
      hint: give an end after the beginning
    the override was over at 2026-02-02T00:00:00Z
      hint: give an end that is still to come
    the override would last from 2026-03-03T00:00:00Z to 2026-07-03T00:00:00Z
      hint: it may last at most 90 days and begin within 90; change the rotation in paramedic.toml for what is to stay
    the override would last from 2026-07-03T00:00:00Z to 2026-07-04T00:00:00Z
      hint: it may last at most 90 days and begin within 90; change the rotation in paramedic.toml for what is to stay
    the override lacks its author or its reason, or its id is not made of what it says
      hint: order it with `infra-bootstrap oncall override`
    ");
}

#[test]
fn a_zone_that_skipped_a_whole_day_keeps_its_turns_in_order() {
    // Samoa went over the date line: there was no 30 December 2011.
    let rotation = Rotation {
        zone: Zone::named("Pacific/Apia").unwrap(),
        shift: "8 hours".parse().unwrap(),
        starts: date(2011, 12, 28),
        handover: time(0, 0, 0, 0),
        ..primary()
    };
    let roster = roster(rotation);
    let shifts = roster.shifts(&RotationName::from("primary"), at("2011-12-29T10:00:00Z"), at("2012-01-02T10:00:00Z"));
    assert!(shifts.iter().all(|shift| shift.from < shift.until), "{shifts:?}");
    assert!(shifts.windows(2).all(|pair| pair[0].until == pair[1].from));
    assert!(shifts.iter().all(|shift| shift.until.duration_since(shift.from) == jiff::SignedDuration::from_hours(8)));
}
