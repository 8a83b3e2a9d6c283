//! The checks. Each says one thing about the way of an alarm; a new one is a file and its line in [`CHECKS`].

mod alarms;
mod channels;
mod functions;
mod heartbeat;
mod queues;
mod rotations;
mod sms;
mod subscriptions;
mod topics;

use jiff::Timestamp;

use super::finding::Says;
use super::{Check, Expected, Finding, Readings};

type Look = fn(&Expected, &Readings, Timestamp) -> Says;

/// Every check, in the order in which they are told.
const CHECKS: &[(Check, Look)] = &[
    (Check::AlarmActions, alarms::actions),
    (Check::TopicEncryption, topics::encryption),
    (Check::TopicPolicy, topics::policy),
    (Check::AlarmsReachRouter, subscriptions::router),
    (Check::Functions, functions::functions),
    (Check::Tick, functions::tick),
    (Check::Secrets, channels::secrets),
    (Check::SlackToken, channels::slack_token),
    (Check::SlackChannel, channels::slack_channel),
    (Check::PagerDutyKey, channels::pagerduty_key),
    (Check::PagesSubscribed, subscriptions::pages),
    (Check::MailSubscribed, subscriptions::mail),
    (Check::PeopleSubscribed, subscriptions::people),
    (Check::SmsSandbox, sms::sandbox),
    (Check::SmsSpending, sms::spending),
    (Check::Rotations, rotations::rotations),
    (Check::DeadLetters, queues::dead_letters),
    (Check::Heartbeat, heartbeat::comes_back),
    (Check::HeartbeatWatched, heartbeat::watched),
    (Check::WatchdogSubscribed, subscriptions::watchdog),
    (Check::OutsideHeartbeat, heartbeat::outside),
];

/// Judges what was read, by every check.
pub fn examine(expected: &Expected, readings: &Readings, now: Timestamp) -> Vec<Finding> {
    let judge = |(check, look): &(Check, Look)| {
        let Says { verdict, evidence, hint } = look(expected, readings, now);
        Finding { check: *check, verdict, evidence, hint }
    };
    CHECKS.iter().map(judge).collect()
}
