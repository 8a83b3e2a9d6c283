//! What holds when something is being sent while it ceases to be true. The orders of events were found by the model checker
//! in `tests/model`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use jiff::{SignedDuration, Timestamp};

use super::notification::CLAIM;
use super::tests::{policy, sighting};
use super::*;
use crate::escalation::{Channel, Failure, Kind};
use crate::request::{Actor, Ask, Request, Via};

fn now() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn alarm(severity: Severity, state: AlarmState, seconds: i64) -> Event {
    Event::Seen(Box::new(sighting(severity.as_str(), severity, state, later(seconds))))
}

fn acked() -> Event {
    let by = Actor { name: "ada".to_owned(), via: Via::Cli };
    Event::Asked { incident: None, request: Request { ask: Ask::Ack, by, at: now() } }
}

/// What came of everything that was claimed.
fn answers(claimed: &Transition, result: Result<(), Failure>) -> Event {
    let deliveries = claimed.send.iter().map(|n| Delivery { id: n.id, result: result.clone().map(|()| None) });
    Event::Delivered(deliveries.collect())
}

fn busy() -> Failure {
    Failure::Transient { why: "429".to_owned(), retry_after_s: Some(1) }
}

fn pages(step: &Transition) -> Vec<&Channel> {
    step.send.iter().filter(|n| n.kind == Kind::Page).map(|n| &n.channel).collect()
}

/// The pages that PagerDuty is told to resolve.
fn resolved(step: &Transition) -> Vec<u32> {
    let resolves = step.send.iter().filter(|n| n.channel == Channel::PagerDuty && n.kind == Kind::Resolve);
    resolves.map(|n| n.page).collect()
}

fn go(from: &Transition, event: Event, seconds: i64) -> Transition {
    apply(from.incident.clone(), &[event], &policy(), later(seconds))
}

#[test]
fn a_page_that_fails_after_somebody_took_the_incident_is_not_tried_again() {
    let opened = apply(None, &[alarm(Severity::P0, AlarmState::Alarm, 0)], &policy(), now());
    let taken = go(&opened, acked(), 1);
    let failed = go(&taken, answers(&opened, Err(busy())), 2);
    assert_eq!(pages(&go(&failed, Event::Tick, 120)), Vec::<&Channel>::new());
}

#[test]
fn a_page_of_which_nobody_knows_is_not_sent_again_once_somebody_took_the_incident() {
    let opened = apply(None, &[alarm(Severity::P0, AlarmState::Alarm, 0)], &policy(), now());
    assert!(!pages(&opened).is_empty(), "whoever claimed these is gone");
    let lapsed = CLAIM.as_secs() + 1;
    let taken = go(&opened, acked(), lapsed);
    assert_eq!(pages(&taken), Vec::<&Channel>::new());
    let pager: Vec<_> = taken.send.iter().filter(|n| n.channel == Channel::PagerDuty).map(|n| n.kind).collect();
    assert_eq!(pager, [Kind::Acknowledge], "nothing stands in its way");
    assert_eq!(pages(&go(&taken, Event::Tick, lapsed + 60)), Vec::<&Channel>::new());
}

#[test]
fn a_page_whose_resolve_was_under_way_when_it_came_again_is_resolved_in_the_end() {
    let opened = apply(None, &[alarm(Severity::P0, AlarmState::Alarm, 0)], &policy(), now());
    let told = go(&opened, answers(&opened, Ok(())), 1);
    let over = go(&told, alarm(Severity::P0, AlarmState::Ok, 10), 10);
    assert_eq!(resolved(&over), [1]);
    let again = go(&over, alarm(Severity::P0, AlarmState::Alarm, 20), 20);
    let sent = go(&again, answers(&again, Ok(())), 21);
    let failed = go(&sent, answers(&over, Err(busy())), 22);
    assert!(pages(&failed).contains(&&Channel::PagerDuty), "the new page waited for the resolve to be answered");
    let told = go(&failed, answers(&failed, Ok(())), 23);
    let over = go(&told, alarm(Severity::P0, AlarmState::Ok, 30), 30);
    let first = go(&over, answers(&over, Ok(())), 31);
    assert_eq!([resolved(&over), resolved(&first)].concat(), [1, 2]);
}

#[test]
fn a_page_of_a_p0_is_resolved_with_the_p1_that_followed_it() {
    let opened = apply(None, &[alarm(Severity::P0, AlarmState::Alarm, 0)], &policy(), now());
    // Its page is still being sent when all of this happens, so nothing else may go to PagerDuty.
    let over = go(&opened, alarm(Severity::P0, AlarmState::Ok, 1), 1);
    let minor = go(&over, alarm(Severity::P1, AlarmState::Alarm, 2), 2);
    let recovered = go(&minor, alarm(Severity::P1, AlarmState::Ok, 3), 3);
    let told = go(&recovered, answers(&opened, Ok(())), 4);
    assert_eq!(resolved(&told), [1]);
}
