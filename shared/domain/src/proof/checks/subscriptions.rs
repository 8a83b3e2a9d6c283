//! Whether the topics have listeners: the router's queue for alarms, people for the rest.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::finding::Says;
use super::super::readings::{Role, Subscription, Topic, TopicFacts, queue_name};
use super::super::{Expected, Readings};
use crate::evidence::Reading;

const CONFIRM: &str = "whoever subscribed follows the link in AWS's mail; an unconfirmed subscription gets nothing";

/// The alarms topic is subscribed by a queue that the router takes from.
pub(super) fn router(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let topic = match facts(readings, Topic::Alarms) {
        Ok(topic) => topic,
        Err(says) => return says,
    };
    let queues =
        topic.subscriptions.iter().filter(|subscription| subscription.protocol == "sqs" && subscription.confirmed);
    let queues: Vec<&str> = queues.map(|subscription| subscription.endpoint.as_str()).collect();
    let hint = "deploy the ops stack again; its subscription AlarmsToRouter connects the two";
    let Some(first) = queues.first() else {
        return Says::fail("the alarms topic is subscribed by no queue: alarms reach nobody here", hint);
    };
    match readings.functions.get(&Role::Router) {
        Some(Reading::Read(Some(function))) => {
            let taken = queues.iter().find(|queue| function.sources.iter().any(|source| source.queue == **queue));
            match taken {
                Some(queue) => Says::pass(format!("alarms topic -> {} -> escalation-router", queue_name(queue))),
                // What the router takes from is another check's; without a mapping at all it is that check that fails.
                None if function.sources.is_empty() => Says::pass(format!("alarms topic -> {}", queue_name(first))),
                None => Says::fail(
                    format!("alarms topic -> {}, which the router does not take from", queue_name(first)),
                    hint,
                ),
            }
        }
        _ => Says::pass(format!("alarms topic -> {}", queue_name(first))),
    }
}

/// Somebody gets pages.
pub(super) fn pages(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    listened(readings, Topic::Pages)
}

/// Somebody gets mails.
pub(super) fn mail(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    listened(readings, Topic::Mail)
}

/// Somebody hears the watchdog.
pub(super) fn watchdog(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    listened(readings, Topic::Watchdog)
}

/// Every person of the configuration has a confirmed subscription.
pub(super) fn people(expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    if expected.people.is_empty() {
        return Says::skip("the configuration names no persons");
    }
    let topic = match facts(readings, Topic::People) {
        Ok(topic) => topic,
        Err(says) => return says,
    };
    let reached: BTreeSet<&str> = topic
        .subscriptions
        .iter()
        .filter(|subscription| subscription.confirmed && subscription.reaches_a_person())
        .flat_map(|subscription| subscription.people.iter().map(String::as_str))
        .collect();
    let mut problems: Vec<String> = expected
        .people
        .iter()
        .filter(|person| !reached.contains(person.as_str()))
        .map(|person| format!("{person} has no confirmed subscription"))
        .collect();
    problems.extend(pending(topic));
    let names: Vec<&str> = expected.people.iter().map(|person| person.as_str()).collect();
    let good = format!("each has a confirmed subscription: {}", names.join(", "));
    let hint =
        "subscribe the person to the people topic with the filter policy {\"to\": [\"NAME\"]} and have it confirmed";
    Says::all(problems, Vec::new(), good, hint)
}

/// Passes if a person confirmed, and nobody is left who did not.
fn listened(readings: &Readings, which: Topic) -> Says {
    let topic = match facts(readings, which) {
        Ok(topic) => topic,
        Err(says) => return says,
    };
    let people = topic.subscriptions.iter().filter(|subscription| subscription.reaches_a_person());
    let confirmed: Vec<String> =
        people.filter(|subscription| subscription.confirmed).map(Subscription::masked).collect();
    let mut problems = pending(topic);
    if confirmed.is_empty() && problems.is_empty() {
        let hint = "subscribe somebody: infra-bootstrap up --ops-email ADDRESS --ops-phone NUMBER";
        return Says::fail(format!("nobody is subscribed to {}", which.words()), hint);
    }
    if confirmed.is_empty() {
        problems.push(format!("so nobody hears {}", which.words()));
    }
    Says::all(problems, Vec::new(), confirmed.join(", "), CONFIRM)
}

fn pending(topic: &TopicFacts) -> Vec<String> {
    let waiting = topic.subscriptions.iter().filter(|subscription| !subscription.confirmed);
    waiting.map(|subscription| format!("{} is not confirmed", subscription.masked())).collect()
}

fn facts(readings: &Readings, which: Topic) -> Result<&TopicFacts, Says> {
    match readings.topics.get(&which) {
        Some(Reading::Read(facts)) => Ok(facts),
        Some(Reading::Unread { why }) => Err(Says::unread(which.words(), why)),
        Some(Reading::NotConfigured) | None => {
            let hint = "deploy the ops stack again: this release makes it";
            Err(Says::fail(format!("there is no topic for {}", which.words()), hint))
        }
    }
}
