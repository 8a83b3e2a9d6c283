#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use jiff::SignedDuration;

use super::*;
use crate::config::{Mode, Timing, Velocity};
use crate::diagnosis::diagnose;
use crate::diagnosis::staged::{
    at_maximum, cache_away, errors, failing_deployment, minutes_ago, now, pin_images, replaced_by_a_worse,
    scaled_by_nobody, sicken, stale, wedged,
};
use crate::evidence::{Breaker, Reading, RecordedChange, Rollout};
use crate::id::ServiceName;
use crate::ledger::Stage;
use crate::remedy::{Proposal, RemedyKind, plan};
use crate::verification::Outcome;

/// A situation in which acting is right; each test spoils one thing.
struct Stage0 {
    service: Service,
    /// What the plan was made from.
    planned: Evidence,
    evidence: Evidence,
    told: Evidence,
    approved: bool,
    severity: Severity,
    incident_open: bool,
    incident_since: Option<Timestamp>,
    flapping: Option<u32>,
    silenced: bool,
    services_in_trouble: Option<u32>,
    ledger: Option<Ledger>,
    account_actions: u32,
    switch: Switch,
    freezes: Vec<Freeze>,
    time_left: SignedDuration,
    now: Timestamp,
}

impl Stage0 {
    fn right() -> Self {
        Self::with(stale())
    }

    fn with(mut evidence: Evidence) -> Self {
        pin_images(&mut evidence);
        let service = RemedyKind::ALL
            .iter()
            .fold(Service::new("web", "main"), |service, kind| service.with_mode(*kind, Mode::Auto));
        let service = service.with_most_tasks(12);
        Self {
            service,
            planned: evidence.clone(),
            told: evidence.clone(),
            evidence,
            approved: false,
            severity: Severity::P0,
            incident_open: true,
            incident_since: None,
            flapping: None,
            silenced: false,
            services_in_trouble: Some(1),
            ledger: Some(Ledger::empty(ServiceName::from("web"))),
            account_actions: 0,
            switch: Switch::On,
            freezes: Vec::new(),
            time_left: SignedDuration::from_secs(20),
            now: now() + SignedDuration::from_secs(1),
        }
    }

    fn ruling(&self) -> Ruling {
        // The plan was made before, whatever the evidence says by now.
        self.ruling_on(&self.planned_by(&self.service))
    }

    fn planned_by(&self, service: &Service) -> Plan {
        let proposal = plan(&diagnose(&self.planned), &self.planned, service, &[]);
        let Proposal::Act(plan) = proposal else { panic!("no plan") };
        plan
    }

    /// What was planned while the configuration allowed twelve tasks.
    fn planned_with_room(&self) -> Plan {
        self.planned_by(&self.service.clone().with_most_tasks(12))
    }

    fn ruling_on(&self, plan: &Plan) -> Ruling {
        let diagnosis = diagnose(&self.evidence);
        check(&Situation {
            plan,
            service: &self.service,
            evidence: &self.evidence,
            diagnosis: &diagnosis,
            told: &diagnose(&self.told),
            approved: self.approved,
            severity: self.severity,
            incident_open: self.incident_open,
            incident_since: self.incident_since,
            flapping: self.flapping,
            silenced: self.silenced,
            services_in_trouble: self.services_in_trouble,
            ledger: self.ledger.as_ref(),
            account_actions: self.account_actions,
            switch: self.switch,
            frozen: self.freezes.first().map(|freeze| (freeze, Timestamp::MAX)),
            timing: &Timing::default(),
            velocity: Velocity::default(),
            time_left: self.time_left,
            now: self.now,
        })
    }

    fn objections(&self) -> Vec<Guardrail> {
        self.objections_to(self.planned_by(&self.service))
    }

    fn objections_to(&self, plan: Plan) -> Vec<Guardrail> {
        match self.ruling_on(&plan) {
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
    let ledger = ledger.record(Stage::Acted { at, effect: crate::ledger::tests::deployed("ecs-svc/2") });
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
        ("there is a freeze", |s| s.freezes = vec![freeze()], &[Guardrail::Freeze]),
        ("the image is named by a tag", |s| s.evidence.definition = stale().definition, &[Guardrail::MutableImage]),
        (
            "the task definition could not be read",
            |s| s.evidence.definition = Reading::Unread { why: "Throttling".to_owned() },
            &[Guardrail::MutableImage, Guardrail::Agreement, Guardrail::Certainty],
        ),
        (
            "another revision was read",
            |s| read(&mut s.evidence.definition).name = "web:8".to_owned(),
            &[Guardrail::MutableImage],
        ),
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
            "ECS names none of the tasks",
            |s| read(&mut s.evidence.tasks).clear(),
            &[Guardrail::CompleteEvidence, Guardrail::Agreement, Guardrail::Certainty],
        ),
        (
            "the load balancer leaves a task out",
            |s| read(&mut s.evidence.targets).truncate(2),
            &[Guardrail::CompleteEvidence],
        ),
        ("requests just began to fail", |s| errors(&mut s.evidence, 1), &[Guardrail::Lasting, Guardrail::Certainty]),
        ("they fail since the last moments of a period", |s| errors(&mut s.evidence, 2), &[Guardrail::Lasting]),
        ("they failed for a whole period", |s| errors(&mut s.evidence, 3), &[]),
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

fn freeze() -> Freeze {
    let text = "version = 1\n[[freeze]]\nname = \"sales\"\nreason = \"no changes\"\nfrom = 2026-01-01T00:00:00Z\nuntil = 2027-01-01T00:00:00Z\n";
    crate::config::Config::parse(text, "paramedic.toml").unwrap().freezes.remove(0)
}

fn read<T: std::fmt::Debug>(reading: &mut Reading<T>) -> &mut T {
    match reading {
        Reading::Read(value) => value,
        other => panic!("not read: {other:?}"),
    }
}

#[test]
fn one_wedged_task_may_be_replaced_only_where_enough_healthy_ones_stay() {
    assert_eq!(Stage0::with(wedged()).ruling(), Ruling::Proceed);
    let cases: &[Case] = &[
        ("it is all that may be missed", |s| s.service_state().minimum_healthy_percent = 66, &[]),
        ("all have to stay", |s| s.service_state().minimum_healthy_percent = 100, &[Guardrail::CapacityFloor]),
        (
            "it is not there any more",
            |s| {
                read(&mut s.evidence.tasks).retain(|task| task.id.as_str() != "b2");
                s.service_state().running = 2;
                s.service_state().desired = 2;
            },
            &[Guardrail::CapacityFloor, Guardrail::Certainty],
        ),
        (
            "it is the last one",
            |s| {
                read(&mut s.evidence.targets).truncate(1);
                read(&mut s.evidence.targets)[0].id = "10.0.0.2".to_owned();
            },
            &[Guardrail::CapacityFloor, Guardrail::CompleteEvidence, Guardrail::Certainty],
        ),
        ("the image is named by a tag", |s| s.evidence.definition = wedged().definition, &[Guardrail::MutableImage]),
    ];
    for (what, spoil, expected) in cases {
        let mut stage = Stage0::with(wedged());
        spoil(&mut stage);
        assert_eq!(stage.objections(), *expected, "{what}");
    }
}

#[test]
fn stopping_a_task_that_fails_its_health_check_costs_no_healthy_one() {
    let mut stage = Stage0::with({
        let mut evidence = crate::diagnosis::staged::healthy();
        sicken(&mut evidence, 1);
        evidence
    });
    // Two of three are healthy, and two have to stay.
    assert_eq!(stage.objections(), [Guardrail::EcsRepairing, Guardrail::Certainty]);
    stage.service_state().minimum_healthy_percent = 100;
    assert!(stage.objections().contains(&Guardrail::CapacityFloor));
}

#[test]
fn going_back_asks_what_image_the_former_revision_names() {
    assert_eq!(Stage0::with(replaced_by_a_worse()).ruling(), Ruling::Proceed);
    let cases: &[Case] = &[
        ("it is named by a tag", |s| s.evidence.previous = replaced_by_a_worse().previous, &[Guardrail::MutableImage]),
        (
            "another revision was read",
            |s| read(&mut s.evidence.previous).name = "web:5".to_owned(),
            &[Guardrail::MutableImage],
        ),
        (
            "another deployment began",
            |s| s.service_state().deployments[0].rollout = Rollout::InProgress,
            &[Guardrail::DeploymentInFlight],
        ),
    ];
    for (what, spoil, expected) in cases {
        let mut stage = Stage0::with(replaced_by_a_worse());
        spoil(&mut stage);
        assert_eq!(stage.objections(), *expected, "{what}");
    }
}

#[test]
fn a_sick_task_is_left_to_ecs_for_a_dwell_and_no_longer_where_ecs_starts_nothing() {
    let sick_for = |minutes: i64, spoil: fn(&mut Stage0)| {
        let mut evidence = crate::diagnosis::staged::healthy();
        sicken(&mut evidence, 1);
        let mut stage = Stage0::with(evidence);
        stage.incident_since = Some(stage.now - SignedDuration::from_mins(minutes));
        spoil(&mut stage);
        stage.objections().contains(&Guardrail::EcsRepairing)
    };
    let dwell = Timing::default().dwell.as_mins();
    assert!(sick_for(dwell - 1, |_| {}), "it has its time");
    assert!(!sick_for(dwell, |_| {}), "it had its time");
    assert!(sick_for(dwell, |s| s.incident_since = None), "nobody knows since when");
    assert!(sick_for(dwell, |s| s.service_state().pending = 1), "it is at it");
    assert!(sick_for(dwell, |s| s.service_state().running = 2), "it will be");
    let just_started = |s: &mut Stage0| {
        let at = minutes_ago(2);
        read(&mut s.evidence.tasks).iter_mut().take(1).for_each(|task| task.started_at = Some(at));
    };
    assert!(sick_for(dwell, just_started), "it replaced one a while ago");
    assert!(sick_for(dwell, |s| s.evidence.tasks = Reading::NotConfigured), "nobody knows what it started");
}

#[test]
fn a_failing_deployment_is_stopped_once_ecs_had_its_time_to_do_so() {
    assert_eq!(Stage0::with(failing_deployment()).ruling(), Ruling::Proceed);
    let breaker = |s: &mut Stage0| s.service_state().breaker = Breaker { enabled: true, rolls_back: true };
    let cases: &[Case] = &[
        ("ECS's circuit breaker is at it", breaker, &[Guardrail::EcsRepairing]),
        (
            "ECS's circuit breaker had its time",
            |s| {
                s.service_state().breaker = Breaker { enabled: true, rolls_back: true };
                s.service_state().deployments[0].created_at = minutes_ago(10);
            },
            &[],
        ),
        (
            "it completed meanwhile",
            |s| s.service_state().deployments[0].rollout = Rollout::Completed,
            &[Guardrail::DeploymentInFlight, Guardrail::Agreement, Guardrail::Certainty],
        ),
        ("another took its place", |s| s.service_state().service_deployment = None, &[Guardrail::DeploymentInFlight]),
        (
            "what it would go back to is named by a tag",
            |s| s.evidence.previous = failing_deployment().previous,
            &[Guardrail::MutableImage],
        ),
    ];
    for (what, spoil, expected) in cases {
        let mut stage = Stage0::with(failing_deployment());
        spoil(&mut stage);
        assert_eq!(stage.objections(), *expected, "{what}");
    }
}

fn changed_scaling(s: &mut Stage0, minutes: i64) {
    let call = "application-autoscaling:RegisterScalableTarget".to_owned();
    let change =
        RecordedChange { at: minutes_ago(minutes), call, by: "ada".to_owned(), on: "web".to_owned(), tasks: None };
    read(&mut s.evidence.record).changes.push(change);
}

#[test]
fn the_count_of_tasks_that_somebody_asked_for_stands_where_nobody_scales() {
    let changed = |staged: Evidence, tasks: Option<u32>| {
        let mut stage = Stage0::with(staged);
        let (call, by, on) = ("ecs:UpdateService".to_owned(), "ada".to_owned(), "web".to_owned());
        read(&mut stage.evidence.record).changes.push(RecordedChange { at: minutes_ago(60), call, by, on, tasks });
        stage.objections_to(stage.planned_with_room())
    };
    assert_eq!(changed(scaled_by_nobody(), Some(3)), [Guardrail::HumanChange]);
    assert_eq!(changed(scaled_by_nobody(), None), [], "another change of the service");
    assert_eq!(changed(at_maximum(), Some(3)), [], "scaling sets it all the time");
}

#[test]
fn tasks_are_added_within_bounds_and_never_against_what_a_person_set() {
    let cases: &[Case] = &[
        ("nothing is wrong", |_| {}, &[]),
        ("less is allowed", |s| s.service.most_tasks = Some(4), &[Guardrail::CapacityCeiling]),
        ("nothing is allowed", |s| s.service.most_tasks = None, &[Guardrail::CapacityCeiling]),
        ("somebody set scaling an hour ago", |s| changed_scaling(s, 60), &[Guardrail::HumanChange]),
        ("somebody set scaling two days ago", |s| changed_scaling(s, 2 * 24 * 60), &[]),
        (
            "who set scaling could not be read",
            |s| s.evidence.record = Reading::Unread { why: "Throttling".to_owned() },
            &[Guardrail::HumanChange],
        ),
        ("the images are named by a tag", |s| s.evidence.definition = stale().definition, &[Guardrail::MutableImage]),
    ];
    for staged in [at_maximum(), scaled_by_nobody()] {
        for (what, spoil, expected) in cases {
            let mut stage = Stage0::with(staged.clone());
            // Both are planned as five of three.
            spoil(&mut stage);
            let objections = stage.objections_to(stage.planned_with_room());
            assert_eq!(objections, *expected, "{what}");
        }
    }
}

#[test]
fn a_maximum_that_is_another_by_now_is_not_raised() {
    let mut stage = Stage0::with(at_maximum());
    read(&mut stage.evidence.scaling).max = 6;
    assert_eq!(stage.objections(), [Guardrail::CapacityCeiling, Guardrail::Agreement, Guardrail::Certainty]);
    let mut stage = Stage0::with(at_maximum());
    read(&mut stage.evidence.scaling).scale_out_suspended = true;
    assert_eq!(stage.objections(), [Guardrail::HumanChange]);
}

#[test]
fn what_we_raised_ourselves_is_no_persons_change() {
    let mut stage = Stage0::with(at_maximum());
    let plan = stage.planned_with_room();
    let at = minutes_ago(100);
    let claimed = Ledger::empty(ServiceName::from("web")).claim(crate::ledger::tests::subject("i"), plan, at);
    let acted = claimed.record(Stage::Acted { at, effect: crate::ledger::Effect::Raised { from: 2, to: 3 } });
    stage.ledger = Some(acted.record(Stage::Verified { acted_at: at, outcome: Outcome::Recovered { after_s: 9 } }));
    changed_scaling(&mut stage, 99);
    assert_eq!(stage.objections(), []);
    changed_scaling(&mut stage, 90);
    assert_eq!(stage.objections(), [Guardrail::HumanChange]);
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
    assert_eq!(tabled.len(), 27, "a new guardrail needs a case in the table test");
    assert!(!tabled.contains(&Guardrail::Execution));
}
