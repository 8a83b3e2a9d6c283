//! What people do from the command line, told by exit code, standard output and standard error of the real binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod http_stub;
mod stack_stub;

use std::process::Output;

use paramedic_domain::request::Ask;
use serde_json::{Value, json};
use stack_stub::{Router, StackStub, World, asked, opened};

fn stack(world: World) -> StackStub {
    StackStub::start(world)
}

fn goes_on() -> World {
    World { incident: Some(opened()), ..World::default() }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn ends(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "out: {}\nerr: {}", out(output), err(output));
}

#[test]
fn taking_an_incident_says_whose_it_is_now_and_reaches_the_router() {
    let stack = stack(goes_on());
    let acked = stack.run(&["ack", "web"]);
    ends(&acked, 0);
    assert!(out(&acked).contains("of web (P0) is acknowledged by ada until"), "{}", out(&acked));
    let world = stack.world.lock().unwrap();
    assert_eq!(world.incident.as_ref().unwrap().ack.as_ref().unwrap().by.to_string(), "ada (command line)");
}

#[test]
fn an_incident_can_be_named_by_its_id_and_somebody_else_can_be_named_as_whoever_asks() {
    let world = goes_on();
    let id = world.incident.as_ref().unwrap().id.to_string();
    let stack = stack(world);
    let acked = stack.run(&["ack", &id, "--as", "bob", "--json"]);
    ends(&acked, 0);
    let answer: Value = serde_json::from_str(&out(&acked)).unwrap();
    assert_eq!((&answer["done"], &answer["outcome"], &answer["by"]), (&true.into(), &"acked".into(), &"bob".into()));
    assert_eq!(answer["incident"]["id"], id.as_str());
}

#[test]
fn whoever_comes_second_is_told_who_was_first() {
    let taken = asked(opened(), Ask::Ack, "bob");
    let stack = stack(World { incident: Some(taken), ..World::default() });
    let acked = stack.run(&["ack", "web"]);
    ends(&acked, 3);
    assert_eq!(out(&acked), "");
    assert!(err(&acked).contains("bob (Slack) has it since") && err(&acked).contains("hint: "), "{}", err(&acked));
}

#[test]
fn what_is_over_or_was_never_there_is_not_acknowledged() {
    let over = asked(opened(), Ask::Resolve, "bob");
    let id = over.id.to_string();
    let stack = stack(World { incident: Some(over), ..World::default() });
    for meant in ["web", id.as_str()] {
        let late = stack.run(&["ack", meant]);
        ends(&late, 3);
        assert!(err(&late).contains("already, there is nothing to ack"), "{}", err(&late));
    }
    let unknown = stack.run(&["ack", "inc-0123456789ab"]);
    ends(&unknown, 3);
    assert!(err(&unknown).contains("there is no incident inc-0123456789ab"), "{}", err(&unknown));
    let nothing = self::stack(World::default()).run(&["resolve", "web"]);
    ends(&nothing, 3);
    assert!(err(&nothing).contains("there is no incident of web"), "{}", err(&nothing));
}

#[test]
fn resolving_ends_the_incident() {
    let stack = stack(goes_on());
    let resolved = stack.run(&["resolve", "web"]);
    ends(&resolved, 0);
    assert!(out(&resolved).contains("is over: ada said so"), "{}", out(&resolved));
    assert!(!stack.world.lock().unwrap().incident.as_ref().unwrap().is_open());
}

#[test]
fn when_the_router_fails_nobody_says_that_it_was_done() {
    for (router, why) in [
        (Router::Fails, "nobody knows whether it was done: out of time"),
        (Router::SaysNothing, "the router's answer is not understood"),
        (Router::Missing, "there is no function paramedic-escalation-router"),
    ] {
        let stack = stack(World { router, ..goes_on() });
        for line in
            [vec!["ack", "web"], vec!["silence", "add", "--match", "service=web", "--for", "1h", "--reason", "x"]]
        {
            let failed = stack.run(&line);
            ends(&failed, 1);
            assert_eq!(out(&failed), "", "{router:?}");
            assert!(err(&failed).contains(why) && err(&failed).contains("hint: "), "{router:?}: {}", err(&failed));
        }
    }
}

#[test]
fn a_table_that_cannot_be_read_does_not_keep_anybody_from_taking_a_service() {
    let stack = stack(World { table_refuses: true, ..goes_on() });
    let acked = stack.run(&["ack", "web"]);
    ends(&acked, 0);
    assert_eq!(out(&acked), "web is acknowledged by ada\n");
    let by_id = stack.run(&["ack", "inc-0123456789ab"]);
    ends(&by_id, 1);
    assert!(err(&by_id).contains("hint: name its service instead"), "{}", err(&by_id));
    assert_eq!(stack.called("invocations"), 1);
}

#[test]
fn incidents_that_go_on_are_listed_with_what_comes_next() {
    let stack = stack(goes_on());
    let listed = stack.run(&["incidents"]);
    ends(&listed, 0);
    let text = out(&listed);
    assert!(
        text.starts_with("SEVERITY  SERVICE") && text.contains("(12 min)") && text.contains("paged once"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'));
    let json: Value = serde_json::from_str(&out(&stack.run(&["incidents", "--json"]))).unwrap();
    assert_eq!((&json["incidents"][0]["service"], &json["incidents"][0]["pages"]), (&"web".into(), &1.into()));
}

#[test]
fn an_incident_that_is_over_is_found_and_reported() {
    let over = asked(opened(), Ask::Resolve, "bob");
    let id = over.id.to_string();
    let stack = stack(World { closed: vec![over], ..World::default() });
    assert_eq!(out(&stack.run(&["incidents"])), "no incident goes on\n");
    assert!(out(&stack.run(&["incidents", "--closed"])).contains("by bob (Slack)"));
    for meant in [id.as_str(), "web"] {
        let shown = stack.run(&["incident", "show", meant]);
        ends(&shown, 0);
        assert!(out(&shown).contains("resolved") && out(&shown).contains(", by bob (Slack)"), "{}", out(&shown));
    }
    assert!(out(&stack.run(&["incident", "show", &id, "--markdown"])).contains("\n## Timeline\n"));
    assert!(out(&stack.run(&["incident", "show", &id, "--html"])).starts_with("<!doctype html>"));
    let unknown = stack.run(&["incident", "show", "inc-0123456789ab"]);
    ends(&unknown, 3);
    assert!(err(&unknown).contains("hint: "));
    let month = over_month();
    let report = stack.run(&["report", "--month", &month]);
    ends(&report, 0);
    assert!(
        out(&report).contains("1 incident, 1 page") || out(&report).contains("1 incident, 0 pages"),
        "{}",
        out(&report)
    );
}

fn over_month() -> String {
    let opened = opened().opened_at.to_string();
    opened[..7].to_owned()
}

#[test]
fn a_silence_is_ordered_listed_and_ended() {
    let stack = stack(World::default());
    let added = stack.run(&[
        "silence",
        "add",
        "--match",
        "service=web",
        "--match",
        "tags.team=x",
        "--for",
        "2h",
        "--reason",
        "a known defect",
        "--json",
    ]);
    ends(&added, 0);
    let answer: Value = serde_json::from_str(&out(&added)).unwrap();
    let id = answer["order"]["silence"]["id"].as_str().unwrap();
    let listed = out(&stack.run(&["silence", "list"]));
    assert!(listed.contains(id) && listed.contains("service=web tags.team=x") && listed.contains("ada"), "{listed}");
    ends(&stack.run(&["silence", "end", id, "--as", "bob"]), 0);
    assert_eq!(out(&stack.run(&["silence", "list"])), "no silence stands\n");
    assert!(out(&stack.run(&["silence", "list", "--all"])).contains("by bob"));
}

#[test]
fn the_switch_is_turned_by_a_person_who_says_why_and_the_status_says_so() {
    let stack = stack(World::default());
    assert!(out(&stack.run(&["remedies", "status"])).starts_with("remedies are on\n"));
    ends(&stack.run(&["remedies", "off", "--reason", "a migration"]), 0);
    let status = out(&stack.run(&["remedies", "status"]));
    assert!(status.starts_with("remedies are OFF: nothing is touched in any service, turned by ada "), "{status}");
    assert!(status.contains("a migration") && status.contains("web"), "{status}");
    ends(&stack.run(&["remedies", "on", "--reason", "it is over", "--as", "bob"]), 0);
    let status: Value = serde_json::from_str(&out(&stack.run(&["remedies", "status", "--json"]))).unwrap();
    assert_eq!((&status["switch"], &status["turned"]["by"]), (&json!("on"), &json!("bob")));
    ends(&stack.run(&["remedies", "off"]), 2);
    ends(&stack.run(&["remedies", "reset", "web"]), 3);
}

#[test]
fn a_table_that_refuses_leaves_the_switch_as_it_is_and_says_so() {
    let stack = stack(World { table_refuses: true, ..World::default() });
    ends(&stack.run(&["remedies", "off", "--reason", "a migration"]), 1);
    ends(&stack.run(&["remedies", "status"]), 1);
}

#[test]
fn what_the_router_refuses_is_told_in_its_own_words() {
    let stack = stack(World::default());
    for (line, why) in [
        (vec!["silence", "add", "--match", "name=*", "--for", "2h", "--reason", "x"], "would match every alarm"),
        (vec!["silence", "add", "--match", "service=web", "--for", "31d", "--reason", "x"], "longer than 30 days"),
        (vec!["silence", "end", "sil-000000000000"], "there is no standing silence"),
        (
            vec![
                "oncall",
                "override",
                "--rotation",
                "second",
                "--person",
                "bob",
                "--until",
                "2099-01-01",
                "--reason",
                "x",
            ],
            "no rotation called",
        ),
        (
            vec![
                "oncall",
                "override",
                "--rotation",
                "primary",
                "--person",
                "eve",
                "--until",
                "2099-01-01",
                "--reason",
                "x",
            ],
            "no person called",
        ),
        (
            vec![
                "oncall",
                "override",
                "--rotation",
                "primary",
                "--person",
                "bob",
                "--until",
                "2099-01-01",
                "--reason",
                "x",
            ],
            "90 days",
        ),
        (vec!["oncall", "override", "--end", "ovr-000000000000"], "there is no standing override"),
    ] {
        let refused = stack.run(&line);
        ends(&refused, 3);
        assert!(err(&refused).contains(why) && err(&refused).contains("hint: "), "{line:?}: {}", err(&refused));
    }
    let unended = stack.run(&["silence", "add", "--match", "service=web", "--reason", "x"]);
    ends(&unended, 2);
    assert!(err(&unended).contains("has no end"), "{}", err(&unended));
}

#[test]
fn whoever_takes_over_is_on_call_until_that_is_ended() {
    let stack = stack(World::default());
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(8)).to_string();
    let ordered = stack.run(&[
        "oncall",
        "override",
        "--rotation",
        "primary",
        "--person",
        "bob",
        "--until",
        &until,
        "--reason",
        "dentist",
        "--json",
    ]);
    ends(&ordered, 0);
    let answer: Value = serde_json::from_str(&out(&ordered)).unwrap();
    let id = answer["order"]["override"]["id"].as_str().unwrap();
    let shown = out(&stack.run(&["oncall", "show"]));
    assert!(shown.contains("now: bob, ") && shown.contains(id) && shown.contains("dentist"), "{shown}");
    let alone = out(&stack.run(&["oncall", "show", "--without-overrides", "--days", "1"]));
    assert!(alone.contains("now: ada, "), "{alone}");
    ends(&stack.run(&["oncall", "override", "--end", id]), 0);
    assert!(out(&stack.run(&["oncall", "show"])).contains("now: ada, "));
    let gaps = stack.run(&["oncall", "gaps"]);
    ends(&gaps, 0);
    assert!(out(&gaps).contains("at every moment in 1 rotation"), "{}", out(&gaps));
}

#[test]
fn who_is_on_call_is_not_said_when_the_overrides_cannot_be_read() {
    let stack = stack(World { table_refuses: true, ..World::default() });
    ends(&stack.run(&["oncall", "show"]), 1);
    let gaps = stack.run(&["oncall", "gaps"]);
    ends(&gaps, 2);
    assert!(err(&gaps).contains("--without-overrides"), "{}", err(&gaps));
}

#[test]
fn an_alarm_of_the_account_is_routed_by_the_tags_it_has() {
    let stack = stack(World::default());
    let tested = stack.run(&["route", "test", "checkout-slow"]);
    ends(&tested, 0);
    let text = out(&tested);
    assert!(text.contains("service    web (its tag paramedic:service)") && text.contains("severity   P0"), "{text}");
    assert!(text.contains("now reaches"), "{text}");
    assert_eq!(stack.called("ListTagsForResource"), 1);
}

#[test]
fn a_file_is_routed_without_asking_aws_and_the_exit_code_tells_what_came_of_it() {
    let stack = stack(World::default());
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/alarms/sns-metric.json");
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/../paramedic.toml");
    ends(&stack.run(&["route", "test", fixture, "--config", reference]), 0);
    let unclaimed = stack.run(&["route", "test", fixture]);
    ends(&unclaimed, 1);
    assert!(out(&unclaimed).contains("no route and no service claims it"), "{}", out(&unclaimed));
    assert!(stack.world.lock().unwrap().calls.is_empty());
    for (line, why) in [
        (["route", "test", "paramedic.toml", "--json"], "holds no alarm"),
        (["route", "test", "no-such-alarm", "--json"], "no file and no alarm called \"no-such-alarm\""),
        (["route", "test", fixture, "--config=none.toml"], "cannot read the configuration"),
    ] {
        let bad = stack.run(&line);
        ends(&bad, 2);
        assert!(err(&bad).contains(why) && err(&bad).contains("hint: "), "{}", err(&bad));
    }
}
