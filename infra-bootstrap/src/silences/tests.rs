#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use paramedic_domain::wall_clock::time_of_day;

use super::*;

fn now() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

fn given<'a>(zone: &'a Zone, lasts: Option<&str>, from: Option<&'a str>, until: Option<&'a str>) -> WindowGiven<'a> {
    WindowGiven { lasts: lasts.map(|text| given::length(text).unwrap()), from, until, recurs: None, zone }
}

#[test]
fn a_silence_has_a_beginning_and_an_end_by_the_clock_of_its_zone() {
    let berlin = Zone::named("Europe/Berlin").unwrap();
    for (lasts, from, until, window) in [
        (Some("2h"), None, None, "2026-03-01T03:00:00Z to 2026-03-01T05:00:00Z"),
        (Some("1d"), Some("2026-10-01T02:00"), None, "2026-10-01T00:00:00Z to 2026-10-02T00:00:00Z"),
        (None, None, Some("2026-03-01T06:00"), "2026-03-01T03:00:00Z to 2026-03-01T05:00:00Z"),
        (None, Some("2026-10-24"), Some("2026-10-26"), "2026-10-23T22:00:00Z to 2026-10-25T23:00:00Z"),
    ] {
        let read = given(&berlin, lasts, from, until).window(now()).unwrap();
        assert_eq!(read.to_string(), window, "{lasts:?} {from:?} {until:?}");
    }
}

#[test]
fn a_silence_that_recurs_has_days_a_time_and_a_length() {
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let recurs = Some(("mon,tue".parse().unwrap(), time_of_day("02:00").unwrap()));
    let weekly = WindowGiven { recurs, ..given(&berlin, Some("2h"), None, None) };
    assert_eq!(weekly.window(now()).unwrap().to_string(), "mon,tue at 02:00 Europe/Berlin for 2h");
    let bounded = WindowGiven { from: Some("2026-10-01"), until: Some("2026-12-31"), ..weekly };
    let window = bounded.window(now()).unwrap().to_string();
    assert!(window.ends_with("for 2h, from 2026-10-01, until 2026-12-31"), "{window}");
    let by_the_hour = WindowGiven { from: Some("2026-10-01T02:00"), ..weekly };
    assert!(by_the_hour.window(now()).unwrap_err().to_string().contains("is no date"));
}

#[test]
fn a_silence_without_an_end_or_with_two_is_refused() {
    let utc = Zone::utc();
    for (lasts, until, why) in
        [(None, None, "no end"), (Some("2h"), Some("2026-03-02"), "two ends"), (None, Some("later"), "is no time")]
    {
        let refused = given(&utc, lasts, None, until).window(now()).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn silences_are_listed_with_what_they_match_until_when_and_why() {
    let matcher = |text: &str| given::matcher(&[given::asked(text).unwrap()]);
    let hour = |hours: i64| now() + SignedDuration::from_hours(hours);
    let once = |from, until| Window::Once { from: hour(from), until: hour(until) };
    let at_night = Recurring {
        days: Weekdays::DAILY,
        at: time_of_day("04:00").unwrap(),
        lasts: SignedDuration::from_hours(1),
        zone: Zone::utc(),
        from: None,
        until: None,
    };
    let mut ended = Silence::new(matcher("name=web-*"), once(-3, 3), "eve", "mistaken", hour(-3));
    ended.ended = Some(paramedic_domain::standing::Ended { by: "ada".to_owned(), at: hour(-2) });
    let silences = [
        Silence::new(matcher("service=web"), once(-1, 1), "ada", "a known \u{1b}[31mdefect", hour(-1)),
        Silence::new(matcher("tags.team=search"), Window::Recurring(at_night), "bob", "backup", hour(-9)),
        Silence::new(matcher("severity=P2"), once(-5, -4), "bob", "move", hour(-5)),
        ended,
    ];
    assert_snapshot!(silences_text(&silences, &Zone::utc(), now()));
    assert_eq!(silences_json(&silences, now()).pointer("/silences/0/holds_until").unwrap(), "2026-03-01T04:00:00Z");
    assert_eq!(silences_text(&[], &Zone::utc(), now()), "no silence stands\n");
}
