#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::diagnosis::Cause;
use crate::diagnosis::staged::now;
use crate::id::{ClusterName, EcsServiceName};
use crate::remedy::Action;

pub(crate) fn redeploy() -> Plan {
    Plan {
        service: ServiceName::from("web"),
        cluster: ClusterName::from("main"),
        ecs_service: EcsServiceName::from("web"),
        expected_deployment: DeploymentId::from("ecs-svc/1000000000000000001"),
        cause: Cause::StaleTasks,
        because: "every task holds what it read when it started".to_owned(),
        action: Action::ForceRedeploy { task_definition: "web:7".to_owned() },
    }
}

pub(crate) fn deployed(id: &str) -> Effect {
    Effect::Deployed(DeploymentId::from(id))
}

pub(crate) fn subject(incident: &str) -> Subject {
    Subject {
        incident_id: crate::id::IncidentId::from(incident),
        service: ServiceName::from("web"),
        severity: crate::severity::Severity::P0,
        account: crate::id::AccountId::from("123456789012"),
        region: crate::id::Region::from("eu-west-1"),
    }
}

fn claimed() -> Ledger {
    Ledger::empty(ServiceName::from("web")).claim(subject("i"), redeploy(), now())
}

fn acted() -> Ledger {
    claimed().record(Stage::Acted { at: now(), effect: deployed("ecs-svc/2") })
}

fn verified(ledger: &Ledger, outcome: Outcome) -> Ledger {
    ledger.record(Stage::Verified { acted_at: now(), outcome })
}

#[test]
fn a_claim_is_open_until_its_result_is_known() {
    assert!(claimed().open_attempt().is_some());
    assert!(acted().open_attempt().is_some());
    assert!(verified(&acted(), Outcome::Recovered { after_s: 12 }).open_attempt().is_none());
}

#[test]
fn a_claim_counts_against_the_budget_even_when_nobody_knows_what_came_of_it() {
    let ambiguous = claimed().record(Stage::Ambiguous { why: "connection reset".to_owned() });
    assert_eq!(ambiguous.actions_in_the_last_hour(now()), 1);
    assert_eq!(ambiguous.last_action(), Some(now()));
}

#[test]
fn what_nobody_knows_is_due_until_a_person_was_told_and_fails_once() {
    let why = "connection reset".to_owned();
    let ambiguous = claimed().record(Stage::Ambiguous { why: why.clone() });
    assert!(ambiguous.open_attempt().is_some());
    assert!(ambiguous.due_at(&Timing::default()).is_some_and(|at| at <= now()));
    let told = ambiguous.record(Stage::HandedOver { why: why.clone() });
    assert!(told.open_attempt().is_none());
    assert_eq!(told.due_at(&Timing::default()), None);
    assert_eq!((ambiguous.failures_in_a_row, told.failures_in_a_row), (1, 1));
    assert_eq!(claimed().record(Stage::HandedOver { why }).failures_in_a_row, 1, "told at once");
}

#[test]
fn what_aws_refused_counts_for_nothing() {
    let refused = claimed().record(Stage::NotDone { why: "AccessDenied".to_owned() });
    assert_eq!(refused.actions_in_the_last_hour(now()), 0);
    assert_eq!(refused.last_action(), None);
}

#[test]
fn the_budget_is_that_of_the_last_hour() {
    let ledger = verified(&acted(), Outcome::Recovered { after_s: 12 });
    assert_eq!(ledger.actions_in_the_last_hour(now() + SignedDuration::from_mins(59)), 1);
    assert_eq!(ledger.actions_in_the_last_hour(now() + SignedDuration::from_mins(60)), 0);
}

#[test]
fn two_failures_open_the_breaker_and_a_success_in_between_does_not() {
    let failed = || Outcome::Failed { why: "requests still fail".to_owned() };
    let again = |ledger: &Ledger| {
        ledger.claim(subject("j"), redeploy(), now()).record(Stage::Acted { at: now(), effect: deployed("ecs-svc/3") })
    };
    let once = verified(&acted(), failed());
    assert!(!once.breaker_open());
    assert!(verified(&again(&once), failed()).breaker_open());
    let helped = verified(&again(&once), Outcome::Recovered { after_s: 3 });
    assert!(!verified(&again(&helped), failed()).breaker_open());
}

#[test]
fn a_person_who_looked_closes_the_breaker_and_nothing_that_was_attempted_is_forgotten() {
    let failed = || Outcome::Failed { why: "requests still fail".to_owned() };
    let open = verified(&verified(&acted(), failed()).claim(subject("j"), redeploy(), now()), failed());
    assert!(open.breaker_open());
    let closed = open.looked_at();
    assert!(!closed.breaker_open());
    assert_eq!(closed.attempts, open.attempts);
}

#[test]
fn a_claim_without_a_record_becomes_an_orphan_after_its_lease() {
    assert!(claimed().orphan(now() + CLAIM_LEASE - SignedDuration::from_millis(1)).is_none());
    assert!(claimed().orphan(now() + CLAIM_LEASE).is_some());
    assert!(acted().orphan(now() + CLAIM_LEASE).is_none(), "what was recorded is no orphan");
}

#[test]
fn an_open_attempt_is_never_forgotten() {
    let later = now() + SignedDuration::from_hours(48);
    let ledger = claimed().claim(subject("k"), redeploy(), later);
    assert_eq!(ledger.attempts.len(), 2);
    let closed = verified(&acted(), Outcome::Recovered { after_s: 1 }).claim(subject("k"), redeploy(), later);
    assert_eq!(closed.attempts.len(), 1, "an old attempt that is over is");
}

#[test]
fn a_ledger_is_due_when_the_result_should_show_or_the_claim_is_orphaned() {
    let timing = Timing::default();
    assert_eq!(Ledger::empty(ServiceName::from("web")).due_at(&timing), None);
    assert_eq!(claimed().due_at(&timing), Some(now() + CLAIM_LEASE));
    assert_eq!(acted().due_at(&timing), Some(now() + timing.verify_after));
}

#[test]
fn only_what_did_not_help_in_this_incident_was_tried_in_vain() {
    let failed = verified(&acted(), Outcome::Failed { why: "requests still fail".to_owned() });
    assert_eq!(failed.tried_in_vain(&IncidentId::from("i")), [RemedyKind::ForceRedeploy]);
    assert_eq!(failed.tried_in_vain(&IncidentId::from("j")), []);
    let helped = verified(&acted(), Outcome::Recovered { after_s: 3 });
    assert_eq!(helped.tried_in_vain(&IncidentId::from("i")), []);
    assert_eq!(acted().tried_in_vain(&IncidentId::from("i")), [], "its result is not known yet");
}

#[test]
fn what_may_have_been_carried_out_is_not_tried_again_in_this_incident() {
    let ambiguous = claimed().record(Stage::Ambiguous { why: "connection reset".to_owned() });
    assert_eq!(ambiguous.tried_in_vain(&IncidentId::from("i")), [RemedyKind::ForceRedeploy]);
    assert_eq!(ambiguous.tried_in_vain(&IncidentId::from("j")), []);
    let told = ambiguous.record(Stage::HandedOver { why: "connection reset".to_owned() });
    assert_eq!(told.tried_in_vain(&IncidentId::from("i")), [RemedyKind::ForceRedeploy]);
    let refused = claimed().record(Stage::NotDone { why: "AccessDenied".to_owned() });
    assert_eq!(refused.tried_in_vain(&IncidentId::from("i")), []);
}
