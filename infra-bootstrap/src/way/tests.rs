#![allow(clippy::unwrap_used, clippy::panic)]

use insta::assert_snapshot;
use paramedic_domain::silence::Silence;

use super::*;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures");

fn now() -> Timestamp {
    "2026-03-03T03:00:00Z".parse().unwrap()
}

fn config() -> Config {
    let text = r##"
        version = 1
        [slack]
        secret = "paramedic/slack"
        channel = "#ops-alerts"
        [[person]]
        name = "ada"
        [[rotation]]
        name = "primary"
        people = ["ada"]
        shift = "weekly"
        starts = "2026-01-05"
        handover = "mon 09:00"
        time_zone = "Europe/Berlin"
        [[service]]
        name = "angular-piza"
        cluster = "angular-piza-cluster"
        policy = "search"
        [[policy]]
        name = "search"
        [policy.p0]
        repeat = 2
        [[policy.p0.step]]
        notify = ["oncall:primary", "slack"]
        wait = "5m"
        [[policy.p0.step]]
        notify = ["pages"]
        wait = "10m"
    "##;
    Config::parse(text, "paramedic.toml").unwrap()
}

fn fixture(name: &str) -> Routable {
    let mut alarms = read_file(&Path::new(FIXTURES).join(name)).unwrap();
    assert_eq!(alarms.len(), 1);
    alarms.remove(0)
}

fn way(alarm: &str, standing: &Standing) -> Way {
    Way::of(&fixture(alarm), &config(), standing, now())
}

#[test]
fn an_alarm_is_followed_from_its_route_to_the_people_it_reaches_now() {
    assert_snapshot!(way("alarms/sns-math-with-tags.json", &Standing::default()).text(&Zone::utc()));
}

#[test]
fn a_silence_that_holds_for_the_alarm_is_told() {
    let service = paramedic_domain::id::ServiceName::from("angular-piza");
    let silence = Silence::of_service(&service, SignedDuration::from_hours(1), "ada", "known", now());
    let standing = Standing { silences: vec![silence], overrides: Vec::new() };
    let silenced = way("alarms/sns-math-with-tags.json", &standing);
    let text = silenced.text(&Zone::utc());
    assert!(text.contains("silenced until Tue 2026-03-03 04:00 UTC by ada"), "{text}");
    assert_eq!(silenced.json().pointer("/silenced/reason").unwrap(), "known");
}

#[test]
fn the_same_alarm_takes_the_same_way_in_every_shape() {
    let ways: Vec<String> = ["sns-math-with-tags", "direct-math-with-tags", "eventbridge-math-with-tags"]
        .into_iter()
        .map(|name| way(&format!("alarms/{name}.json"), &Standing::default()))
        .map(|way| format!("{} {}", way.explanation.route.sentence(), way.policy))
        .collect();
    assert!(ways.iter().all(|way| way.ends_with("policy search by the service's configuration search")), "{ways:?}");
}

#[test]
fn what_nothing_claims_takes_the_default_route() {
    let bare = Config::parse("version = 1", "paramedic.toml").unwrap();
    let way = Way::of(&fixture("alarms/sns-metric.json"), &bare, &Standing::default(), now());
    assert!(way.is_default());
    assert_eq!(way.json().get("default").unwrap(), true);
    assert!(!self::way("alarms/sns-metric.json", &Standing::default()).is_default());
}

#[test]
fn what_is_no_alarm_is_refused_with_what_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = read_file(&folder.join("Cargo.toml")).unwrap_err().to_string();
    assert!(readme.contains("holds no alarm: it is not JSON") && readme.contains("\nhint: "), "{readme}");
    let missing = read_file(&folder.join("no-such-file.json")).unwrap_err().to_string();
    assert!(missing.contains("cannot be read") && missing.contains("\nhint: "), "{missing}");
}
