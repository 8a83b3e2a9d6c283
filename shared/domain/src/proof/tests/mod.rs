//! A human path that is well, what each planted break of it is found by ([`breaks`]), and how that is told.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod breaks;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::heartbeat::{Beat, Outside};
use super::*;
use crate::evidence::Reading;
use crate::id::PersonName;
use crate::severity::Severity;

const ACCOUNT: &str = "123456789012";

fn now() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

fn topic_arn(topic: Topic) -> String {
    format!("arn:aws:sns:eu-west-1:{ACCOUNT}:paramedic-{topic:?}")
}

fn queue(name: &str) -> String {
    format!("arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}")
}

fn subscription(protocol: &str, endpoint: &str) -> Subscription {
    let (protocol, endpoint) = (protocol.to_owned(), endpoint.to_owned());
    Subscription { protocol, endpoint, confirmed: true, people: BTreeSet::new() }
}

fn topic(topic: Topic) -> TopicFacts {
    let arn = topic_arn(topic);
    let policy = json!({ "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "cloudwatch.amazonaws.com" }, "Action": "sns:Publish",
        "Resource": arn, "Condition": { "StringEquals": { "aws:SourceAccount": ACCOUNT } },
    }] });
    let mail = subscription("email", "ops@example.com");
    let subscriptions = match topic {
        Topic::Alarms => vec![subscription("sqs", &queue("router"))],
        Topic::Pages => vec![mail, subscription("sms", "+15550100")],
        Topic::Mail | Topic::Watchdog => vec![mail],
        Topic::People => vec![Subscription {
            people: BTreeSet::from(["ada".to_owned()]),
            ..subscription("email", "ada@example.com")
        }],
    };
    TopicFacts { arn, key: None, policy: Some(policy.to_string()), subscriptions }
}

fn alarm(name: &str, tells: Topic, watches: (&str, &str, &[(&str, &str)])) -> AlarmWiring {
    let (namespace, metric, dimensions) = watches;
    let dimensions = dimensions.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    AlarmWiring {
        name: name.to_owned(),
        configured: name.starts_with("web"),
        actions_enabled: true,
        on_alarm: vec![topic_arn(tells)],
        on_ok: vec![topic_arn(tells)],
        watches: vec![(namespace.to_owned(), metric.to_owned(), dimensions)],
    }
}

fn letters(function: &str) -> AlarmWiring {
    let queue = format!("{function}-dead");
    let watches = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", &[("QueueName", queue.as_str())][..]);
    alarm(&format!("paramedic-watchdog-{function}-dead-letters"), Topic::Watchdog, watches)
}

fn function(name: &str) -> Reading<Option<FunctionFacts>> {
    let source = Source { queue: queue(name), state: "Enabled".to_owned(), partial: true };
    Reading::Read(Some(FunctionFacts { state: "Active".to_owned(), sources: vec![source] }))
}

fn expected() -> Expected {
    Expected {
        account: ACCOUNT.to_owned(),
        router: format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:paramedic-escalation-router"),
        heartbeat_alarm: Some("paramedic-heartbeat".to_owned()),
        beat_every: SignedDuration::from_mins(5),
        beats_outside: true,
        reconcile_every: SignedDuration::from_mins(5),
        slack_channel: Some("#ops-alerts".to_owned()),
        people: vec![PersonName::from("ada")],
    }
}

/// A path on which nothing is broken.
fn well() -> Readings {
    let all = [Topic::Alarms, Topic::Pages, Topic::Mail, Topic::People, Topic::Watchdog];
    let secret =
        |name: &str, field: &str| SecretRead { name: name.to_owned(), field: field.to_owned(), result: Ok(()) };
    let mut heartbeat = alarm("paramedic-heartbeat", Topic::Alarms, ("Paramedic", "Nobody", &[]));
    heartbeat.on_ok.clear();
    Readings {
        topics: all.into_iter().map(|which| (which, Reading::Read(topic(which)))).collect(),
        sms: Reading::Read(SmsFacts { in_sandbox: false, verified: BTreeSet::new(), monthly_limit: 50.0 }),
        secrets: vec![secret("paramedic/slack", "bot_token"), secret("paramedic/pagerduty", "routing_key")],
        slack: Reading::Read(SlackFacts {
            refused: None,
            scopes: BTreeSet::from(["chat:write".to_owned(), "files:write".to_owned()]),
            channel: Reading::Read(Some(SlackChannelFacts { member: true, archived: false })),
        }),
        pagerduty: Reading::Read(PagerDutyFacts { refused: None }),
        alarms: Reading::Read(vec![
            alarm("web-P0-alb-5xx", Topic::Alarms, ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", &[])),
            heartbeat,
            alarm("paramedic-watchdog-heartbeat-missing", Topic::Watchdog, ("Paramedic", "HeartbeatRoundTrip", &[])),
            letters("router"),
            letters("enricher"),
            letters("remediator"),
        ]),
        queues: Reading::Read(
            ["router", "enricher", "remediator"]
                .map(|name| QueueFacts { arn: queue(name), dead_letters: Some(queue(&format!("{name}-dead"))) })
                .to_vec(),
        ),
        functions: BTreeMap::from([
            (Role::Router, function("router")),
            (Role::Enricher, function("enricher")),
            (Role::Remediator, function("remediator")),
            (
                Role::SlackActions,
                Reading::Read(Some(FunctionFacts { state: "Active".to_owned(), sources: Vec::new() })),
            ),
        ]),
        ticked_at: Reading::Read(Some(ago(4))),
        beat: Reading::Read(Some(Beat { sent_at: ago(3), arrived_at: ago(3), outside: Some(Outside::Called) })),
        rotations: Reading::Read(vec![Cover { rotation: "primary".to_owned(), gaps: Vec::new() }]),
    }
}

fn read<T>(reading: &mut Reading<T>) -> &mut T {
    match reading {
        Reading::Read(value) => value,
        Reading::NotConfigured | Reading::Unread { .. } => panic!("it is read in a path that is well"),
    }
}

fn topic_of(readings: &mut Readings, which: Topic) -> &mut TopicFacts {
    read(readings.topics.get_mut(&which).unwrap())
}

fn alarm_of<'a>(readings: &'a mut Readings, name: &str) -> &'a mut AlarmWiring {
    read(&mut readings.alarms).iter_mut().find(|alarm| alarm.name == name).unwrap()
}

fn function_of(readings: &mut Readings, role: Role) -> &mut FunctionFacts {
    read(readings.functions.get_mut(&role).unwrap()).as_mut().unwrap()
}

/// What a check says of a path after a break.
fn after(breaking: impl FnOnce(&mut Readings)) -> Vec<Finding> {
    let mut readings = well();
    breaking(&mut readings);
    examine(&expected(), &readings, now())
}

fn of(verdict: Verdict, findings: &[Finding]) -> Vec<Check> {
    findings.iter().filter(|finding| finding.verdict == verdict).map(|finding| finding.check).collect()
}

/// The break is found by this check, and by no other; all others still pass.
fn only(check: Check, breaking: impl FnOnce(&mut Readings)) -> Finding {
    let findings = after(breaking);
    assert_eq!(of(Verdict::Fail, &findings), [check], "{findings:#?}");
    assert_eq!(of(Verdict::Unproven, &findings), [], "{findings:#?}");
    let finding = findings.into_iter().find(|finding| finding.check == check).unwrap();
    assert!(finding.hint.is_some(), "a failure says what to do");
    finding
}

#[test]
fn a_failure_is_told_through_something_else_than_what_failed() {
    let findings = after(|readings| {
        topic_of(readings, Topic::Pages).subscriptions.clear();
        read(&mut readings.slack).refused = Some("token_revoked".to_owned());
        readings.pagerduty = Reading::Read(PagerDutyFacts { refused: Some("Invalid routing key".to_owned()) });
    });
    let voice = Voice::of(&findings);
    let watchdog: Vec<Check> = voice.watchdog.iter().map(|finding| finding.check).collect();
    assert_eq!(watchdog, [Check::PagesSubscribed], "an incident's page would go to nobody");
    let incident: Vec<(Check, Severity)> = voice.incident.iter().map(|(finding, how)| (finding.check, *how)).collect();
    assert_eq!(
        incident,
        [(Check::SlackToken, Severity::P2), (Check::PagerDutyKey, Severity::P0)],
        "a P2 is mailed, and a P0 also takes the pages topic"
    );
    assert!(voice.passed.contains(&Check::Tick) && !voice.passed.contains(&Check::SlackToken));
}

#[test]
fn every_check_has_one_name() {
    let findings = after(|_| ());
    let names: BTreeSet<&str> = findings.iter().map(|finding| finding.check.as_str()).collect();
    assert_eq!(names.len(), findings.len());
    for finding in findings {
        assert_eq!(serde_json::to_value(finding.check).unwrap(), finding.check.as_str());
    }
}

#[test]
fn the_text_is_readable_without_colour() {
    let findings = after(|readings| {
        topic_of(readings, Topic::Pages).subscriptions.first_mut().unwrap().confirmed = false;
        alarm_of(readings, "web-P0-alb-5xx").actions_enabled = false;
        readings.alarms = match readings.alarms.clone() {
            Reading::Read(mut alarms) => {
                let sly = AlarmWiring { name: "\u{1b}[2Jsly".to_owned(), ..alarms.first().unwrap().clone() };
                alarms.push(sly);
                Reading::Read(alarms)
            }
            other => other,
        };
        readings.beat = Reading::Read(None);
        readings.rotations = Reading::NotConfigured;
    });
    insta::assert_snapshot!(text("paramedic in eu-west-1 of 123456789012", &findings));
}

#[test]
fn the_json_says_the_same() {
    let findings = after(|readings| readings.ticked_at = Reading::Read(None));
    let json = json("paramedic in eu-west-1 of 123456789012", &findings);
    assert_eq!(json["verdict"], "fail");
    assert_eq!((json["fail"].as_u64(), json["unproven"].as_u64()), (Some(1), Some(0)));
    let tick = json["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == "tick").unwrap();
    assert_eq!(tick["evidence"], serde_json::json!(["the minute tick has never run"]));
}
