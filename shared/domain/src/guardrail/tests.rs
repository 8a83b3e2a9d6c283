#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use jiff::SignedDuration;

use super::*;
use crate::config::{Mode, Timing, Velocity};
use crate::diagnosis::diagnose;
use crate::diagnosis::staged::{cache_away, now, sicken, stale};
use crate::evidence::{Reading, Rollout};
use crate::id::{DeploymentId, ServiceName};
use crate::ledger::Stage;
use crate::remedy::{Proposal, RemedyKind, plan};
use crate::verification::Outcome;

/// A situation in which acting is right; each test spoils one thing.
struct Stage0 {
    service: Service,
    evidence: Evidence,
    told: Evidence,
    approved: bool,
    severity: Severity,
    incident_open: bool,
    flapping: Option<u32>,
    silenced: bool,
    services_in_trouble: Option<u32>,
    ledger: Option<Ledger>,
    account_actions: u32,
    switch: Switch,
    time_left: SignedDuration,
    now: Timestamp,
}

impl Stage0 {
    fn right() -> Self {
        Self {
            service: Service::new("web", "main").with_mode(RemedyKind::ForceRedeploy, Mode::Auto),
            evidence: stale(),
            told: stale(),
            approved: false,
            severity: Severity::P0,
            incident_open: true,
            flapping: None,
            silenced: false,
            services_in_trouble: Some(1),
            ledger: Some(Ledger::empty(ServiceName::from("web"))),
            account_actions: 0,
            switch: Switch::On,
            time_left: SignedDuration::from_secs(20),
            now: now() + SignedDuration::from_secs(1),
        }
    }

    fn ruling(&self) -> Ruling {
        let diagnosis = diagnose(&self.evidence);
        // The plan is that for stale tasks, whatever the evidence says by now.
        let Proposal::Act(plan) = plan(&diagnose(&stale()), &stale(), &self.service) else { panic!("no plan") };
        check(&Situation {
            plan: &plan,
            service: &self.service,
            evidence: &self.evidence,
            diagnosis: &diagnosis,
            told: &diagnose(&self.told),
            approved: self.approved,
            severity: self.severity,
            incident_open: self.incident_open,
            flapping: self.flapping,
            silenced: self.silenced,
            services_in_trouble: self.services_in_trouble,
            ledger: self.ledger.as_ref(),
            account_actions: self.account_actions,
            switch: self.switch,
            timing: &Timing::default(),
            velocity: Velocity::default(),
            time_left: self.time_left,
            now: self.now,
        })
    }

    fn objections(&self) -> Vec<Guardrail> {
        match self.ruling() {
            Ruling::Proceed => Vec::new(),
            Ruling::NeedsApproval(objections) | Ruling::Refuse(objections) => {
                objections.into_iter().map(|objection| objection.guardrail).collect()
            }
        }
    }

    fn service_state(&mut self) -> &mut crate::evidence::ServiceState {
        match &mut self.evidence.service {
            Reading::Read(service) => service,
            other => panic!("not read: {other:?}"),
        }
    }
}

fn attempt(ledger: &Ledger, at: Timestamp, outcome: Option<Outcome>) -> Ledger {
    let plan = crate::ledger::tests::redeploy();
    let ledger = ledger.claim(crate::ledger::tests::subject("i"), plan, at);
    let ledger = ledger.record(Stage::Acted { at, deployment: DeploymentId::from("ecs-svc/2") });
    match outcome {
        Some(outcome) => ledger.record(Stage::Verified { acted_at: at, outcome }),
        None => ledger,
    }
}

#[test]
fn with_nothing_against_it_the_plan_proceeds() {
    assert_eq!(Stage0::right().ruling(), Ruling::Proceed);
}

/// Spoils one thing and names the guardrails that have to notice, exactly.
type Case = (&'static str, fn(&mut Stage0), &'static [Guardrail]);

#[test]
fn every_guardrail_objects_to_what_it_guards_against_and_to_nothing_else() {
    let cases: &[Case] = &[
        ("the switch is off", |s| s.switch = Switch::Off, &[Guardrail::Switch]),
        ("the switch is unreadable", |s| s.switch = Switch::Unreadable, &[Guardrail::Switch]),
        ("the incident is over", |s| s.incident_open = false, &[Guardrail::IncidentOpen]),
        ("the incident flaps", |s| s.flapping = Some(3), &[Guardrail::Flapping]),
        ("a silence covers it", |s| s.silenced = true, &[Guardrail::Silenced]),
        ("it is a mere warning", |s| s.severity = Severity::P2, &[Guardrail::Urgency]),
        ("many services are in trouble", |s| s.services_in_trouble = Some(5), &[Guardrail::Storm]),
        ("nobody knows how many are in trouble", |s| s.services_in_trouble = None, &[Guardrail::Storm]),
        ("the ledger is unreadable", |s| s.ledger = None, &[Guardrail::LedgerRead]),
        ("the service has no tag", |s| s.service_state().opted_in = false, &[Guardrail::OptIn]),
        ("the mode is suggest", |s| s.service = Service::new("web", "main"), &[Guardrail::Mode]),
        (
            "a deployment is under way",
            |s| s.service_state().deployments[0].rollout = Rollout::InProgress,
            &[Guardrail::DeploymentInFlight, Guardrail::Certainty],
        ),
        (
            "another controller deploys",
            |s| s.service_state().ecs_controls_deployments = false,
            &[Guardrail::DeploymentInFlight],
        ),
        ("ECS starts a task", |s| s.service_state().pending = 1, &[Guardrail::EcsRepairing]),
        ("one target is sick", |s| sicken(&mut s.evidence, 1), &[Guardrail::EcsRepairing, Guardrail::Certainty]),
        (
            "two of three targets are sick and nobody knows of a cache",
            |s| {
                sicken(&mut s.evidence, 2);
                s.evidence.cache = Reading::NotConfigured;
            },
            &[Guardrail::EcsRepairing, Guardrail::SickMajority, Guardrail::CapacityFloor, Guardrail::Certainty],
        ),
        (
            "a deployment may stop every task",
            |s| s.service_state().minimum_healthy_percent = 0,
            &[Guardrail::CapacityFloor],
        ),
        (
            "there is no room to replace a task",
            |s| {
                s.service_state().minimum_healthy_percent = 100;
                s.service_state().maximum_percent = 100;
            },
            &[Guardrail::CapacityFloor],
        ),
        (
            "the cache could not be read",
            |s| s.evidence.cache = Reading::Unread { why: "AccessDenied".to_owned() },
            &[Guardrail::Dependency, Guardrail::Agreement, Guardrail::Certainty],
        ),
        ("the evidence is old", |s| s.now = now() + SignedDuration::from_secs(61), &[Guardrail::CompleteEvidence]),
        (
            "the evidence is from the future",
            |s| s.now = now() - SignedDuration::from_secs(1),
            &[Guardrail::CompleteEvidence],
        ),
        (
            "the targets could not be read",
            |s| s.evidence.targets = Reading::Unread { why: "Throttling".to_owned() },
            &[Guardrail::CompleteEvidence, Guardrail::Agreement, Guardrail::Certainty],
        ),
        (
            "the service is being drained",
            |s| s.service_state().status = "DRAINING".to_owned(),
            &[Guardrail::CompleteEvidence],
        ),
        ("the enricher saw something else", |s| s.told = cache_away(), &[Guardrail::Agreement]),
        (
            "an attempt is still being watched",
            |s| s.ledger = s.ledger.take().map(|ledger| attempt(&ledger, s.now - SignedDuration::from_mins(30), None)),
            &[Guardrail::OneAtATime],
        ),
        (
            "the last action was a minute ago",
            |s| {
                let recovered = Some(Outcome::Recovered { after_s: 9 });
                s.ledger = s.ledger.take().map(|l| attempt(&l, s.now - SignedDuration::from_mins(1), recovered));
            },
            &[Guardrail::Cooldown],
        ),
        (
            "two actions within the hour",
            |s| {
                for minutes in [50, 20] {
                    let recovered = Some(Outcome::Recovered { after_s: 9 });
                    s.ledger =
                        s.ledger.take().map(|l| attempt(&l, s.now - SignedDuration::from_mins(minutes), recovered));
                }
            },
            &[Guardrail::HourlyBudget],
        ),
        ("five actions in the account", |s| s.account_actions = 5, &[Guardrail::HourlyBudget]),
        (
            "two remedies failed",
            |s| {
                for hours in [5, 3] {
                    let failed = Some(Outcome::Failed { why: "no".to_owned() });
                    s.ledger = s.ledger.take().map(|l| attempt(&l, s.now - SignedDuration::from_hours(hours), failed));
                }
            },
            &[Guardrail::Breaker],
        ),
        ("nine seconds are left", |s| s.time_left = SignedDuration::from_secs(9), &[Guardrail::TimeLeft]),
    ];
    for (what, spoil, expected) in cases {
        let mut stage = Stage0::right();
        spoil(&mut stage);
        assert_eq!(stage.objections(), *expected, "{what}");
    }
}

#[test]
fn a_missing_cache_is_the_first_thing_that_is_said() {
    let mut stage = Stage0::right();
    stage.evidence = cache_away();
    let Ruling::Refuse(objections) = stage.ruling() else { panic!("not refused") };
    assert_eq!(objections[0].guardrail, Guardrail::Dependency);
    assert_eq!(objections[0].why, "cache web-redis is down, new tasks would fail the same way");
}

#[test]
fn only_the_wish_to_be_asked_can_be_overruled_by_approval() {
    let mut stage = Stage0::right();
    stage.service = Service::new("web", "main").with_mode(RemedyKind::ForceRedeploy, Mode::Approve);
    assert!(matches!(stage.ruling(), Ruling::NeedsApproval(_)));
    stage.approved = true;
    assert_eq!(stage.ruling(), Ruling::Proceed);
    stage.switch = Switch::Off;
    assert!(matches!(stage.ruling(), Ruling::Refuse(_)));
}

#[test]
fn a_person_may_have_done_for_a_warning_what_is_not_done_unasked() {
    let mut stage = Stage0::right();
    stage.severity = Severity::P2;
    assert!(matches!(stage.ruling(), Ruling::NeedsApproval(_)));
    stage.approved = true;
    assert_eq!(stage.ruling(), Ruling::Proceed);
}

#[test]
fn approving_does_nothing_where_nothing_may_be_done() {
    let mut stage = Stage0::right();
    stage.service = Service::new("web", "main").with_mode(RemedyKind::ForceRedeploy, Mode::Suggest);
    stage.approved = true;
    assert!(matches!(stage.ruling(), Ruling::Refuse(_)));
}

#[test]
fn the_budget_of_one_hour_is_free_again_after_it() {
    let mut stage = Stage0::right();
    for minutes in [90, 61] {
        let recovered = Some(Outcome::Recovered { after_s: 9 });
        stage.ledger =
            stage.ledger.take().map(|l| attempt(&l, stage.now - SignedDuration::from_mins(minutes), recovered));
    }
    assert_eq!(stage.ruling(), Ruling::Proceed);
}

#[test]
fn every_guardrail_in_the_table_is_tested_above() {
    // Mode and opt-in and all others occur in the table test; execution is decided at the moment of acting.
    let tabled: Vec<Guardrail> = GUARDRAILS.iter().map(|(guardrail, _)| *guardrail).collect();
    assert_eq!(tabled.len(), 22, "a new guardrail needs a case in the table test");
    assert!(!tabled.contains(&Guardrail::Execution));
}
