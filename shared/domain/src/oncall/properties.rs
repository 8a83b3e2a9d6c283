//! What holds for every rotation at every moment, by a second way of finding whose turn it is that is slow and plain.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use jiff::civil::{date, time};
use jiff::{SignedDuration, Span, Timestamp};
use proptest::prelude::*;

use super::tests::{primary, roster};
use super::*;

/// Zones with clocks changed at night, by half an hour, at midnight, by two hours, backwards in winter, and never.
const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Havana",
    "Antarctica/Troll",
    "Europe/Dublin",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Apia",
];
const SHIFTS: [&str; 9] =
    ["1 hour", "2 hours", "8 hours", "12 hours", "daily", "3 days", "weekly", "2 weeks", "10 days"];
const HOURS: [&str; 7] = [
    "mon-fri 09:00-17:00",
    "daily 22:00-06:00",
    "sat,sun 00:00-24:00",
    "sun 01:30-02:30",
    "sun 02:15-02:45",
    "mon-sun 00:00-24:00",
    "fri 18:00-18:00",
];

/// 15 November 2025 to 14 November 2026, so that every change of a year is in it.
const BEGIN: i64 = 1_763_164_800;

fn moment() -> impl Strategy<Value = Timestamp> {
    let changes = ["2026-03-08T07:00:00Z", "2026-03-29T01:00:00Z", "2026-04-04T15:00:00Z", "2026-10-25T01:00:00Z"];
    prop_oneof![
        (0..365 * 86_400_i64).prop_map(|second| Timestamp::from_second(BEGIN + second).unwrap()),
        (0..changes.len(), -20_000..20_000_i64).prop_map(move |(change, second)| {
            changes[change].parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
        }),
    ]
}

fn rotations() -> impl Strategy<Value = Rotation> {
    let hours = proptest::collection::vec(proptest::sample::select(HOURS.to_vec()), 0..3);
    let zone = proptest::sample::select(ZONES.to_vec());
    let shift = proptest::sample::select(SHIFTS.to_vec());
    let people = 1..4_usize;
    (zone, shift, hours, people, 0..24_i8, prop_oneof![Just(0_i8), Just(30)], 0..250_i32).prop_map(
        |(zone, shift, hours, people, hour, minute, day)| Rotation {
            people: ["ada", "grace", "edsger"][..people].iter().map(|name| PersonName::from(*name)).collect(),
            shift: shift.parse().unwrap(),
            starts: date(2025, 10, 1).checked_add(Span::new().days(day)).unwrap(),
            handover: time(hour, minute, 0, 0),
            zone: Zone::named(zone).unwrap(),
            hours: hours.iter().map(|hours| hours.parse().unwrap()).collect(),
            ..primary()
        },
    )
}

fn covers() -> impl Strategy<Value = Vec<Override>> {
    let one = (moment(), 1..200_000_i64, 0..4_usize, 0..5_i64).prop_map(|(from, seconds, person, created)| {
        let person = PersonName::from(["ada", "grace", "barbara", "mallory"][person]);
        let until = from + SignedDuration::from_secs(seconds);
        let created = Timestamp::from_second(BEGIN + created).unwrap();
        Override::new(RotationName::from("primary"), person, from, until, "lin", "swap", created)
    });
    proptest::collection::vec(one, 0..5)
}

/// Whose turn it is, by walking through all shifts from the first and all hours of a few days around.
fn walked(roster: &Roster, now: Timestamp) -> (Option<PersonName>, Because) {
    let rotation = &roster.rotations[0];
    let mut held: Option<&Override> = None;
    for cover in &roster.overrides {
        let known = roster.persons.contains(&cover.person);
        let later = held.is_none_or(|held| (cover.created, &cover.id) > (held.created, &held.id));
        if known && later && cover.from <= now && now < cover.until {
            held = Some(cover);
        }
    }
    if let Some(cover) = held {
        return (Some(cover.person.clone()), Because::Override(cover.id.clone()));
    }
    let step = match rotation.shift.to_string().as_str() {
        "daily" => 24,
        "weekly" => 168,
        other => {
            let (number, unit) = other.split_once(' ').unwrap();
            let hours = if unit.starts_with('w') {
                168
            } else if unit.starts_with('d') {
                24
            } else {
                1
            };
            number.parse::<i64>().unwrap() * hours
        }
    };
    let mut number = None;
    let first = rotation.starts.to_datetime(rotation.handover);
    for k in 0.. {
        let clock = first.checked_add(SignedDuration::from_hours(k * step)).unwrap();
        if clock.duration_since(rotation.zone.clock(now)) > SignedDuration::from_hours(48) {
            break;
        }
        if rotation.zone.instant(clock).unwrap() <= now {
            number = Some(k);
        }
    }
    let Some(number) = number else { return (None, Because::NotBegun) };
    let today = rotation.zone.clock(now).date();
    let open = rotation.hours.is_empty()
        || (-3..=3).any(|day| {
            let day = today.checked_add(Span::new().days(day)).unwrap();
            rotation.hours.iter().any(|hours| {
                let last = if hours.until > hours.from { day } else { day.tomorrow().unwrap() };
                hours.days.contains(day.weekday())
                    && rotation.zone.instant(day.to_datetime(hours.from)).unwrap() <= now
                    && now < rotation.zone.instant(last.to_datetime(hours.until)).unwrap()
            })
        });
    if !open {
        return (None, Because::OutsideHours);
    }
    let index = usize::try_from(number).unwrap() % rotation.people.len();
    (Some(rotation.people[index].clone()), Because::Turn)
}

fn name() -> RotationName {
    RotationName::from("primary")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn at_every_moment_one_person_is_on_call_or_a_gap_says_why(
        rotation in rotations(), covers in covers(), now in moment()
    ) {
        let roster = Roster { overrides: covers, ..roster(rotation) };
        let on_call = roster.on_call(&name(), now);
        let somebody = matches!(on_call.because, Because::Turn | Because::Override(_));
        prop_assert_eq!(on_call.person.is_some(), somebody);
        prop_assert_eq!((on_call.person, on_call.because), walked(&roster, now));
    }

    #[test]
    fn nothing_changes_until_it_is_said_to_and_then_it_does(
        rotation in rotations(), covers in covers(), now in moment(), share in 0.0..1.0_f64
    ) {
        let roster = Roster { overrides: covers, ..roster(rotation) };
        let on_call = roster.on_call(&name(), now);
        if let Some(until) = on_call.until {
            prop_assert!(until > now);
            let within = now + until.duration_since(now).mul_f64(share);
            for at in [within, until - SignedDuration::from_nanos(1)] {
                prop_assert_eq!(&roster.on_call(&name(), at), &on_call, "at {}", at);
            }
            let (person, because) = walked(&roster, until);
            let changed = (&person, &because) != (&on_call.person, &on_call.because);
            let next_turn = roster.rotations[0].turn(until).map(|turn| turn.from) == Some(until);
            prop_assert!(changed || (because == Because::Turn && next_turn), "{:?} goes on at {}", on_call, until);
        }
    }

    #[test]
    fn shifts_tile_the_time(rotation in rotations(), covers in covers(), from in moment(), hours in 1..400_i64) {
        let roster = Roster { overrides: covers, ..roster(rotation) };
        let to = from + SignedDuration::from_hours(hours);
        let shifts = roster.shifts(&name(), from, to);
        prop_assert_eq!(shifts[0].from, from);
        prop_assert_eq!(shifts[shifts.len() - 1].until, to);
        prop_assert!(shifts.iter().all(|shift| shift.from < shift.until));
        prop_assert!(shifts.windows(2).all(|pair| pair[0].until == pair[1].from));
        for shift in shifts.iter().take(12) {
            let (person, because) = walked(&roster, shift.from);
            prop_assert_eq!((&shift.person, &shift.because), (&person, &because));
        }
        let gaps = roster.gaps(from, to);
        let nobody = shifts.iter().filter(|shift| shift.person.is_none());
        let nobody: Vec<_> = nobody.map(|shift| (shift.from, shift.until, &shift.because)).collect();
        prop_assert_eq!(gaps.iter().map(|gap| (gap.from, gap.until, &gap.why)).collect::<Vec<_>>(), nobody);
    }
}
