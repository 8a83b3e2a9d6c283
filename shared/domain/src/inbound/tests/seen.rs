use jiff::SignedDuration;

use super::*;
use crate::inbound::seen::{Heard, Mark, REMEMBER_CLICKS, REMEMBER_EVENTS, Recent, bears_repetition};
use crate::inbound::{pagerduty, signature};
use crate::request::Ask;

fn mark(n: usize) -> Mark {
    Mark::new("test", &n.to_be_bytes())
}

#[test]
fn what_comes_again_is_known_until_its_time_is_over() {
    let mut recent = Recent::default();
    let keep = SignedDuration::from_secs(60);
    assert_eq!(recent.take(&mark(1), keep, now()), Heard::First);
    assert_eq!(recent.take(&mark(1), keep, now()), Heard::Again);
    assert_eq!(recent.take(&mark(2), keep, now()), Heard::First);
    assert_eq!(recent.take(&mark(1), keep, now() + keep), Heard::Again);
    assert_eq!(recent.take(&mark(1), keep, now() + keep + SignedDuration::from_nanos(1)), Heard::First);
}

#[test]
fn what_was_not_carried_out_may_come_again() {
    let mut recent = Recent::default();
    recent.take(&mark(1), REMEMBER_CLICKS, now());
    recent.release(&mark(1));
    assert_eq!(recent.take(&mark(1), REMEMBER_CLICKS, now()), Heard::First);
}

#[test]
fn only_so_much_is_remembered_and_the_oldest_goes_first() {
    let mut recent = Recent::default();
    for n in 0..10_001 {
        recent.take(&mark(n), REMEMBER_CLICKS, now());
    }
    assert_eq!(recent.take(&mark(10_000), REMEMBER_CLICKS, now()), Heard::Again);
    assert_eq!(recent.take(&mark(1), REMEMBER_CLICKS, now()), Heard::Again);
    assert_eq!(recent.take(&mark(0), REMEMBER_CLICKS, now()), Heard::First);
}

#[test]
fn a_request_is_remembered_for_longer_than_it_would_be_believed() {
    assert!(REMEMBER_CLICKS >= signature::WINDOW * 2);
    assert!(REMEMBER_EVENTS > pagerduty::MAX_AGE);
}

#[test]
fn without_a_memory_people_are_heard_and_production_is_left_alone() {
    let plan = || "plan".to_owned();
    let silence = Ask::Silence { lasts: SignedDuration::from_hours(1), reason: String::new() };
    assert!([Ask::Ack, silence, Ask::Resolve].iter().all(bears_repetition));
    assert!(![Ask::Approve { plan: plan() }, Ask::Refuse { plan: plan() }].iter().any(bears_repetition));
}

#[test]
fn a_mark_is_a_digest_and_depends_on_the_kind() {
    assert_eq!(mark(1).as_str().len(), 64);
    assert_ne!(Mark::new("slack", b"1"), Mark::new("pagerduty", b"1"));
}
