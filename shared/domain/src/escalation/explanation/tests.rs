#![allow(clippy::unwrap_used, clippy::panic)]

use insta::assert_snapshot;

use crate::alarm::{Alarm, Parsed, parse};
use crate::config::Config;
use crate::escalation::explain;

fn config() -> Config {
    let text = r#"
        version = 1
        [[service]]
        name = "web"
        cluster = "main"
        load_balancer = "app/web/0123456789abcdef"
        owner = "team-web"
        runbook = "https://runbooks.example.com/web"
        [[route]]
        name = "staging"
        match = { account = "999999999999" }
        severity = "P2"
        [[route]]
        name = "containers"
        match = { namespace = "AWS/ECS", dimensions = { ServiceName = "angular-*" } }
        labels = { layer = "compute" }
        continue = true
        [[route]]
        name = "search"
        match = { name = ["search-*", "web-*"], tags = { team = "search" }, severity = "P0" }
        policy = "search"
        [[route]]
        name = "p0"
        match = { severity = "P0" }
        policy = "loud"
        [[route]]
        name = "rest"
        match = {}
        severity = "P2"
        [[policy]]
        name = "search"
        [[policy]]
        name = "loud"
    "#;
    Config::parse(text, "paramedic.toml").unwrap()
}

fn alarm() -> Alarm {
    let body = include_str!("../../../../../tests/fixtures/alarms/sns-metric.json");
    let Ok(Parsed::Alarm(mut alarm)) = parse(body) else { panic!("the fixture is an alarm") };
    alarm.name = "web-P0-alb-5xx".to_owned();
    *alarm
}

#[test]
fn an_explanation_shows_every_rule_with_what_it_wants_and_what_the_alarm_has() {
    assert_snapshot!(explain(&alarm(), &config()));
}

#[test]
fn without_a_rule_and_a_service_the_explanation_says_unrouted() {
    let mut alarm = alarm();
    alarm.name = "disk\u{202e}\u{1b}[31m".to_owned();
    alarm.tags.insert("paramedic:service".to_owned(), "wbe".to_owned());
    let config = Config::parse("version = 1\n", "paramedic.toml").unwrap();
    assert_snapshot!(explain(&alarm, &config));
}

#[test]
fn the_explanation_as_json_has_the_same_to_say() {
    let json = serde_json::to_value(explain(&alarm(), &config())).unwrap();
    assert_eq!(json["tried"][0]["verdict"], "missed");
    assert_eq!(json["tried"][4]["verdict"]["not_tried"]["decided"], "p0");
    assert_eq!(json["tried"][0]["asked"][0]["wanted"], "999999999999");
    assert_eq!(json["route"]["policy"], "loud");
    assert_eq!(json["route"]["because"]["severity"], "name");
}
