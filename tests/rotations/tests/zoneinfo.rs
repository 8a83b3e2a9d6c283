//! Rotations equal what Python's zoneinfo makes of them, to the second, over three years.
//!
//! The years are over and done with: zone databases since 2023d agree on them for the zones of `cases.json`, whereas those
//! of different age differ on what is to come (Cuba and Morocco changed their minds in 2026). So a difference is an error.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use paramedic_domain::id::{PersonName, RotationName};
use paramedic_domain::oncall::{Because, Roster, Rotation};
use paramedic_domain::wall_clock::Zone;
use rotations::{Answer, Cases, Question, ask};

const FROM: &str = "2023-01-01T00:00:00Z";
const TO: &str = "2026-01-01T00:00:00Z";
const HOUR: i64 = 3_600;

fn second(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The moments at which a zone's clock is changed.
fn changes(zone: &Zone) -> Vec<i64> {
    let offset = |second: i64| zone.clock(at(second)).duration_since(Zone::utc().clock(at(second)));
    let days = (second(FROM)..second(TO)).step_by(24 * HOUR as usize);
    let changed = days.filter(|day| offset(*day) != offset(day + 24 * HOUR));
    let to_the_second = |day: i64| {
        let (mut before, mut after) = (day, day + 24 * HOUR);
        while after - before > 1 {
            let middle = (before + after) / 2;
            if offset(middle) == offset(day) { before = middle } else { after = middle }
        }
        after
    };
    changed.map(to_the_second).collect()
}

/// Numbers below a bound that look like chance and are the same every time (xorshift64*, Vigna 2016).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as i64 % bound
    }
}

/// Moments of all three years, more of them around every change of the clock and every end of an override.
fn moments(rotation: &Rotation, cases: &Cases, chance: &mut Chance) -> Vec<i64> {
    let (from, to) = (second(FROM), second(TO));
    let mut moments: Vec<i64> = (0..500).map(|_| from + chance.below(to - from)).collect();
    let covers = cases.overrides.iter().filter(|cover| cover.rotation == rotation.name.as_str());
    let ends = covers.flat_map(|cover| [cover.from.as_second(), cover.until.as_second()]);
    for change in changes(&rotation.zone).into_iter().chain(ends) {
        moments.extend([-2 * HOUR, -HOUR, -HOUR / 2, -1, 0, 1, HOUR / 2, HOUR, 2 * HOUR].map(|off| change + off));
        moments.extend((0..30).map(|_| change - 30 * HOUR + chance.below(60 * HOUR)));
    }
    moments
}

fn compared() -> (Cases, Roster, Question, Answer) {
    let cases = Cases::read().unwrap();
    let roster = cases.roster().unwrap_or_else(|why| panic!("{why}"));
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let moments: BTreeMap<String, Vec<i64>> = roster
        .rotations
        .iter()
        .map(|rotation| (rotation.name.to_string(), moments(rotation, &cases, &mut chance)))
        .collect();
    let question = Question { cases: cases.clone(), from: second(FROM), to: second(TO), moments };
    let answer = ask(&question).unwrap_or_else(|why| panic!("{why}"));
    (cases, roster, question, answer)
}

/// The reason in the words of the script.
fn why(because: &Because, roster: &Roster) -> String {
    match because {
        Because::Turn => "turn".to_owned(),
        Because::Override(id) => {
            format!("override {}", roster.overrides.iter().position(|cover| cover.id == *id).unwrap())
        }
        Because::OutsideHours => "outside_hours".to_owned(),
        Because::NotBegun => "not_begun".to_owned(),
        Because::Empty | Because::Unknown => panic!("no case is meant to be {because}"),
    }
}

fn name(person: Option<&PersonName>) -> Option<String> {
    person.map(PersonName::to_string)
}

/// The first difference, so that a failure shows one line and not thousands.
fn require_same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    ours: &[T],
    python: &[T],
    rotation: &RotationName,
    tzdata: &str,
) {
    let differing = ours.iter().zip(python).find(|(ours, python)| ours != python);
    assert!(differing.is_none(), "{what} of {rotation}: (ours, by tzdata {tzdata}) {differing:?}");
    assert_eq!(ours.len(), python.len(), "{what} of {rotation}: how many");
}

#[test]
fn the_cases_are_of_every_kind() {
    let cases = Cases::read().unwrap();
    let roster = cases.roster().unwrap_or_else(|why| panic!("{why}"));
    let zones: BTreeSet<&str> = roster.rotations.iter().map(|rotation| rotation.zone.name()).collect();
    let changing = roster.rotations.iter().filter(|rotation| !changes(&rotation.zone).is_empty()).count();
    let shifts: BTreeSet<String> = roster.rotations.iter().map(|rotation| rotation.shift.to_string()).collect();
    let restricted = roster.rotations.iter().filter(|rotation| !rotation.hours.is_empty()).count();
    assert!(roster.rotations.len() >= 20 && zones.len() >= 10, "{zones:?}");
    assert!(changing >= 15 && shifts.len() >= 10 && restricted >= 10 && roster.overrides.len() >= 10, "{shifts:?}");
}

#[test]
fn every_hand_over_every_shift_and_who_is_on_call_equal_pythons() {
    let (_, roster, question, answer) = compared();
    let (from, to) = (at(question.from), at(question.to));
    let mut handovers = 0;
    for rotation in &roster.rotations {
        let python = &answer.rotations[rotation.name.as_str()];

        let bare = Rotation { hours: Vec::new(), ..rotation.clone() };
        let bare = Roster { rotations: vec![bare], overrides: Vec::new(), ..roster.clone() };
        let turns = bare.shifts(&rotation.name, from, to).into_iter().filter(|shift| shift.because == Because::Turn);
        // The turn that was on at the beginning did not begin there, unless a new one did.
        let began = |from: Timestamp| rotation.turn(from).is_some_and(|turn| turn.from == from);
        let ours: Vec<(i64, String)> = turns
            .filter(|shift| began(shift.from))
            .map(|shift| (shift.from.as_second(), name(shift.person.as_ref()).unwrap()))
            .collect();
        require_same("hand-overs", &ours, &python.handovers, &rotation.name, &answer.tzdata);
        handovers += ours.len();

        let shifts = roster.shifts(&rotation.name, from, to);
        let ours: Vec<_> = shifts
            .iter()
            .map(|shift| {
                let (person, because) = (name(shift.person.as_ref()), why(&shift.because, &roster));
                (shift.from.as_second(), shift.until.as_second(), person, because)
            })
            .collect();
        require_same("shifts", &ours, &python.shifts, &rotation.name, &answer.tzdata);

        let moments = &question.moments[rotation.name.as_str()];
        let ours: Vec<_> = moments
            .iter()
            .map(|moment| {
                let on_call = roster.on_call(&rotation.name, at(*moment));
                let until = on_call.until.unwrap().as_second();
                (name(on_call.person.as_ref()), why(&on_call.because, &roster), until)
            })
            .collect();
        require_same("on call", &ours, &python.on_call, &rotation.name, &answer.tzdata);
    }
    assert!(handovers > 50_000, "only {handovers} hand-overs were compared");
}
