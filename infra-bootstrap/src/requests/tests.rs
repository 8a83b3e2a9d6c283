#![allow(clippy::unwrap_used)]

use jiff::SignedDuration;
use paramedic_domain::id::ServiceName;
use paramedic_domain::severity::Severity;

use super::*;
use crate::incidents::tests::{asked, opened, start};

fn at(minutes: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minutes)
}

fn web() -> Meant {
    Meant::Service(ServiceName::from("web"))
}

fn told(outcome: &str, ask: Ask, incident: Option<&Incident>) -> (bool, String) {
    sentence(outcome, &web(), &ask, "ada", at(5), incident)
}

#[test]
fn whoever_takes_an_incident_hears_until_when_it_is_theirs() {
    let taken = asked(opened("web", Severity::P0), Ask::Ack, "ada", Via::Cli, at(5));
    let (done, words) = told("acked", Ask::Ack, Some(&taken));
    assert!(done);
    let id = &taken.id;
    assert_eq!(words, format!("{id} of web (P0) is acknowledged by ada until Sun 2026-03-01 04:05 UTC"));
    assert_eq!(told("acked", Ask::Ack, None), (true, "web is acknowledged by ada".to_owned()), "the table is down");
}

#[test]
fn whoever_comes_second_hears_who_was_first() {
    let taken = asked(opened("web", Severity::P0), Ask::Ack, "bob", Via::Slack, at(4));
    let (done, words) = told("already_acked", Ask::Ack, Some(&taken));
    assert!(!done);
    let first = "bob (Slack) has it since Sun 2026-03-01 03:04 UTC and until Sun 2026-03-01 04:04 UTC";
    assert!(words.contains(first), "{words}");
    assert!(told("already_acked", Ask::Ack, None).1.contains("somebody else has it"));
}

#[test]
fn ones_own_acknowledgement_is_in_nobodys_way() {
    let before = asked(opened("web", Severity::P0), Ask::Ack, "ada", Via::Cli, at(3));
    let (done, words) = told("already_acked", Ask::Ack, Some(&before));
    assert!(done && words.ends_with("acknowledged by ada since Sun 2026-03-01 03:03 UTC"), "{words}");
    let namesake = asked(opened("web", Severity::P0), Ask::Ack, "ada", Via::Slack, at(3));
    assert!(!told("already_acked", Ask::Ack, Some(&namesake)).0, "by another way it may be somebody else");
}

#[test]
fn what_is_not_done_says_why_and_what_to_do() {
    let over = asked(opened("web", Severity::P0), Ask::Resolve, "bob", Via::Cli, at(4));
    for (outcome, incident, why) in [
        ("too_late", Some(&over), "is over since Sun 2026-03-01 03:04 UTC already, there is nothing to resolve"),
        ("too_late", None, "web is over already"),
        ("other_incident", Some(&over), "web is not the present incident"),
        ("stale", None, "set this machine's clock"),
        ("nothing_to_resolve", None, "there is no incident of web"),
        ("a_word_of_tomorrow", None, "\"a_word_of_tomorrow\""),
    ] {
        let (done, words) = told(outcome, Ask::Resolve, incident);
        assert!(!done, "{outcome}");
        assert!(words.contains(why) && words.contains("\nhint: "), "{outcome}: {words}");
    }
}

#[test]
fn whoever_ends_an_incident_hears_that_it_is_over() {
    let (done, words) = told("dismissed", Ask::Resolve, None);
    assert!(done && words.contains("ada said so"), "{words}");
}
