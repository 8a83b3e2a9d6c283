//! What each planted break of the human path is found by: exactly its check.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use serde_json::json;

use super::*;

#[test]
fn a_path_that_is_well_passes_every_check() {
    let findings = after(|_| ());
    assert_eq!(of(Verdict::Pass, &findings).len(), findings.len(), "{findings:#?}");
    assert_eq!(overall(&findings), Verdict::Pass);
}

#[test]
fn an_unconfirmed_page_subscription_is_found() {
    let found = only(Check::PagesSubscribed, |readings| {
        for subscription in &mut topic_of(readings, Topic::Pages).subscriptions {
            subscription.confirmed = false;
        }
    });
    assert_eq!(found.evidence.last().unwrap(), "so nobody hears the pages topic");
}

#[test]
fn one_person_who_did_not_confirm_is_found_beside_those_who_did() {
    let found = only(Check::PagesSubscribed, |readings| {
        topic_of(readings, Topic::Pages).subscriptions.first_mut().unwrap().confirmed = false;
    });
    assert_eq!(found.evidence, ["email o…@example.com is not confirmed"]);
}

#[test]
fn a_topic_under_awss_own_key_is_found() {
    only(Check::TopicEncryption, |readings| {
        topic_of(readings, Topic::Alarms).key = Some("alias/aws/sns".to_owned());
    });
}

#[test]
fn a_policy_that_shuts_cloudwatch_out_is_found() {
    let found = only(Check::TopicPolicy, |readings| {
        topic_of(readings, Topic::Watchdog).policy = Some(json!({ "Statement": [] }).to_string());
    });
    assert!(found.evidence.first().unwrap().starts_with("the watchdog topic does not admit CloudWatch"));
}

#[test]
fn an_alarm_whose_actions_were_disabled_is_found() {
    let found = only(Check::AlarmActions, |readings| alarm_of(readings, "web-P0-alb-5xx").actions_enabled = false);
    assert_eq!(found.evidence, ["web-P0-alb-5xx: its actions are disabled"]);
}

#[test]
fn an_alarm_that_does_not_tell_its_recovery_is_found() {
    only(Check::AlarmActions, |readings| alarm_of(readings, "web-P0-alb-5xx").on_ok.clear());
}

#[test]
fn an_alarm_of_a_configured_service_that_tells_nobody_is_found_and_one_of_a_scaling_policy_is_not() {
    let mute = ("AWS/ECS", "CPUUtilization", &[][..]);
    only(Check::AlarmActions, |readings| {
        let alarm = alarm("web-mute", Topic::Alarms, mute);
        read(&mut readings.alarms).push(AlarmWiring { on_alarm: Vec::new(), on_ok: Vec::new(), ..alarm });
    });
    let findings = after(|readings| {
        let policy = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1:resource/ecs/service/main/web";
        let alarm = alarm("web-scaling", Topic::Alarms, mute);
        read(&mut readings.alarms).push(AlarmWiring { on_alarm: vec![policy.to_owned()], on_ok: Vec::new(), ..alarm });
    });
    assert_eq!(of(Verdict::Fail, &findings), []);
}

#[test]
fn a_lost_subscription_of_the_routers_queue_is_found() {
    only(Check::AlarmsReachRouter, |readings| topic_of(readings, Topic::Alarms).subscriptions.clear());
    only(Check::AlarmsReachRouter, |readings| {
        topic_of(readings, Topic::Alarms).subscriptions = vec![subscription("sqs", &queue("enricher"))];
    });
}

#[test]
fn a_disabled_event_source_mapping_is_found() {
    let found = only(Check::Functions, |readings| {
        function_of(readings, Role::Router).sources.first_mut().unwrap().state = "Disabled".to_owned();
    });
    assert_eq!(found.evidence, ["escalation-router does not take from router: the mapping is Disabled"]);
}

#[test]
fn a_function_that_is_gone_is_found() {
    only(Check::Functions, |readings| {
        readings.functions.insert(Role::Remediator, Reading::Read(None));
    });
}

#[test]
fn a_tick_that_stopped_is_found() {
    only(Check::Tick, |readings| readings.ticked_at = Reading::Read(Some(ago(13))));
    only(Check::Tick, |readings| readings.ticked_at = Reading::Read(None));
}

#[test]
fn a_secret_without_its_field_is_found_and_what_needs_it_is_not_blamed() {
    let found = only(Check::Secrets, |readings| {
        readings.secrets.first_mut().unwrap().result = Err("its value has no field \"bot_token\"".to_owned());
        readings.slack = Reading::NotConfigured;
    });
    assert_eq!(found.evidence, ["paramedic/slack (bot_token): its value has no field \"bot_token\""]);
}

#[test]
fn a_token_without_the_right_to_write_is_found() {
    only(Check::SlackToken, |readings| read(&mut readings.slack).scopes.clear());
}

#[test]
fn a_token_that_may_not_write_files_is_good_enough_and_says_what_is_missing() {
    let findings = after(|readings| {
        read(&mut readings.slack).scopes.remove("files:write");
    });
    let token = findings.iter().find(|finding| finding.check == Check::SlackToken).unwrap();
    assert_eq!(token.verdict, Verdict::Pass);
    assert_eq!(
        token.evidence,
        ["Slack takes the token, which has chat:write; without files:write there are no graphs"]
    );
}

#[test]
fn a_revoked_token_is_found_and_the_channel_is_not_blamed() {
    only(Check::SlackToken, |readings| {
        read(&mut readings.slack).refused = Some("token_revoked".to_owned());
        read(&mut readings.slack).channel = Reading::Unread { why: "token_revoked".to_owned() };
    });
}

#[test]
fn a_bot_that_nobody_invited_is_found() {
    let out = Some(SlackChannelFacts { member: false, archived: false });
    only(Check::SlackChannel, |readings| read(&mut readings.slack).channel = Reading::Read(out.clone()));
    let anywhere = after(|readings| {
        read(&mut readings.slack).channel = Reading::Read(out);
        read(&mut readings.slack).scopes.insert("chat:write.public".to_owned());
    });
    assert_eq!(of(Verdict::Fail, &anywhere), [], "some bots may post anywhere");
}

#[test]
fn a_channel_that_is_not_there_is_found() {
    only(Check::SlackChannel, |readings| read(&mut readings.slack).channel = Reading::Read(None));
}

#[test]
fn a_routing_key_that_pagerduty_refuses_is_found() {
    only(Check::PagerDutyKey, |readings| {
        readings.pagerduty = Reading::Read(PagerDutyFacts { refused: Some("Invalid routing key".to_owned()) });
    });
}

#[test]
fn a_number_that_the_sms_sandbox_keeps_silent_is_found() {
    let found = only(Check::SmsSandbox, |readings| read(&mut readings.sms).in_sandbox = true);
    assert_eq!(found.evidence, ["sms …00 is not verified, and the account is in the SMS sandbox"]);
    let verified = after(|readings| {
        let sms = read(&mut readings.sms);
        (sms.in_sandbox, sms.verified) = (true, BTreeSet::from(["+15550100".to_owned()]));
    });
    assert_eq!(of(Verdict::Fail, &verified), []);
}

#[test]
fn a_spending_limit_that_a_few_pages_use_up_is_found() {
    only(Check::SmsSpending, |readings| read(&mut readings.sms).monthly_limit = 1.0);
}

#[test]
fn a_deleted_dead_letter_alarm_is_found() {
    let found = only(Check::DeadLetters, |readings| {
        read(&mut readings.alarms).retain(|alarm| alarm.name != "paramedic-watchdog-enricher-dead-letters");
    });
    assert_eq!(found.evidence, ["no alarm that people hear watches enricher-dead"]);
}

#[test]
fn a_queue_that_loses_what_fails_is_found() {
    only(Check::DeadLetters, |readings| read(&mut readings.queues).first_mut().unwrap().dead_letters = None);
}

#[test]
fn a_heartbeat_that_does_not_come_back_is_found() {
    only(Check::Heartbeat, |readings| read(&mut readings.beat).as_mut().unwrap().arrived_at = ago(16));
}

#[test]
fn a_heartbeat_that_nobody_watches_is_found() {
    only(Check::HeartbeatWatched, |readings| {
        alarm_of(readings, "paramedic-watchdog-heartbeat-missing").actions_enabled = false;
    });
}

#[test]
fn a_watchdog_that_nobody_hears_is_found() {
    only(Check::WatchdogSubscribed, |readings| topic_of(readings, Topic::Watchdog).subscriptions.clear());
}

#[test]
fn a_mail_topic_that_nobody_reads_is_found() {
    only(Check::MailSubscribed, |readings| topic_of(readings, Topic::Mail).subscriptions.clear());
}

#[test]
fn a_person_whom_nothing_reaches_is_found() {
    let found = only(Check::PeopleSubscribed, |readings| topic_of(readings, Topic::People).subscriptions.clear());
    assert_eq!(found.evidence, ["ada has no confirmed subscription"]);
}

#[test]
fn an_hour_in_which_nobody_is_on_call_is_found() {
    let found = only(Check::Rotations, |readings| {
        read(&mut readings.rotations).first_mut().unwrap().gaps = vec![Gap { from: ago(-60), until: ago(-120) }];
    });
    assert_eq!(found.evidence, ["primary: nobody from 2026-03-01T04:00:00Z until 2026-03-01T05:00:00Z"]);
}

#[test]
fn an_address_outside_that_does_not_answer_is_found() {
    only(Check::OutsideHeartbeat, |readings| {
        read(&mut readings.beat).as_mut().unwrap().outside = Some(Outside::Refused { why: "HTTP 404".to_owned() });
    });
}

#[test]
fn without_an_address_outside_that_part_is_unproven() {
    let alone = Expected { beats_outside: false, ..expected() };
    let findings = examine(&alone, &well(), now());
    assert_eq!(of(Verdict::Unproven, &findings), [Check::OutsideHeartbeat]);
    assert_eq!(overall(&findings), Verdict::Unproven);
}

#[test]
fn what_could_not_be_read_is_unproven_and_never_well() {
    let denied = || "AccessDenied".to_owned();
    let findings = after(|readings| {
        for facts in readings.topics.values_mut() {
            *facts = Reading::Unread { why: denied() };
        }
        for function in readings.functions.values_mut() {
            *function = Reading::Unread { why: denied() };
        }
        readings.sms = Reading::Unread { why: denied() };
        readings.slack = Reading::Unread { why: denied() };
        readings.pagerduty = Reading::Unread { why: denied() };
        readings.alarms = Reading::Unread { why: denied() };
        readings.queues = Reading::Unread { why: denied() };
        readings.ticked_at = Reading::Unread { why: denied() };
        readings.beat = Reading::Unread { why: denied() };
        readings.rotations = Reading::Unread { why: denied() };
    });
    assert_eq!(of(Verdict::Fail, &findings), []);
    assert_eq!(of(Verdict::Pass, &findings), [Check::Secrets]);
}
