//! Pictures as people read them, within their bounds and without secrets.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::alarm::AlarmState;
use crate::bulletin::Bulletin;
use crate::diagnosis::diagnose;
use crate::diagnosis::staged::{cache_away, definition, errors, healthy, minutes_ago, now, series, sicken, stale};
use crate::evidence::{
    ActivityStatus, CacheEvent, ContainerEnd, DeploymentEvent, ErrorShape, ImageRun, Placement, Reading, Record,
    RecordedChange, Ringing, Rollout, ScalingActivity, ServiceAction, ServiceEvent, StoppedTask, TargetHealth,
};
use crate::id::{AccountId, ClusterName, DeploymentId, EcsServiceName, Region, ServiceName, TaskId};
use crate::incident::Event;
use crate::incident::tests::{Play, sighting};
use crate::report::{Label, mail, plain, scene, sms, story, subject, summary};
use crate::severity::Severity;

fn web() -> Service {
    let mut service = Service::new("web", "main");
    service.target_group = Some("targetgroup/web/0123456789abcdef".to_owned());
    service.load_balancer = Some("app/web/0123456789abcdef".to_owned());
    service.cache = Some("web-redis".to_owned());
    service.log_group = Some("/ecs/web".to_owned());
    service.secrets = vec!["web/token".to_owned()];
    service.runbook = Some("https://runbooks.example.com/web".to_owned());
    service
}

fn place() -> Place {
    Place::new(AccountId::from("123456789012"), Region::from("eu-west-1"))
}

fn drawn(evidence: &Evidence) -> Picture {
    draw(evidence, &diagnose(evidence), &web(), &place())
}

/// The incident that this evidence explains, half a minute after its alarm.
fn explained(evidence: &Evidence, service: &Service) -> Play {
    let mut play = Play::new();
    let mut alarm = sighting("web-P0-alb-5xx", Severity::P0, AlarmState::Alarm, play.now);
    alarm.reason = "Threshold Crossed: 3 datapoints were greater than the threshold (5.0).".to_owned();
    play.apply(Event::Seen(Box::new(alarm)));
    play.wait(30);
    let subject = play.incident.as_ref().unwrap().subject();
    let diagnosis = diagnose(evidence);
    let picture = Some(Box::new(draw(evidence, &diagnosis, service, &place())));
    let told = Bulletin::Diagnosed { subject, gathered_at: now(), diagnosis, picture };
    play.apply(Event::Told(Box::new(told)));
    play
}

/// The message as mail, which is every other channel's message too.
fn message(evidence: &Evidence) -> String {
    mail(&story(explained(evidence, &web()).incident.as_ref().unwrap(), Some(&web())))
}

fn stopped(id: &str, minutes: i64, reason: &str) -> StoppedTask {
    let end = ContainerEnd { name: "web".to_owned(), exit_code: Some(137), reason: Some(reason.to_owned()) };
    StoppedTask {
        id: TaskId::from(id),
        started_at: Some(minutes_ago(minutes + 3)),
        stopped_at: Some(minutes_ago(minutes)),
        started_by: None,
        placement: Placement::default(),
        code: "EssentialContainerExited".to_owned(),
        reason: "Essential container in task exited".to_owned(),
        containers: vec![end],
    }
}

/// A deployment twelve minutes ago halved the memory and moved the image on; since then tasks are killed.
fn out_of_memory() -> Evidence {
    let mut evidence = healthy();
    let was = definition();
    let mut is = definition();
    is.name = "web:8".to_owned();
    is.memory_mib = Some(512);
    is.containers[0].image = "shop/web:1.5".to_owned();
    (evidence.definition, evidence.previous) = (Reading::Read(is), Reading::Read(was));
    if let Reading::Read(service) = &mut evidence.service {
        let primary = &mut service.deployments[0];
        primary.task_definition = "web:8".to_owned();
        primary.created_at = minutes_ago(12);
        primary.rollout = Rollout::InProgress;
        primary.failed_tasks = 2;
        service.running = 2;
    }
    evidence.week_before = Reading::NotConfigured;
    let reason = "OutOfMemoryError: Container killed due to memory usage";
    evidence.stopped = Reading::Read(vec![stopped("dead1", 6, reason), stopped("dead2", 2, reason)]);
    errors(&mut evidence, 8);
    sicken(&mut evidence, 1);
    evidence
}

#[test]
fn a_stale_secret() {
    assert_snapshot!(message(&stale()));
}

#[test]
fn out_of_memory_after_a_deployment() {
    assert_snapshot!(message(&out_of_memory()));
}

#[test]
fn the_cache_is_away() {
    let mut evidence = cache_away();
    let message_of =
        |message: &str| CacheEvent { at: minutes_ago(5), about: "web-redis".to_owned(), message: message.to_owned() };
    evidence.cache_events = Reading::Read(vec![message_of("Cache node 0001 restarted")]);
    if let Reading::Read(metrics) = &mut evidence.metrics {
        metrics.latency_p95 = series(&[[0.2; 71].as_slice(), &[4.8; 4]].concat());
    }
    assert_snapshot!(message(&evidence));
}

#[test]
fn nothing_could_be_read() {
    assert_snapshot!(message(&Evidence::nothing(now(), "timed out after 8 s")));
}

#[test]
fn hostile_names_and_texts() {
    let mut service = web();
    service.ecs_service = EcsServiceName::from("web'; reboot #");
    service.log_group = Some("--profile=$(id)".to_owned());
    service.cache = Some("file:///etc/passwd".to_owned());
    let mut evidence = hostile();
    errors(&mut evidence, 4);
    let play = explained(&evidence, &service);
    assert_snapshot!(mail(&story(play.incident.as_ref().unwrap(), Some(&service))));
}

/// Evidence with something in each of its lists, and hostile text in it.
fn hostile() -> Evidence {
    let mut evidence = out_of_memory();
    let text = || "a\u{202e}b\n\u{1b}[2J<!channel> `id` ".to_owned() + &"y ".repeat(200);
    if let Reading::Read(service) = &mut evidence.service {
        service.events = vec![ServiceEvent { at: minutes_ago(3), message: text() }];
        service.deployments[0].reason = Some(text());
    }
    if let Reading::Read(tasks) = &mut evidence.tasks {
        for (task, digest) in tasks.iter_mut().zip(["sha256:aaaa", "sha256:bbbb"]) {
            let (container, image) = ("web".to_owned(), "shop/web:1.5".to_owned());
            task.placement.images = vec![ImageRun { container, image, digest: Some(digest.to_owned()) }];
        }
        tasks[0].started_at = Some(minutes_ago(30));
    }
    if let Reading::Read(targets) = &mut evidence.targets {
        targets[0].description = Some(text());
    }
    let activity = |at| ScalingActivity {
        at,
        status: ActivityStatus::Failed,
        cause: text(),
        description: text(),
        message: text(),
        not_scaled: vec!["AlreadyAtMaxCapacity".to_owned()],
    };
    evidence.activities = Reading::Read((1..6).map(|minute| activity(minutes_ago(minute))).collect());
    evidence.cache_events = Reading::Read(
        (1..6).map(|m| CacheEvent { at: minutes_ago(m), about: "r".to_owned(), message: text() }).collect(),
    );
    evidence.record = Reading::Read(Record {
        stopped: vec![stopped("dead3", 90, &text())],
        deployments: vec![DeploymentEvent {
            at: minutes_ago(10),
            deployment: DeploymentId::from("ecs-svc/1"),
            name: "SERVICE_DEPLOYMENT_FAILED".to_owned(),
            reason: text(),
        }],
        actions: vec![ServiceAction { at: minutes_ago(9), name: "X".to_owned(), reason: Some(text()) }],
        changes: vec![RecordedChange {
            at: minutes_ago(14),
            call: "ecs:UpdateService".to_owned(),
            by: "ada".to_owned(),
            on: text(),
            tasks: None,
        }],
    });
    let shape = ErrorShape {
        shape: text(),
        count: 3,
        streams: 1,
        most_in_one: 3,
        busiest: "web/web/a1".to_owned(),
        last_at: now(),
    };
    evidence.errors = Reading::Read(vec![shape]);
    evidence.ringing = Reading::Read(vec![Ringing {
        name: text(),
        service: Some(ServiceName::from("web")),
        metric: None,
        since: minutes_ago(2),
        dimensions: BTreeMap::new(),
    }]);
    evidence
}

#[test]
fn without_failing_requests_the_first_alarm_of_the_service_says_since_when() {
    let mut evidence = healthy();
    let ringing = |name: &str, service: &str, minutes| Ringing {
        name: name.to_owned(),
        service: Some(ServiceName::from(service)),
        metric: None,
        since: minutes_ago(minutes),
        dimensions: BTreeMap::new(),
    };
    evidence.ringing =
        Reading::Read(vec![ringing("cpu", "web", 3), ringing("memory", "web", 7), ringing("other", "api", 50)]);
    let since = drawn(&evidence).since.unwrap();
    assert_eq!(since, Since { at: minutes_ago(7), by: Beginning::Alarm { name: "memory".to_owned() } });
    errors(&mut evidence, 2);
    assert_eq!(drawn(&evidence).since.unwrap().by, Beginning::Requests { seen_to_begin: true });
}

#[test]
fn the_requests_that_fail_are_averaged_over_all_that_fail() {
    let mut evidence = healthy();
    if let Reading::Read(metrics) = &mut evidence.metrics {
        metrics.target_5xx = series(&[100.0, 300.0]);
    }
    let failing = drawn(&evidence).affected.requests.unwrap();
    assert_eq!(failing.a_minute, 200.0);
    assert!((failing.percent - 33.333).abs() < 1e-9, "{failing:?}");
}

#[test]
fn latency_stands_against_the_hour_before_and_the_week_before() {
    let mut evidence = stale();
    if let Reading::Read(metrics) = &mut evidence.metrics {
        metrics.latency_p95 = series(&[[0.2; 70].as_slice(), &[3.0; 5]].concat());
    }
    let latency = drawn(&evidence).affected.latency.unwrap();
    let close = |value: Option<f64>, wanted: f64| (value.unwrap() - wanted).abs() < 1e-9;
    assert!(close(latency.now.p95, 3.0) && close(latency.hour_before.p95, 0.2) && close(latency.week_before.p95, 0.2));
}

#[test]
fn a_zone_is_named_only_if_it_alone_is_sick() {
    let sick_in = |sick: &[usize]| {
        let mut evidence = healthy();
        if let Reading::Read(targets) = &mut evidence.targets {
            sick.iter().for_each(|index| targets[*index].health = TargetHealth::Unhealthy);
        }
        drawn(&evidence).affected.targets.unwrap().only_in
    };
    assert_eq!(sick_in(&[0, 2]).as_deref(), Some("eu-west-1a"));
    assert_eq!(sick_in(&[0, 1]), None);
    assert_eq!(sick_in(&[]), None);
}

#[test]
fn what_changed_is_told_newest_first_and_the_last_deployment_and_secret_are_never_crowded_out() {
    let picture = drawn(&hostile());
    assert!(picture.changes.len() <= 8);
    assert!(picture.changes.is_sorted_by_key(|change| std::cmp::Reverse(change.at)));
    let told = |what: &str| picture.changes.iter().find(|change| change.what.contains(what));
    assert_eq!(told("deployment web:7 → web:8").unwrap().before_s, Some(300));
    assert!(told("secret web/token").is_some(), "{picture:#?}");
}

#[test]
fn that_a_deployment_ended_is_told_once_where_ecs_still_lists_it() {
    let listed = healthy().service.read().unwrap().deployments[0].id.clone();
    let cases =
        [("listed", listed.clone(), 0, "COMPLETED"), ("forgotten", DeploymentId::from("ecs-svc/9"), 1, "COMPLETED")];
    for (case, deployment, expected, name) in cases.into_iter().chain([("failed", listed, 1, "FAILED")]) {
        let mut evidence = healthy();
        let name = format!("SERVICE_DEPLOYMENT_{name}");
        let ended =
            DeploymentEvent { at: minutes_ago(50), deployment, name, reason: "ECS deployment ended.".to_owned() };
        evidence.record = Reading::Read(Record { deployments: vec![ended], ..Record::default() });
        let told = drawn(&evidence).changes.iter().filter(|change| change.what.contains("ecs-svc/")).count();
        assert_eq!(told, expected, "{case}");
    }
}

#[test]
fn an_image_that_changed_under_the_same_name_is_a_change_although_no_deployment_says_so() {
    let mut evidence = hostile();
    evidence.activities = Reading::Read(Vec::new());
    evidence.cache_events = Reading::Read(Vec::new());
    let image =
        drawn(&evidence).changes.into_iter().find(|change| change.what.starts_with("image shop/web:1.5")).unwrap();
    assert_eq!(image.details, ["digest sha256:bbbb → sha256:aaaa"]);
}

#[test]
fn scaling_that_answers_to_the_trouble_does_not_lead_what_changed() {
    let told = message(&hostile());
    assert!(told.contains("Changed: deployment web:7 → web:8"), "{told}");
}

#[test]
fn a_diagnosis_is_told_without_an_incident_in_the_same_words() {
    let evidence = out_of_memory();
    let (diagnosis, told) = (diagnose(&evidence), message(&evidence));
    let lines = scene(&diagnosis, &drawn(&evidence));
    let labels: Vec<Label> = lines.iter().map(|line| line.label).collect();
    assert_eq!(labels[..4], [Label::Since, Label::Affected, Label::Cause, Label::Changed]);
    for line in plain(&lines[1..], &[]).lines() {
        assert!(told.contains(line), "{line} is not in {told}");
    }
}

#[test]
fn an_incident_that_is_over_says_what_changed_but_not_what_to_do() {
    let mut play = explained(&out_of_memory(), &web());
    let at = play.wait(60).now;
    play.apply(Event::Seen(Box::new(sighting("web-P0-alb-5xx", Severity::P0, AlarmState::Ok, at))));
    let story = story(play.incident.as_ref().unwrap(), Some(&web()));
    let labels: Vec<Label> = story.lines.iter().map(|line| line.label).collect();
    assert!(labels.contains(&Label::Changed) && labels.contains(&Label::Resolved));
    assert!(!labels.contains(&Label::Next) && !labels.contains(&Label::Affected), "{labels:?}");
}

#[test]
fn a_picture_stays_far_below_what_a_message_and_the_table_hold_and_survives_the_wire() {
    let picture = drawn(&hostile());
    let json = serde_json::to_string(&picture).unwrap();
    assert!(json.len() < 40_000, "{}", json.len());
    assert_eq!(serde_json::from_str::<Picture>(&json).unwrap(), picture);
}

const SECRETS: &[&str] = &[
    "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "sk-abcdef1234567890abcdef1234567890",
    "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
    "redis://app:hunter2hunter2@cache:6379",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nAgEAAoIBAQC7\n-----END PRIVATE KEY-----",
];

/// The parts of a secret that must not be seen.
fn telling(secret: &str) -> Vec<&str> {
    match secret {
        pem if pem.starts_with("-----") => pem.lines().filter(|line| !line.starts_with('-')).collect(),
        url if url.contains("://") => vec!["hunter2hunter2"],
        named if named.contains('=') => named.split('=').skip(1).collect(),
        other => vec![other],
    }
}

/// Every text within the value, by the way to it.
fn texts(value: &Value, way: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(way.to_owned()),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| texts(item, &format!("{way}/{i}"), found)),
        Value::Object(fields) => {
            for (name, field) in fields {
                texts(field, &format!("{way}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_secret_that_is_planted_in_any_text_of_the_evidence_is_seen_nowhere() {
    let evidence = serde_json::to_value(hostile()).unwrap();
    let mut ways = Vec::new();
    texts(&evidence, "", &mut ways);
    // Series hold numbers and their moments only.
    ways.retain(|way| !way.starts_with("/metrics/"));
    let mut planted = 0;
    for (place, way) in ways.iter().enumerate() {
        // One of them at each place, so that each comes to many places.
        for secret in SECRETS.iter().cycle().skip(place).take(1) {
            let mut json = evidence.clone();
            *json.pointer_mut(way).unwrap() = Value::String(format!("ERROR with {secret} in it"));
            // What is no free text, such as a moment or a state, takes none.
            let Ok(evidence) = serde_json::from_value::<Evidence>(json) else { break };
            planted += 1;
            let play = explained(&evidence, &web());
            let incident = play.incident.as_ref().unwrap();
            let seen = [mail(&story(incident, Some(&web()))), serde_json::to_string(incident).unwrap()];
            for part in telling(secret) {
                let found = seen.iter().find(|seen| seen.contains(part));
                assert_eq!(found, None, "{part} planted at {way} is seen");
            }
        }
    }
    assert!(planted > 50, "{planted}");
}

#[test]
fn a_secret_in_an_alarm_is_seen_nowhere() {
    for secret in SECRETS {
        let mut play = Play::new();
        let mut alarm = sighting("web-P0-alb-5xx", Severity::P0, AlarmState::Alarm, play.now);
        alarm.reason = format!("{} with {secret} in it", "x".repeat(480));
        play.apply(Event::Seen(Box::new(alarm)));
        let incident = play.incident.as_ref().unwrap();
        let told = mail(&story(incident, Some(&web())));
        for seen in
            [told, summary(incident), sms(incident), subject(incident), serde_json::to_string(incident).unwrap()]
        {
            assert!(telling(secret).iter().all(|part| !seen.contains(part)), "{seen}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn hostile_names_stay_within_bounds_and_act_on_nothing(name in "\\PC{0,300}", raw in prop::collection::vec(any::<char>(), 0..400)) {
        let raw: String = raw.into_iter().collect();
        let mut service = web();
        service.cluster = ClusterName::new(name.as_str());
        service.ecs_service = EcsServiceName::new(raw.as_str());
        service.log_group = Some(name.clone());
        service.target_group = Some(format!("targetgroup/{name}/1"));
        let mut evidence = hostile();
        evidence.ringing = Reading::Read(vec![Ringing { name: raw.clone(), service: Some(ServiceName::from("web")), metric: None, since: now(), dimensions: BTreeMap::new() }]);
        let picture = draw(&evidence, &diagnose(&evidence), &service, &place());
        prop_assert!(serde_json::to_string(&picture).unwrap().len() < 64_000);
        for link in &picture.links {
            prop_assert!(link.url.len() <= 500 && link.url.chars().all(|c| c.is_ascii_graphic() && !"<>|\"".contains(c)), "{}", link.url);
        }
        let told = mail(&story(explained(&evidence, &service).incident.as_ref().unwrap(), Some(&service)));
        prop_assert!(told.chars().all(|c| c == '\n' || !c.is_control()));
        prop_assert!(told.chars().count() < 20_000, "{}", told.chars().count());
    }

    #[test]
    fn a_command_is_split_by_a_shell_into_the_very_names_it_was_made_of(name in "[ -~]{1,60}") {
        let command = super::command::quoted(&name);
        prop_assert_eq!(words(&command), vec![name]);
    }
}

/// What a POSIX shell makes of a line without expansions: words by unquoted blanks, single quotes, and backslashes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut begun, mut quoted) = (Vec::new(), String::new(), false, false);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => (quoted, begun) = (!quoted, true),
            '\\' if !quoted => word.extend(characters.next()),
            ' ' if !quoted => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            // Anything else that a shell interprets must be quoted.
            other => {
                assert!(quoted || other.is_ascii_alphanumeric() || "-_./:@%+,=".contains(other), "{other} is bare");
                word.push(other);
            }
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

#[test]
fn a_picture_of_a_calm_service_has_no_beginning_and_claims_nobody_is_affected() {
    let picture = drawn(&healthy());
    assert_eq!(picture.since, None);
    assert_eq!(picture.affected.requests.unwrap().a_minute, 0.0);
    assert_eq!(picture.affected.targets.unwrap().sick, 0);
    assert!(picture.changes.iter().all(|change| change.before_s.is_none()));
}
