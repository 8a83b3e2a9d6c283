//! Each expectation is met by the log of a good run, and missed by one that was doctored in a single place.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use super::*;
use crate::cloud::{Call, TargetView};
use crate::observed::{OwnedCall, PeopleTopic};

const TWO: Duration = Duration::from_secs(2);
const TEN: Duration = Duration::from_secs(10);

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_000_000_000 + ms).unwrap()
}

pub(super) fn at(ms: i64, what: Observed) -> Observation {
    Observation { at: time(ms), what }
}

pub(super) fn slack(method: &str, ts: &str, lines: &[&str]) -> Observed {
    Observed::Slack(SlackRequest {
        method: method.to_owned(),
        ts: ts.to_owned(),
        channel: "#ops".to_owned(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        ..SlackRequest::default()
    })
}

pub(super) fn pagerduty(event_action: &str, key: &str) -> Observed {
    Observed::PagerDuty(PagerDutyRequest {
        event_action: event_action.to_owned(),
        dedup_key: key.to_owned(),
        summary: "shop answers with errors".to_owned(),
        opened: event_action == "trigger",
        refused: None,
    })
}

fn pagerduty_folded() -> Observed {
    Observed::PagerDuty(PagerDutyRequest { event_action: "trigger".to_owned(), ..PagerDutyRequest::default() })
}

fn update_service(target: &str, forced: bool) -> Observed {
    Observed::Call(OwnedCall {
        call: Call {
            at: time(6000),
            caller: "AKIA".to_owned(),
            action: "ecs:UpdateService".to_owned(),
            target: target.to_owned(),
            outcome: "ok".to_owned(),
            is_write: true,
        },
        forced,
    })
}

pub(super) fn alarm_sent() -> Observed {
    Observed::AlarmSent { alarm: "shop-P0-alb-5xx".to_owned(), state: "ALARM".to_owned(), path: "topic" }
}

pub(super) const KEY: &str = "paramedic/123456789012/eu-west-1/shop/P0";
const SERVICE_ARN: &str = "arn:aws:ecs:eu-west-1:123456789012:service/shop-cluster/shop";

/// A run in which everything is as it should be.
pub(super) fn good() -> Case {
    let ringing = Observed::AlarmChanged {
        alarm: "shop-P0-alb-5xx".to_owned(),
        state: "ALARM".to_owned(),
        reason: "Threshold Crossed".to_owned(),
    };
    let seen = vec![
        at(0, Observed::Fault { service: "shop".to_owned(), detail: "rotated".to_owned() }),
        at(4000, ringing),
        at(4010, alarm_sent()),
        at(4500, pagerduty("trigger", KEY)),
        at(
            4600,
            Observed::Topic { topic: PeopleTopic::Pages, to: None, subject: String::new(), text: "shop".to_owned() },
        ),
        at(4700, slack("chat.postMessage", "1.0", &["shop answers with errors"])),
        at(6000, slack("chat.update", "1.0", &["Cause: stale tasks (high confidence)"])),
        at(6500, update_service(SERVICE_ARN, true)),
        at(7000, slack("chat.update", "1.0", &["Cause: stale tasks (high confidence)", "Did: redeployed"])),
        at(20_000, pagerduty("resolve", KEY)),
        at(20_100, slack("chat.update", "1.0", &["Verified: recovered after 12 s", "Resolved: all alarms are OK"])),
    ];
    let target = TargetView { address: "10.0.0.1:3000".to_owned(), state: "healthy".to_owned(), reason: String::new() };
    Case {
        subject: Subject {
            service: "shop".to_owned(),
            cluster: "shop-cluster".to_owned(),
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            cache: "shop-redis".to_owned(),
        },
        fault_at: time(0),
        seen,
        service: Some(ServiceView {
            name: "shop".to_owned(),
            cluster: "shop-cluster".to_owned(),
            arn: SERVICE_ARN.to_owned(),
            desired: 1,
            running: 1,
            pending: 0,
            tasks: Vec::new(),
            targets: vec![target],
            deployments: Vec::new(),
            error_share: 0.0,
            cache_up: Some(true),
        }),
        alarms: vec![AlarmView {
            name: "shop-P0-alb-5xx".to_owned(),
            state: "OK".to_owned(),
            reason: String::new(),
            since: time(19_000),
            actions_enabled: true,
        }],
    }
}

/// The good run without what a predicate names.
pub(super) fn without(removed: impl Fn(&Observed) -> bool) -> Case {
    let mut case = good();
    case.seen.retain(|seen| !removed(&seen.what));
    case
}

/// The good run with something more.
pub(super) fn with(ms: i64, what: Observed) -> Case {
    let mut case = good();
    case.seen.push(at(ms, what));
    case.seen.sort_by_key(|seen| seen.at);
    case
}

fn is_trigger(what: &Observed) -> bool {
    matches!(what, Observed::PagerDuty(request) if request.event_action == "trigger")
}

pub(super) fn assert_met(expectation: &Expectation) {
    assert!(expectation.met, "{} was missed: {}", expectation.text, expectation.evidence);
}

pub(super) fn assert_missed(expectation: &Expectation, because: &str) {
    assert!(!expectation.met, "{} was met although {because}: {}", expectation.text, expectation.evidence);
}

#[test]
fn a_good_run_meets_everything() {
    let case = good();
    for expectation in [
        paged_in_time(&case, TWO),
        two_channels(&case),
        one_key(&case),
        one_message(&case),
        explained(&case, TEN, &["stale"]),
        one_redeploy(&case),
        says(&case, "Did:", &["redeployed"], "it says what was done"),
        verified(&case),
        resolved(&case),
        service_is_well(&case),
    ] {
        assert_met(&expectation);
    }
}

#[test]
fn a_page_must_come_and_come_in_time() {
    assert_missed(&paged_in_time(&without(is_trigger), TWO), "nobody was paged");
    assert_missed(&paged_in_time(&good(), Duration::from_millis(400)), "it was late");
    let silent = without(|what| matches!(what, Observed::AlarmSent { .. }));
    assert_missed(&paged_in_time(&silent, TWO), "no alarm was sent");
    let mut refused = good();
    for seen in &mut refused.seen {
        if let Observed::PagerDuty(request) = &mut seen.what {
            request.refused = Some("server error".to_owned());
        }
    }
    assert_missed(&paged_in_time(&refused, TWO), "PagerDuty took nothing");
}

#[test]
fn a_page_before_the_alarm_is_no_answer_to_it() {
    let mut case = without(is_trigger);
    case.seen.insert(1, at(100, pagerduty("trigger", KEY)));
    assert_missed(&paged_in_time(&case, TWO), "it came before the alarm");
}

#[test]
fn a_page_without_an_alarm_message_counts_only_where_none_was_sent() {
    assert_missed(&paged_without_alarm_message(&good(), TEN), "a message was sent");
    let silent = without(|what| matches!(what, Observed::AlarmSent { .. }));
    assert_met(&paged_without_alarm_message(&silent, TEN));
    assert_missed(&paged_without_alarm_message(&silent, Duration::from_millis(400)), "it was late");
}

#[test]
fn one_channel_is_not_two() {
    assert_missed(&two_channels(&without(|what| matches!(what, Observed::Topic { .. }))), "there was no SMS");
    assert_missed(&two_channels(&without(is_trigger)), "PagerDuty was not reached");
}

#[test]
fn a_second_key_or_a_foreign_one_splits_the_page() {
    assert_missed(&one_key(&with(5000, pagerduty("trigger", "paramedic/other"))), "there were two keys");
    assert_missed(&one_key(&without(is_trigger)), "there was none");
    assert_met(&one_key(&with(5000, pagerduty("trigger", KEY))));
}

#[test]
fn what_is_said_in_the_thread_is_no_second_message_but_another_thread_is_noise() {
    let reply = |root: &str| {
        let mut reply = slack("chat.postMessage", "2.0", &["05:00 ada took it"]);
        if let Observed::Slack(request) = &mut reply {
            request.thread_ts = Some(root.to_owned());
        }
        reply
    };
    assert_met(&one_message(&with(5000, reply("1.0"))));
    assert_missed(&one_message(&with(5000, reply("9.0"))), "it is the thread of another message");
}

#[test]
fn the_heartbeats_alarm_is_no_message_of_the_services_alarm() {
    let mut silent = without(|what| matches!(what, Observed::AlarmSent { .. }));
    let beat =
        Observed::AlarmSent { alarm: "paramedic-heartbeat".to_owned(), state: "ALARM".to_owned(), path: "topic" };
    silent.seen.insert(1, at(100, beat));
    assert_met(&paged_without_alarm_message(&silent, TEN));
}

#[test]
fn a_second_message_is_noise() {
    assert_missed(&one_message(&with(5000, slack("chat.postMessage", "2.0", &["again"]))), "there were two messages");
    assert_missed(&one_message(&with(5000, slack("chat.update", "9.0", &["x"]))), "a stranger was updated");
}

#[test]
fn an_explanation_must_be_in_the_first_message_in_time_and_right() {
    let explains = |what: &Observed| matches!(what, Observed::Slack(request) if request.lines.iter().any(|line| line.starts_with("Cause:")));
    assert_missed(&explained(&without(explains), TEN, &["stale"]), "nothing was explained");
    assert_missed(&explained(&good(), Duration::from_secs(1), &["stale"]), "it was late");
    assert_missed(&explained(&good(), TEN, &["cache"]), "it names another cause");
    let mut elsewhere = without(explains);
    elsewhere.seen.push(at(6000, slack("chat.postMessage", "2.0", &["Cause: stale tasks"])));
    assert_missed(&explained(&elsewhere, TEN, &["stale"]), "it was in another message");
}

#[test]
fn one_graph_stands_in_the_thread_and_is_no_message() {
    let graph = |root: &str| {
        let mut graph = slack("files.completeUploadExternal", "", &["graph: shop-P0-alb-5xx"]);
        if let Observed::Slack(request) = &mut graph {
            request.thread_ts = Some(root.to_owned());
        }
        graph
    };
    let drawn = with(8000, graph("1.0"));
    assert_met(&graphed(&drawn));
    assert_met(&one_message(&drawn));
    assert_eq!(received(&drawn.seen, Way::Post), received(&good().seen, Way::Post));
    assert_missed(&graphed(&good()), "there is none");
    assert_missed(&graphed(&with(8000, graph("9.0"))), "it is in another thread");
    assert_missed(&graphed(&with(4400, graph("1.0"))), "it came before the page");
    let mut twice = drawn;
    twice.seen.push(at(9000, graph("1.0")));
    assert_missed(&graphed(&twice), "there are two");
}

#[test]
fn exactly_one_forced_redeployment_of_this_service_is_right() {
    let is_write = |what: &Observed| matches!(what, Observed::Call(_));
    assert_missed(&one_redeploy(&without(is_write)), "nothing was done");
    assert_missed(&one_redeploy(&with(8000, update_service(SERVICE_ARN, true))), "it was done twice");
    let instead = |what: Observed| {
        let mut case = without(is_write);
        case.seen.push(at(6500, what));
        case
    };
    assert_missed(&one_redeploy(&instead(update_service(SERVICE_ARN, false))), "it was not forced");
    let other = "arn:aws:ecs:eu-west-1:123456789012:service/shop-cluster/other-shop";
    assert_missed(&one_redeploy(&instead(update_service(other, true))), "it was another service");
    let mut denied = update_service(SERVICE_ARN, true);
    if let Observed::Call(owned) = &mut denied {
        owned.call.outcome = "AccessDeniedException".to_owned();
    }
    assert_missed(&one_redeploy(&instead(denied)), "it was refused");
}

#[test]
fn even_a_refused_write_is_a_write() {
    assert_missed(&no_write(&good(), "nothing is written"), "something was");
    let mut case = without(|what| matches!(what, Observed::Call(_)));
    assert_met(&no_write(&case, "nothing is written"));
    let mut attempt = update_service(SERVICE_ARN, true);
    if let Observed::Call(owned) = &mut attempt {
        owned.call.outcome = "AccessDeniedException".to_owned();
    }
    case.seen.push(at(9000, attempt));
    assert_missed(&no_write(&case, "nothing is written"), "it was tried");
}

#[test]
fn a_reading_call_is_no_write() {
    let mut reading = update_service(SERVICE_ARN, false);
    if let Observed::Call(owned) = &mut reading {
        owned.call.action = "ecs:DescribeServices".to_owned();
        owned.call.is_write = false;
    }
    assert_met(&one_redeploy(&with(8000, reading)));
}

#[test]
fn a_line_must_carry_every_word() {
    let text = "it names the cache";
    assert_missed(&says(&good(), "Not touched:", &[], text), "there is no such line");
    assert_missed(&says(&good(), "Did:", &["shop-redis"], text), "it does not name it");
}

#[test]
fn a_paragraph_ends_where_the_next_label_begins() {
    let mut case = good();
    let lines = ["Would do: redeploy", "aws ecs update-service --service shop", "Owner: team-shop"];
    case.seen.push(at(9000, slack("chat.update", "1.0", &lines)));
    assert_met(&says(&case, "Would do:", &["aws ecs update-service"], "it has the command"));
    assert_missed(&says(&case, "Would do:", &["team-shop"], "it names the owner"), "that is another paragraph");
}

#[test]
fn recovery_must_be_said_on_both_sides() {
    let unsaid = |label: &'static str| {
        let mut case = good();
        for seen in &mut case.seen {
            if let Observed::Slack(request) = &mut seen.what {
                request.lines.retain(|line| !line.starts_with(label));
            }
        }
        case
    };
    assert_missed(&verified(&unsaid("Verified:")), "nobody said so");
    assert_missed(&resolved(&unsaid("Resolved:")), "Slack does not say so");
    let untold = without(|what| matches!(what, Observed::PagerDuty(request) if request.event_action == "resolve"));
    assert_missed(&resolved(&untold), "PagerDuty was not told");
}

#[test]
fn the_service_must_really_be_well() {
    let sick = |change: fn(&mut Case)| {
        let mut case = good();
        change(&mut case);
        service_is_well(&case)
    };
    assert_missed(&sick(|case| case.service = None), "it is gone");
    assert_missed(&sick(|case| case.service.as_mut().unwrap().running = 0), "a task is missing");
    let unhealthy = |case: &mut Case| {
        for target in &mut case.service.as_mut().unwrap().targets {
            target.state = "unhealthy".to_owned();
        }
    };
    assert_missed(&sick(unhealthy), "a target is unhealthy");
    assert_missed(&sick(|case| case.service.as_mut().unwrap().targets.clear()), "there are no targets");
    let ringing = |case: &mut Case| {
        for alarm in &mut case.alarms {
            alarm.state = "ALARM".to_owned();
        }
    };
    assert_missed(&sick(ringing), "an alarm rings");
}

#[test]
fn a_part_of_a_case_holds_only_what_happened_in_it() {
    let case = good();
    assert_missed(&one_redeploy(&case.between(time(0), time(6500))), "the write came later");
    assert_met(&one_redeploy(&case.since(time(6500))));
}

#[test]
fn a_message_that_nobody_expected_is_a_fault_and_so_is_one_that_is_missing() {
    let wanted = [exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), between(0, 2, Way::Mail)];
    assert_met(&only(&good(), &wanted));
    let watchdog = Observed::Topic {
        topic: PeopleTopic::Watchdog,
        to: None,
        subject: "the router is silent".to_owned(),
        text: String::new(),
    };
    let missed = only(&with(9000, watchdog), &wanted);
    assert_missed(&missed, "the watchdog spoke");
    assert!(missed.evidence.contains("the router is silent"), "{}", missed.evidence);
    let again = slack("chat.postMessage", "2.0", &["shop again"]);
    assert_missed(&only(&with(9000, again), &wanted), "there is a second post");
    assert_missed(&only(&without(is_trigger), &wanted), "nobody was paged");
    let folded = pagerduty_folded();
    assert_met(&only(&with(9000, folded), &wanted));
}

#[test]
fn what_was_told_on_a_way_must_have_all_the_words() {
    assert_met(&told(&good(), Way::Sms, &["SHOP"], "it names the service"));
    assert_missed(&told(&good(), Way::Sms, &["shop", "cache"], "it names the cache"), "it does not");
    assert_missed(&told(&good(), Way::Mail, &[], "a mail came"), "none did");
    assert_eq!(received(&good().seen, Way::Page), 1);
    assert_eq!(good().message(Way::Sms), Some(time(4600)));
}

#[test]
fn slack_is_current_only_by_a_message_after_the_moment_and_in_time() {
    let words = ["Cause:", "Did:"];
    assert_met(&current_after(&good(), time(5000), TWO, &words));
    assert_missed(&current_after(&good(), time(4000), TWO, &words), "it was late");
    assert_missed(&current_after(&good(), time(7500), TEN, &words), "it was shown before only");
}
