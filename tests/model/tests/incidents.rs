//! The incident machine in every order of events, scenario by scenario: two workers, messages in any order, and at each
//! boundary between two calls a death or a refusal.
#![allow(clippy::panic, clippy::print_stdout)]

use model::scenario::{ACK_HOLDS, CLAIM_LAPSES, Message, REOPENS, STEP_WAITS, Scenario, fires, recovers};
use model::world::Router;
use paramedic_domain::severity::Severity::{P0, P1};

/// Two workers, and time enough for a claim to lapse.
fn two_workers(messages: Vec<Message>) -> Scenario {
    Scenario { messages, copies: 1, in_order: false, workers: 2, waits: vec![CLAIM_LAPSES], crashes: 0, refusals: 0 }
}

fn check(name: &str, scenario: Scenario) {
    match model::check::check(name, Router::new(scenario)) {
        Ok(figures) => println!("{figures}"),
        Err(broken) => panic!("{broken}"),
    }
}

#[test]
fn one_alarm_delivered_twice_and_in_any_order() {
    let messages = vec![fires(0, P0, -20), recovers(0, P0, -10)];
    check("delivered twice", Scenario { copies: 2, crashes: 1, refusals: 1, ..two_workers(messages) });
}

fn again() -> Vec<Message> {
    vec![fires(0, P0, -40), recovers(0, P0, -30), fires(0, P0, -20), recovers(0, P0, -10)]
}

#[test]
fn an_alarm_that_comes_again_while_workers_die() {
    check("again, a worker dies", Scenario { crashes: 1, ..two_workers(again()) });
}

#[test]
fn an_alarm_that_comes_again_while_channels_refuse() {
    check("again, a channel refuses", Scenario { refusals: 1, ..two_workers(again()) });
}

fn rise() -> Vec<Message> {
    vec![fires(1, P1, -40), fires(0, P0, -30), recovers(0, P0, -20), recovers(1, P1, -10)]
}

#[test]
fn a_rise_in_severity_while_workers_die() {
    check("rise, a worker dies", Scenario { crashes: 1, ..two_workers(rise()) });
}

#[test]
fn a_rise_in_severity_while_channels_refuse() {
    check("rise, a channel refuses", Scenario { refusals: 1, ..two_workers(rise()) });
}

#[test]
fn a_ladder_that_nobody_answers() {
    let waits = vec![CLAIM_LAPSES, STEP_WAITS, CLAIM_LAPSES, STEP_WAITS];
    check("ladder", Scenario { waits, crashes: 2, refusals: 1, ..two_workers(vec![fires(0, P0, 0)]) });
}

#[test]
fn an_acknowledgement_before_and_after_the_end() {
    let messages = vec![fires(0, P0, 0), Message::Ack(0), recovers(0, P0, 10)];
    let waits = vec![CLAIM_LAPSES, STEP_WAITS];
    check("acknowledgement", Scenario { waits, crashes: 1, refusals: 1, ..two_workers(messages) });
}

#[test]
fn an_acknowledgement_that_expires() {
    let messages = vec![fires(0, P0, 0), Message::Ack(0), recovers(0, P0, ACK_HOLDS + CLAIM_LAPSES)];
    let waits = vec![CLAIM_LAPSES, ACK_HOLDS, CLAIM_LAPSES];
    check("acknowledgement expires", Scenario { waits, crashes: 1, ..two_workers(messages) });
}

#[test]
fn a_new_p0_alarm_while_somebody_is_at_it() {
    let messages = vec![fires(0, P0, -20), Message::Ack(0), recovers(1, P0, -10), fires(1, P0, -5)];
    check("another alarm joins", Scenario { crashes: 1, ..two_workers(messages) });
}

#[test]
fn a_person_says_that_it_is_over() {
    let messages = vec![fires(0, P0, -20), Message::Dismiss(0), recovers(0, P0, -10)];
    check("dismissed", Scenario { copies: 2, crashes: 1, ..two_workers(messages) });
}

#[test]
fn the_next_incident_begins_while_the_former_still_has_to_be_resolved() {
    let messages = vec![fires(0, P0, -20), recovers(0, P0, -10), fires(0, P0, REOPENS), fires(1, P1, REOPENS)];
    let waits = vec![REOPENS, CLAIM_LAPSES];
    check("the next incident", Scenario { waits, crashes: 1, refusals: 1, ..two_workers(messages) });
}

#[test]
fn up_and_down() {
    let turn = |number: i64| [fires(0, P0, 20 * number), recovers(0, P0, 20 * number + 10)];
    let messages = (-6..-1).flat_map(turn).collect();
    check("flapping", Scenario { in_order: true, workers: 1, crashes: 1, ..two_workers(messages) });
}
