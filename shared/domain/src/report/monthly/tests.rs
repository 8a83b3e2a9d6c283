#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use insta::assert_snapshot;

use super::*;
use crate::alarm::AlarmState;
use crate::incident::Event;
use crate::incident::tests::{Play, sighting};

fn march() -> Month {
    "2026-03".parse().unwrap()
}

fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

/// An incident of a service that began then and lasted so long.
fn incident(service: &str, severity: Severity, began: &str, minutes: i64) -> Incident {
    let mut play = Play::new();
    play.now = began.parse().unwrap();
    for (state, wait) in [(AlarmState::Alarm, minutes * 60), (AlarmState::Ok, 0)] {
        let mut sighting = sighting("5xx", severity, state, play.now);
        sighting.route.service = ServiceName::from(service);
        play.apply(Event::Seen(Box::new(sighting)));
        play.wait(wait);
    }
    play.incident.unwrap()
}

#[test]
fn a_month_is_read_as_it_is_written() {
    assert_eq!(march().to_string(), "2026-03");
    assert_eq!("2026-01".parse::<Month>().unwrap().before().to_string(), "2025-12");
    for wrong in ["", "2026", "2026-13", "2026-3", "26-03", "March", "2026-03-01", "+026-03"] {
        assert!(wrong.parse::<Month>().is_err(), "{wrong}");
    }
}

#[test]
fn the_month_is_that_of_the_clock_on_the_wall() {
    let last_minute = incident("web", Severity::P0, "2026-03-31T22:30:00Z", 5);
    assert_eq!(monthly([&last_minute], march(), &TimeZone::UTC).overall.total(), 1);
    assert_eq!(monthly([&last_minute], march(), &berlin()).overall.total(), 0, "in Berlin it is April");
}

#[test]
fn services_are_counted_apart_and_together() {
    let incidents = [
        incident("web", Severity::P0, "2026-03-02T03:00:00Z", 4),
        incident("web", Severity::P2, "2026-03-03T03:00:00Z", 6),
        incident("shop", Severity::P0, "2026-03-04T03:00:00Z", 60),
        incident("shop", Severity::P0, "2026-04-04T03:00:00Z", 60),
    ];
    let monthly = monthly(&incidents, march(), &TimeZone::UTC);
    assert_eq!(monthly.overall.total(), 3, "April is left out");
    assert_eq!((monthly.overall.alarms, monthly.overall.pages), (3, 2), "a P2 pages nobody");
    let web = &monthly.services[&ServiceName::from("web")];
    assert_eq!((web.incidents[&Severity::P0], web.incidents[&Severity::P2]), (1, 1));
    assert_eq!(web.to_recover.unwrap().p90, SignedDuration::from_mins(6));
    assert_eq!(monthly.services[&ServiceName::from("shop")].pages, 1);
}

#[test]
fn who_was_woken_is_counted_by_night_and_on_weekends_of_their_own_clock() {
    let incidents = [
        incident("web", Severity::P0, "2026-03-04T20:59:59Z", 4), // Wednesday 21:59:59
        incident("web", Severity::P0, "2026-03-04T21:00:00Z", 4), // Wednesday 22:00
        incident("web", Severity::P0, "2026-03-05T05:59:59Z", 4), // Thursday 06:59:59
        incident("web", Severity::P0, "2026-03-05T06:00:00Z", 4), // Thursday 07:00
        incident("web", Severity::P0, "2026-03-06T23:00:00Z", 4), // Saturday 00:00
        incident("web", Severity::P0, "2026-03-08T12:00:00Z", 4), // Sunday 13:00
        incident("web", Severity::P1, "2026-03-08T12:00:00Z", 4), // Slack wakes nobody
    ];
    let woken = monthly(&incidents, march(), &berlin()).woken;
    let each = Hours { all: 6, at_night: 3, on_a_weekend: 2 };
    assert_eq!(woken, BTreeMap::from([("PagerDuty".to_owned(), each), ("pages topic (SMS, e-mail)".to_owned(), each)]));
}

#[test]
fn what_recovers_before_anybody_does_anything_is_noise() {
    let ended = incident("web", Severity::P0, "2026-03-02T03:00:00Z", 4);
    let mut open = incident("web", Severity::P0, "2026-03-03T03:00:00Z", 4);
    open.phase = crate::incident::Phase::Open;
    let noise = monthly([&ended, &open], march(), &TimeZone::UTC).overall.noise;
    assert_eq!(noise, Noise { any: 1, by_itself: 1, ..Noise::default() });
}

#[test]
fn median_and_ninetieth_percentile_are_times_that_were_taken() {
    let spread = |minutes: &[i64]| {
        let spread = Spread::of(minutes.iter().map(|m| SignedDuration::from_mins(*m)).collect())?;
        Some((spread.median.as_mins(), spread.p90.as_mins(), spread.of))
    };
    assert_eq!(spread(&[]), None);
    assert_eq!(spread(&[7]), Some((7, 7, 1)));
    assert_eq!(spread(&[9, 1]), Some((1, 9, 2)));
    assert_eq!(spread(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]), Some((5, 9, 10)));
    assert_eq!(spread(&(1..=11).collect::<Vec<_>>()), Some((6, 10, 11)));
}

#[test]
fn a_month_in_which_nothing_happened_says_so() {
    let told = monthly([], march(), &TimeZone::UTC).document();
    assert_eq!(told.lead, "No incident began. Times are those of UTC.");
    assert!(told.markdown().contains("## Who was woken\n\nNobody.\n"));
}

#[test]
fn a_month_is_told_in_figures() {
    let incidents = [
        incident("web", Severity::P0, "2026-03-02T03:00:00Z", 4),
        incident("web", Severity::P1, "2026-03-03T13:00:00Z", 6),
        incident("web", Severity::P0, "2026-03-08T13:00:00Z", 45),
        incident("shop", Severity::P2, "2026-03-04T03:00:00Z", 600),
    ];
    let monthly = monthly(&incidents, march(), &TimeZone::UTC);
    assert_snapshot!(monthly.document().markdown());
}

#[test]
fn the_figures_can_be_read_by_programs() {
    let monthly = monthly(&[incident("web", Severity::P0, "2026-03-02T03:00:00Z", 4)], march(), &TimeZone::UTC);
    let json = serde_json::to_value(&monthly).unwrap();
    assert_eq!(json["month"], "2026-03");
    assert_eq!(json["services"]["web"]["incidents"]["P0"], 1);
    assert_eq!(json["woken"]["PagerDuty"]["at_night"], 1);
}
