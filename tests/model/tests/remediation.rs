//! Acting where it is right and nowhere else, in many worlds; and what each guardrail keeps the product from.
//!
//! A test for each guardrail: without it there are worlds in which nothing else objects and the oracle calls acting wrong. Taking a
//! guardrail's objections away makes its own test fail. Two are not here: [`Guardrail::CapacityCeiling`], since no plan goes
//! beyond the ceiling that was made by the same numbers, and [`Guardrail::Execution`], which is asked at the moment of acting.
#![allow(clippy::panic)]

use std::sync::LazyLock;

use model::remediation::run::{Report, run_on};
use paramedic_domain::guardrail::Guardrail;
use paramedic_domain::remedy::RemedyKind;

/// Enough for each single thing to be wrong alone, dozens of times; `cargo run --package model --example remediation` goes through
/// a million.
const WORLDS: u64 = 30_000;
/// So often each guardrail has to be the only one that objects.
const ALONE: u64 = 15;

static REPORT: LazyLock<Report> = LazyLock::new(|| run_on(2, 1, WORLDS));

#[test]
fn what_is_right_is_done() {
    assert_eq!(REPORT.misses, 0, "{}", *REPORT);
}

#[test]
fn nothing_is_done_that_nothing_would_mend_or_that_was_tried_before() {
    assert!(!REPORT.wrongly.contains_key(&None), "{}", *REPORT);
}

#[test]
fn acting_is_right_often_enough_to_be_seen_and_so_is_every_remedy() {
    let report = &*REPORT;
    assert!(report.right.values().sum::<u64>() * 100 >= WORLDS * 5, "{report}");
    for remedy in RemedyKind::ALL {
        // A thousand times or more in a million, with much to spare.
        let right = report.right.get(remedy).copied().unwrap_or(0);
        assert!(right * 1000 >= WORLDS * 10, "{remedy}\n{report}");
    }
}

/// Nothing wrong was done that this guardrail is there for, and so often it was all that stood in the way.
fn stands_alone(guardrail: Guardrail) {
    let report = &*REPORT;
    assert!(!report.wrongly.contains_key(&Some(guardrail)), "{guardrail} let something pass\n{report}");
    let alone = report.alone.get(&guardrail).copied().unwrap_or(0);
    assert!(alone >= ALONE, "{guardrail} was all that stood in the way {alone} times\n{report}");
}

macro_rules! each_keeps_from_what_is_wrong {
    ($($name:ident: $guardrail:ident,)*) => {$(
        #[test]
        fn $name() {
            stands_alone(Guardrail::$guardrail);
        }
    )*};
}

each_keeps_from_what_is_wrong! {
    the_switch_is_all_that_stands_in_the_way: Switch,
    a_freeze_is_all_that_stands_in_the_way: Freeze,
    the_end_of_the_incident_is_all_that_stands_in_the_way: IncidentOpen,
    a_silence_is_all_that_stands_in_the_way: Silenced,
    urgency_is_all_that_stands_in_the_way: Urgency,
    a_storm_is_all_that_stands_in_the_way: Storm,
    flapping_is_all_that_stands_in_the_way: Flapping,
    the_dependency_is_all_that_stands_in_the_way: Dependency,
    the_repair_of_ecs_is_all_that_stands_in_the_way: EcsRepairing,
    a_deployment_in_flight_is_all_that_stands_in_the_way: DeploymentInFlight,
    a_sick_majority_is_all_that_stands_in_the_way: SickMajority,
    the_capacity_floor_is_all_that_stands_in_the_way: CapacityFloor,
    a_persons_change_is_all_that_stands_in_the_way: HumanChange,
    a_mutable_image_is_all_that_stands_in_the_way: MutableImage,
    evidence_that_is_not_whole_is_all_that_stands_in_the_way: CompleteEvidence,
    trouble_that_just_began_is_all_that_stands_in_the_way: Lasting,
    agreement_is_all_that_stands_in_the_way: Agreement,
    certainty_is_all_that_stands_in_the_way: Certainty,
    an_unread_ledger_is_all_that_stands_in_the_way: LedgerRead,
    the_cooldown_is_all_that_stands_in_the_way: Cooldown,
    the_hourly_budget_is_all_that_stands_in_the_way: HourlyBudget,
    the_breaker_is_all_that_stands_in_the_way: Breaker,
    another_attempt_is_all_that_stands_in_the_way: OneAtATime,
    the_missing_tag_is_all_that_stands_in_the_way: OptIn,
    the_mode_is_all_that_stands_in_the_way: Mode,
    the_time_left_is_all_that_stands_in_the_way: TimeLeft,
}
