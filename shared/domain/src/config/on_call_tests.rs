//! People, rotations and maintenance windows in the file.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;
use jiff::Timestamp;

use super::Config;
use crate::escalation::Profile;
use crate::id::{PersonName, RotationName, ServiceName};
use crate::silence::active;

const PEOPLE: &str = "version = 1\n[[person]]\nname = \"ada\"\nslack = \"U012AB3CD\"\n[[person]]\nname = \"grace\"\n";
/// Lines 7 to 13.
const ROTATION: [&str; 7] = [
    "[[rotation]]",
    "name = \"primary\"",
    "people = [\"ada\", \"grace\"]",
    "shift = \"weekly\"",
    "handover = \"mon 09:00\"",
    "starts = 2026-01-05",
    "time_zone = \"Europe/Berlin\"",
];
/// Lines 2 to 9.
const WINDOW: [&str; 8] = [
    "[[maintenance]]",
    "name = \"restore\"",
    "reason = \"the index is restored\"",
    "match = { service = \"web\" }",
    "days = \"mon-fri\"",
    "at = \"02:00\"",
    "lasts = \"90m\"",
    "time_zone = \"Europe/Berlin\"",
];

fn config(text: &str) -> Config {
    Config::parse(text, "paramedic.toml").unwrap()
}

fn refusal(text: &str) -> String {
    Config::parse(text, "paramedic.toml").unwrap_err().to_string()
}

/// The lines with some replaced, found by how they begin; one that is replaced by nothing is left out.
fn lines(lines: &[&str], changes: &[(&str, &str)]) -> String {
    let changed = |line: &str| {
        let change = changes.iter().find(|(key, _)| line.split(" =").next() == Some(key));
        change.map_or(line.to_owned(), |(_, new)| (*new).to_owned())
    };
    lines.iter().map(|line| changed(line)).filter(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

fn rotation(changes: &[(&str, &str)]) -> String {
    format!("{PEOPLE}{}", lines(&ROTATION, changes))
}

fn window(changes: &[(&str, &str)]) -> String {
    format!("version = 1\n{}", lines(&WINDOW, changes))
}

#[test]
fn people_and_rotations_make_a_roster() {
    let config = config(&rotation(&[]));
    assert_eq!(config.person(&PersonName::from("ada")).unwrap().slack.as_deref(), Some("U012AB3CD"));
    let roster = config.roster(Vec::new());
    let on_call = |now: &str| roster.on_call(&RotationName::from("primary"), now.parse().unwrap()).person.unwrap();
    assert_eq!(on_call("2026-01-05T08:00:00Z").as_str(), "ada");
    assert_eq!(on_call("2026-01-12T08:00:00Z").as_str(), "grace");
}

#[test]
fn a_date_may_be_written_as_a_date_or_as_text() {
    let text = config(&rotation(&[("starts", "starts = \"2026-01-05\"")]));
    assert_eq!(text.rotations, config(&rotation(&[])).rotations);
}

#[test]
fn a_daily_rotation_hands_over_at_a_time_of_day() {
    let daily =
        [("shift", "shift = \"daily\""), ("handover", "handover = \"09:00\""), ("starts", "starts = 2026-01-07")];
    assert_eq!(config(&rotation(&daily)).rotations[0].starts.to_string(), "2026-01-07");
}

#[test]
fn a_rotation_that_could_be_misread_is_refused_with_what_would_be_right() {
    let cases: [&[(&str, &str)]; 16] = [
        &[("name", "name = \"on call\"")],
        &[("people", "people = []")],
        &[("people", "people = [\"ada\", \"edsger\"]")],
        &[("shift", "shift = \"fortnightly\"")],
        &[("shift", "shift = \"5 hours\"")],
        &[("handover", "handover = \"09:00\"")],
        &[("handover", "handover = \"monday 09:00\"")],
        &[("shift", "shift = \"3 days\"")],
        &[("shift", "shift = \"daily\""), ("handover", "handover = \"9\"")],
        &[("starts", "starts = 2026-01-06")],
        &[("starts", "starts = \"next week\"")],
        &[("starts", "starts = 2026-01-05T09:00:00Z")],
        &[("time_zone", "time_zone = \"Berlin\"")],
        &[("time_zone", "time_zone = \"UTC\"\nhours = [\"office\"]")],
        &[("time_zone", "timezone = \"UTC\"")],
        &[("starts", "")],
    ];
    let why: Vec<String> = cases.iter().map(|changes| refusal(&rotation(changes))).collect();
    assert_snapshot!(why.join("\n"), @r#"
    paramedic.toml:8: "on call" is not a rotation name
      hint: 1 to 128 of the characters A-Z a-z 0-9 - _ .
    paramedic.toml:9: rotation "primary" has no people, so nobody would be told
      hint: people = ["…"], the names of [[person]] tables
    paramedic.toml:9: there is no person called "edsger"
      hint: the name of a [[person]] table: ada, grace
    paramedic.toml:10: "fortnightly" is no length of a shift
      hint: daily, weekly, "N days", "N weeks" (up to a year) or "N hours" (1, 2, 3, 4, 6, 8 or 12)
    paramedic.toml:10: "5 hours" is no length of a shift
      hint: daily, weekly, "N days", "N weeks" (up to a year) or "N hours" (1, 2, 3, 4, 6, 8 or 12)
    paramedic.toml:11: "09:00" is not a hand-over where shifts are weekly
      hint: a weekday and a time of day, such as "mon 09:00"
    paramedic.toml:11: "monday 09:00" is not a hand-over where shifts are weekly
      hint: a weekday and a time of day, such as "mon 09:00"
    paramedic.toml:11: "mon 09:00" is not a hand-over where shifts are 3 days
      hint: a time of day, such as "09:00"
    paramedic.toml:11: "9" is not a hand-over where shifts are daily
      hint: a time of day, such as "09:00"
    paramedic.toml:12: 2026-01-06 is a Tuesday, but hand-over is on Monday
      hint: the date of the first shift, such as 2026-01-12
    paramedic.toml:12: "next week" is no date
      hint: a date such as 2026-01-05
    paramedic.toml:12: "2026-01-05T09:00:00Z" is no date
      hint: a date such as 2026-01-05
    paramedic.toml:13: "Berlin" is no time zone
      hint: a name of the tz database such as "Europe/Berlin" or "UTC"
    paramedic.toml:14: "office" are no hours
      hint: such as "mon-fri 09:00-17:00", "daily 22:00-06:00" or "sat,sun 00:00-24:00"
    paramedic.toml:13: unknown field `timezone`
      hint: expected one of `name`, `people`, `shift`, `handover`, `starts`, `time_zone`, `hours`
    paramedic.toml:7: missing field `starts`
      hint: see paramedic.toml in the repository for every key
    "#);
}

#[test]
fn names_that_could_be_mistaken_for_each_other_are_refused_at_the_second() {
    let people = refusal(&format!("{PEOPLE}[[person]]\nname = \"Ada\"\n"));
    let rotations = refusal(&format!("{}{}", rotation(&[]), lines(&ROTATION, &[])));
    let windows = refusal(&format!("{}{}", window(&[]), lines(&WINDOW, &[])));
    assert_snapshot!([people, rotations, windows].join("\n"), @r#"
    paramedic.toml:8: "Ada" is the name of another person, "ada"
      hint: give each [[person]] a name of its own; upper and lower case do not tell them apart
    paramedic.toml:15: "primary" is the name of another rotation, "primary"
      hint: give each [[rotation]] a name of its own; upper and lower case do not tell them apart
    paramedic.toml:11: "restore" is the name of another maintenance, "restore"
      hint: give each [[maintenance]] a name of its own; upper and lower case do not tell them apart
    "#);
}

#[test]
fn a_person_is_named_on_slack_by_an_id() {
    assert_snapshot!(refusal("version = 1\n[[person]]\nname = \"ada\"\nslack = \"@ada\"\n"), @r#"
    paramedic.toml:4: "@ada" is not a user id of Slack
      hint: the id from the user's profile ("Copy member ID"), such as "U012AB3CD"; names can change hands
    "#);
    assert_snapshot!(refusal("version = 1\n[[person]]\nname = \"ada\"\nphone = \"+15550100\"\n"), @r"
    paramedic.toml:4: unknown field `phone`
      hint: expected `name` or `slack`
    ");
}

#[test]
fn a_maintenance_window_is_a_silence_under_its_name() {
    let config = config(&window(&[]));
    let web = Profile { service: Some(ServiceName::from("web")), ..Profile::default() };
    let held = |now: &str| active(&config.maintenance, &web, now.parse().unwrap());
    let found = held("2026-03-03T01:30:00Z").unwrap();
    assert_eq!((found.id.as_str(), found.by.as_str()), ("restore", "paramedic.toml"));
    assert_eq!(found.until, "2026-03-03T02:30:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(held("2026-03-01T01:30:00Z"), None, "a Sunday");
}

#[test]
fn a_window_may_be_there_once_or_within_dates_or_for_everything() {
    let never = [("days", ""), ("at", ""), ("lasts", ""), ("time_zone", "")];
    let once = |times: &str| {
        let text = format!("{}{times}", window(&never));
        config(&text).maintenance[0].window.to_string()
    };
    let written = "2026-03-01T01:00:00Z to 2026-03-01T03:00:00Z";
    assert_eq!(once("from = 2026-03-01T02:00:00+01:00\nuntil = 2026-03-01T03:00:00Z\n"), written);
    assert_eq!(once("from = \"2026-03-01T01:00:00Z\"\nuntil = \"2026-03-01T03:00:00Z\"\n"), written);
    let dated = config(&window(&[("lasts", "lasts = \"90m\"\nfrom = 2026-03-01\nuntil = 2026-03-31")]));
    assert_snapshot!(dated.maintenance[0].window, @"mon-fri at 02:00 Europe/Berlin for 1h 30m, from 2026-03-01, until 2026-03-31");
    let all = config(&window(&[("match", "all = true")]));
    assert!(all.maintenance[0].matcher.is_empty());
}

#[test]
fn a_window_that_would_keep_quiet_about_more_than_was_meant_is_refused() {
    let once = |from: &'static str| [("days", from), ("at", ""), ("lasts", ""), ("time_zone", "")];
    let short = once("from = 2026-03-01T02:00:00\nuntil = 2026-03-01T04:00:00Z");
    let backwards = once("from = 2026-03-01T02:00:00Z\nuntil = 2026-03-01T01:00:00Z");
    let long = once("from = 2026-03-01T02:00:00Z\nuntil = 2026-05-01T01:00:00Z");
    let half = once("from = 2026-03-01T02:00:00Z");
    let cases: [&[(&str, &str)]; 16] = [
        &[("reason", "reason = \" \"")],
        &[("match", "")],
        &[("match", "match = {}")],
        &[("match", "match = { name = \"*\" }")],
        &[("match", "match = { service = \"web\" }\nall = true")],
        &[("match", "match = { srvice = \"web\" }")],
        &[("days", "")],
        &[("days", "days = \"workdays\"")],
        &[("at", "at = \"2 am\"")],
        &[("lasts", "")],
        &[("lasts", "lasts = \"long\"")],
        &[("lasts", "lasts = \"17h\"")],
        &short,
        &backwards,
        &long,
        &half,
    ];
    let why: Vec<String> = cases.iter().map(|changes| refusal(&window(changes))).collect();
    assert_snapshot!(why.join("\n"), @r#"
    paramedic.toml:4: the reason is empty
      hint: why nobody needs to be told; it stands in the incident
    paramedic.toml:3: this window would keep quiet about every alarm
      hint: match something, such as match = { service = "web" }, or say all = true
    paramedic.toml:5: this window would keep quiet about every alarm
      hint: match something, such as match = { service = "web" }, or say all = true
    paramedic.toml:5: this window would keep quiet about every alarm
      hint: match something, such as match = { service = "web" }, or say all = true
    paramedic.toml:5: match has no meaning beside all = true
      hint: leave one of them out
    paramedic.toml:5: unknown field `srvice`
      hint: expected one of `name`, `namespace`, `metric`, `account`, `region`, `service`, `severity`, `tags`, `dimensions`
    paramedic.toml:6: at, lasts and time_zone are of a window that recurs
      hint: add days, such as days = "daily" or "sun", or leave this out
    paramedic.toml:6: "workdays" are no weekdays
      hint: such as "mon", "mon-fri", "sat,sun" or "daily"
    paramedic.toml:7: "2 am" is no time of day
      hint: such as "02:00"
    paramedic.toml:6: it is not said when on these days this window is
      hint: at = "02:00", lasts = "90m" and time_zone = "Europe/Berlin"
    paramedic.toml:8: "long" is not a duration
      hint: a positive duration such as "90m" or "4h"
    paramedic.toml:8: it would cover more than half of the week
      hint: days times duration may be up to 84 hours, since nobody is told in that time
    paramedic.toml:6: "2026-03-01T02:00:00" is no moment
      hint: a time with its offset from UTC, such as 2026-03-01T02:00:00+01:00 or 2026-03-01T01:00:00Z
    paramedic.toml:7: it would end before it begins
      hint: give an end after the beginning
    paramedic.toml:7: it would last longer than 30 days
      hint: silence it for up to 30 days, or change its alarm or its route for what is to stay
    paramedic.toml:3: it is not said when this window is
      hint: from and until for once, or days, at, lasts and time_zone for one that recurs
    "#);
}
