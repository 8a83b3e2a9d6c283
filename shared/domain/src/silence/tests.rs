#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;
use jiff::civil::{date, time};
use proptest::prelude::*;

use super::*;
use crate::wall_clock::{Weekdays, Zone};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn web() -> Profile {
    Profile { name: "web-P0-alb-5xx".to_owned(), service: Some(ServiceName::from("web")), ..Profile::default() }
}

fn named(pattern: &str) -> Matcher {
    Matcher { name: Some(Patterns::One(Pattern::new(pattern))), ..Matcher::default() }
}

/// A silence of `web-*` ordered at midnight, named by its reason.
fn once(reason: &str, from: &str, until: &str) -> Silence {
    let window = Window::Once { from: at(from), until: at(until) };
    Silence::new(named("web-*"), window, "lin (Slack)", reason, at("2026-03-01T00:00:00Z"))
}

/// 01:30 to 04:30 in Berlin on Sundays.
fn sundays() -> Recurring {
    Recurring {
        days: "sun".parse().unwrap(),
        at: time(1, 30, 0, 0),
        lasts: SignedDuration::from_hours(3),
        zone: Zone::named("Europe/Berlin").unwrap(),
        from: None,
        until: None,
    }
}

fn recurring(reason: &str, window: Recurring) -> Silence {
    Silence::new(named("web-*"), Window::Recurring(window), "lin", reason, at("2026-03-01T00:00:00Z"))
}

fn held(silences: &[Silence], now: &str) -> Option<(String, String)> {
    active(silences, &web(), at(now)).map(|active| (active.reason, active.until.to_string()))
}

fn as_text(held: &Option<(String, String)>) -> Option<(&str, &str)> {
    held.as_ref().map(|(reason, until)| (reason.as_str(), until.as_str()))
}

#[test]
fn a_silence_holds_from_its_first_moment_to_before_its_last_and_for_what_it_matches() {
    let silences = [once("deploy", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")];
    assert_eq!(held(&silences, "2026-03-01T09:59:59Z"), None);
    let deploy = Some(("deploy", "2026-03-01T11:00:00Z"));
    assert_eq!(as_text(&held(&silences, "2026-03-01T10:00:00Z")), deploy);
    assert_eq!(as_text(&held(&silences, "2026-03-01T10:59:59Z")), deploy);
    assert_eq!(held(&silences, "2026-03-01T11:00:00Z"), None);
    let other = Profile { name: "db-P0".to_owned(), ..web() };
    assert_eq!(active(&silences, &other, at("2026-03-01T10:30:00Z")), None);
}

#[test]
fn of_several_the_one_that_ends_last_is_named() {
    let silences = [
        once("long", "2026-03-01T10:00:00Z", "2026-03-01T14:00:00Z"),
        once("short", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"),
        once("later", "2026-03-01T15:00:00Z", "2026-03-01T16:00:00Z"),
    ];
    assert_eq!(as_text(&held(&silences, "2026-03-01T10:30:00Z")), Some(("long", "2026-03-01T14:00:00Z")));
}

#[test]
fn nobody_is_told_between_silences_that_follow_on_each_other() {
    let silences = [
        once("first", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"),
        once("joining", "2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z"),
        once("overlapping", "2026-03-01T11:30:00Z", "2026-03-01T13:00:00Z"),
        once("a minute after", "2026-03-01T13:01:00Z", "2026-03-01T14:00:00Z"),
    ];
    assert_eq!(as_text(&held(&silences, "2026-03-01T10:30:00Z")), Some(("first", "2026-03-01T13:00:00Z")));
}

#[test]
fn a_window_keeps_its_time_of_day_and_its_length_when_the_clocks_change() {
    let silences = [recurring("restore", sundays())];
    // Until a week before it is 00:30 UTC; on 29 March the clock jumps from 02:00 to 03:00 within the window.
    assert_eq!(as_text(&held(&silences, "2026-03-22T00:30:00Z")), Some(("restore", "2026-03-22T03:30:00Z")));
    assert_eq!(as_text(&held(&silences, "2026-03-29T00:30:00Z")), Some(("restore", "2026-03-29T03:30:00Z")));
    assert_eq!(as_text(&held(&silences, "2026-04-04T23:30:00Z")), Some(("restore", "2026-04-05T02:30:00Z")));
    assert_eq!(held(&silences, "2026-03-29T03:30:00Z"), None);
    assert_eq!(held(&silences, "2026-03-28T00:45:00Z"), None, "a Saturday");
}

#[test]
fn a_recurring_window_begins_only_within_its_dates() {
    let window = Recurring { from: Some(date(2026, 3, 8)), until: Some(date(2026, 3, 15)), ..sundays() };
    let silences = [recurring("restore", window)];
    let sunday = |day: &str| held(&silences, &format!("2026-03-{day}T02:00:00Z")).is_some();
    assert_eq!(["01", "08", "15", "22"].map(sunday), [false, true, true, false]);
    assert_eq!(silences[0].over_at(), Some(at("2026-03-15T03:30:00Z")));
}

#[test]
fn a_window_of_days_holds_on_each_of_them() {
    let weekend = Recurring { days: "fri".parse().unwrap(), lasts: SignedDuration::from_hours(60), ..sundays() };
    let silences = [recurring("freeze", weekend)];
    assert_eq!(as_text(&held(&silences, "2026-03-08T12:00:00Z")), Some(("freeze", "2026-03-08T12:30:00Z")));
}

#[test]
fn an_ended_silence_tells_people_again() {
    let mut silence = once("deploy", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
    silence.ended = Some(Ended { by: "ada".to_owned(), at: at("2026-03-01T10:20:00Z") });
    let silences = [silence];
    assert_eq!(as_text(&held(&silences, "2026-03-01T10:10:00Z")), Some(("deploy", "2026-03-01T10:20:00Z")));
    assert_eq!(held(&silences, "2026-03-01T10:20:00Z"), None);
}

#[test]
fn windows_that_follow_on_each_other_for_ever_are_looked_at_again_within_a_month() {
    let half = |hour: i8| Recurring {
        days: Weekdays::DAILY,
        at: time(hour, 0, 0, 0),
        lasts: SignedDuration::from_hours(12),
        zone: Zone::utc(),
        ..sundays()
    };
    let silences = [recurring("night", half(0)), recurring("day", half(12))];
    let until = active(&silences, &web(), at("2026-03-01T06:00:00Z")).unwrap().until;
    let ahead = until.duration_since(at("2026-03-01T06:00:00Z"));
    assert!(ahead >= Window::LONGEST && ahead < Window::LONGEST + SignedDuration::from_hours(24), "{ahead}");
}

#[test]
fn the_same_order_makes_the_same_silence() {
    let silence = once("deploy", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
    assert_eq!(silence, once("deploy", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"));
    assert_ne!(silence.id, once("deploy", "2026-03-01T10:00:00Z", "2026-03-01T12:00:00Z").id);
    assert_ne!(silence.id, once("other", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z").id);
    assert_snapshot!(silence.id, @"sil-86c44ef9b17b");
}

#[test]
fn a_button_silences_a_service_from_now_on() {
    let now = at("2026-03-01T10:00:00Z");
    let silence =
        Silence::of_service(&ServiceName::from("web"), SignedDuration::from_hours(1), "lin (Slack)", "known", now);
    assert_eq!(silence.check(now), Ok(()));
    assert_eq!(held(&[silence], "2026-03-01T10:59:59Z").unwrap().1, "2026-03-01T11:00:00Z");
}

#[test]
fn text_from_outside_is_kept_within_bounds() {
    let window = Window::Once { from: at("2026-03-01T10:00:00Z"), until: at("2026-03-01T11:00:00Z") };
    let now = at("2026-03-01T00:00:00Z");
    let long = Silence::new(named("web-*"), window, &"a".repeat(10_000), &"b".repeat(10_000), now);
    assert_eq!(long.check(now), Ok(()));
    assert!(long.by.chars().count() <= AUTHOR && long.reason.chars().count() <= REASON);
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_can() {
    let now = at("2026-03-01T00:00:00Z");
    let good = once("deploy", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
    let with = |matcher: Matcher| Silence::new(matcher, good.window.clone(), "lin", "deploy", now);
    let altered = Silence { matcher: named("*-P0-*"), ..good.clone() };
    let refused = [
        with(Matcher::default()),
        with(named("*")),
        once("backwards", "2026-03-01T11:00:00Z", "2026-03-01T10:00:00Z"),
        once("long", "2026-03-01T10:00:00Z", "2026-04-01T10:00:00Z"),
        once("past", "2026-02-01T10:00:00Z", "2026-02-01T11:00:00Z"),
        once("  ", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"),
        altered,
        recurring("always", Recurring { days: Weekdays::DAILY, lasts: SignedDuration::from_hours(24), ..sundays() }),
        recurring("never", Recurring { lasts: SignedDuration::ZERO, ..sundays() }),
    ];
    let why: Vec<String> = refused.iter().map(|silence| silence.check(now).unwrap_err().to_string()).collect();
    assert_snapshot!(why.join("\n"), @r"
    the silence would match every alarm, those of services to come too
      hint: match something, such as service=web; a [[maintenance]] window with all = true can hold for everything
    the silence would match every alarm, those of services to come too
      hint: match something, such as service=web; a [[maintenance]] window with all = true can hold for everything
    the silence cannot be had: it would end before it begins
      hint: give an end after the beginning
    the silence cannot be had: it would last longer than 30 days
      hint: silence it for up to 30 days, or change its alarm or its route for what is to stay
    the silence was over at 2026-02-01T11:00:00Z
      hint: give an end that is still to come
    the silence lacks its author or its reason, or its id is not made of what it says
      hint: say who silences and why; `infra-bootstrap silence` makes the id
    the silence lacks its author or its reason, or its id is not made of what it says
      hint: say who silences and why; `infra-bootstrap silence` makes the id
    the silence cannot be had: it would cover more than half of the week
      hint: days times duration may be up to 84 hours, since nobody is told in that time
    the silence cannot be had: it would end before it begins
      hint: give an end after the beginning
    ");
    let whole_month = once("long", "2026-03-01T10:00:00Z", "2026-03-31T10:00:00Z");
    assert_eq!(whole_month.check(now), Ok(()));
    let tagged = Matcher { tags: [("team".to_owned(), Patterns::One(Pattern::new("*")))].into(), ..Matcher::default() };
    assert_eq!(with(tagged).check(now), Ok(()), "not every alarm has the tag");
}

#[test]
fn a_window_is_told_in_a_line() {
    let bounded = Recurring { from: Some(date(2026, 3, 8)), until: Some(date(2026, 9, 1)), ..sundays() };
    let windows = [
        once("deploy", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z").window,
        Window::Recurring(sundays()),
        Window::Recurring(bounded),
    ];
    assert_snapshot!(windows.map(|window| window.to_string()).join("\n"), @r"
    2026-03-01T10:00:00Z to 2026-03-01T11:00:00Z
    sun at 01:30 Europe/Berlin for 3h
    sun at 01:30 Europe/Berlin for 3h, from 2026-03-08, until 2026-09-01
    ");
}

#[test]
fn a_silence_is_written_and_read_again() {
    for silence in [
        once("deploy", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"),
        recurring("restore", Recurring { until: Some(date(2026, 9, 1)), ..sundays() }),
    ] {
        let json = serde_json::to_string(&silence).unwrap();
        assert_eq!(serde_json::from_str::<Silence>(&json).unwrap(), silence, "{json}");
        assert_eq!(silence.check(at("2026-03-01T00:00:00Z")), Ok(()), "its id is still made of what it says");
    }
}

fn any_silence() -> impl Strategy<Value = Silence> {
    let base = at("2026-03-27T00:00:00Z");
    let once = (0..200_i64, 1..40_i64).prop_map(move |(from, hours)| {
        let from = base + SignedDuration::from_hours(from);
        let window = Window::Once { from, until: from + SignedDuration::from_hours(hours) };
        Silence::new(named("web-*"), window, "lin", "once", base)
    });
    let again = (0..24_i8, 1..12_i64, proptest::sample::select(vec!["daily", "sun", "mon-fri"])).prop_map(
        move |(hour, hours, days)| {
            let window = Recurring {
                days: days.parse().unwrap(),
                at: time(hour, 30, 0, 0),
                lasts: SignedDuration::from_hours(hours),
                ..sundays()
            };
            recurring("again", window)
        },
    );
    prop_oneof![once, again]
}

proptest! {
    /// Halves of hours are enough: nothing here begins or ends between them.
    #[test]
    fn until_its_end_it_is_silent_at_every_moment_and_at_its_end_it_is_not(
        silences in proptest::collection::vec(any_silence(), 1..5), half_hour in 0..400_i64
    ) {
        let now = at("2026-03-27T00:00:00Z") + SignedDuration::from_mins(30 * half_hour);
        match active(&silences, &web(), now) {
            None => prop_assert!(silences.iter().all(|silence| silence.holds_until(now).is_none())),
            Some(active) => {
                let mut moment = now;
                while moment < active.until {
                    prop_assert!(silences.iter().any(|silence| silence.holds_until(moment).is_some()), "at {}", moment);
                    moment += SignedDuration::from_mins(30);
                }
                let far = active.until.duration_since(now) >= Window::LONGEST;
                prop_assert!(far || silences.iter().all(|silence| silence.holds_until(active.until).is_none()));
                prop_assert!(silences.iter().any(|silence| silence.id == active.id && silence.holds_until(now).is_some()));
            }
        }
    }
}
