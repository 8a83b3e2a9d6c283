//! Whatever the state of a service, what proceeds keeps the invariants. They are written out here once more, from the
//! design and not from the guardrails, so that a guardrail that goes missing is missed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::config::{Mode, Timing, Velocity};
use crate::diagnosis::staged::{errors, minutes_ago, now, sicken, stale};
use crate::diagnosis::{Cause, Confidence, diagnose};
use crate::evidence::{Deployment, Reading, Rollout, TargetHealth};
use crate::id::{DeploymentId, ServiceName};
use crate::ledger::Stage;
use crate::remedy::{Proposal, RemedyKind, plan};
use crate::severity::Severity;
use crate::verification::Outcome;

/// A state of the world around a service whose tasks may be stale. Most of it is as it should be, so that many states
/// proceed and each wrong one is mostly wrong in few ways.
#[derive(Clone, Debug)]
struct World {
    mode: Mode,
    switch: Switch,
    sick: usize,
    cache: u8,
    unread: u8,
    rollout: Rollout,
    second_deployment: bool,
    desired: u32,
    running: u32,
    pending: u32,
    minimum_healthy: u32,
    opted_in: bool,
    evidence_age_s: i64,
    time_left_s: i64,
    last_action_min: Option<i64>,
    earlier_actions: usize,
    open_attempt: bool,
    failures: usize,
    account_actions: u32,
    ledger_read: bool,
    error_minutes: usize,
    flapping: Option<u32>,
    severity: Severity,
    silenced: bool,
    services_in_trouble: Option<u32>,
}

fn mostly<T: Clone + std::fmt::Debug + 'static>(
    usual: T,
    other: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![12 => Just(usual), 1 => other].boxed()
}

fn world() -> impl Strategy<Value = World> {
    let policy = (
        mostly(Mode::Auto, prop_oneof![Just(Mode::Off), Just(Mode::Suggest), Just(Mode::Approve)]),
        mostly(Switch::On, prop_oneof![Just(Switch::Off), Just(Switch::Unreadable)]),
        mostly(true, Just(false)),
        mostly(1, 0..200_i64),
        mostly(20, 0..30_i64),
    );
    let service = (
        mostly(0, 0..4_usize),
        mostly(0, 0..4_u8),
        mostly(0, 0..6_u8),
        mostly(Rollout::Completed, prop_oneof![Just(Rollout::InProgress), Just(Rollout::Failed)]),
        mostly(false, Just(true)),
        mostly(3, 0..6_u32),
        mostly(3, 0..6_u32),
        mostly(0, 0..3_u32),
        mostly(50, prop_oneof![Just(0_u32), Just(100), Just(150)]),
    );
    let past = (
        mostly(None, (0..70_i64).prop_map(Some)),
        mostly(0, 0..4_usize),
        mostly(false, Just(true)),
        mostly(0, 0..4_usize),
        mostly(0, 0..9_u32),
        mostly(true, Just(false)),
        mostly(5, 1..15_usize),
    );
    let incident = (
        mostly(None, (3..9_u32).prop_map(Some)),
        mostly(false, Just(true)),
        mostly(Some(1), prop_oneof![Just(None), (2..20_u32).prop_map(Some)]),
        mostly(Severity::P0, prop_oneof![Just(Severity::P1), Just(Severity::P2)]),
    );
    (policy, service, past, incident).prop_map(|(policy, service, past, incident)| World {
        flapping: incident.0,
        severity: incident.3,
        silenced: incident.1,
        services_in_trouble: incident.2,
        mode: policy.0,
        switch: policy.1,
        opted_in: policy.2,
        evidence_age_s: policy.3,
        time_left_s: policy.4,
        sick: service.0,
        cache: service.1,
        unread: service.2,
        rollout: service.3,
        second_deployment: service.4,
        desired: service.5,
        running: service.6,
        pending: service.7,
        minimum_healthy: service.8,
        last_action_min: past.0,
        earlier_actions: past.1,
        open_attempt: past.2,
        failures: past.3,
        account_actions: past.4,
        ledger_read: past.5,
        error_minutes: past.6,
    })
}

impl World {
    fn evidence(&self) -> Evidence {
        let mut evidence = stale();
        errors(&mut evidence, self.error_minutes);
        sicken(&mut evidence, self.sick);
        let Reading::Read(service) = &mut evidence.service else { panic!("staged evidence is read") };
        service.desired = self.desired;
        service.running = self.running;
        service.pending = self.pending;
        service.minimum_healthy_percent = self.minimum_healthy;
        service.opted_in = self.opted_in;
        service.deployments[0].rollout = self.rollout;
        if self.second_deployment {
            service.deployments.push(Deployment {
                id: DeploymentId::from("ecs-svc/0"),
                primary: false,
                rollout: Rollout::Completed,
                task_definition: "web:6".to_owned(),
                running: 1,
                desired: 3,
                failed_tasks: 0,
                reason: None,
                created_at: minutes_ago(600),
            });
        }
        let unread = || "Throttling".to_owned();
        if let (1, Reading::Read(cache)) = (self.cache, &mut evidence.cache) {
            cache.status = "deleting".to_owned();
        }
        match self.cache {
            2 => evidence.cache = Reading::Unread { why: unread() },
            3 => evidence.cache = Reading::NotConfigured,
            _ => {}
        }
        match self.unread {
            1 => evidence.service = Reading::Unread { why: unread() },
            2 => evidence.tasks = Reading::Unread { why: unread() },
            3 => evidence.targets = Reading::Unread { why: unread() },
            4 => evidence.metrics = Reading::Unread { why: unread() },
            5 => evidence.secrets = Reading::Unread { why: unread() },
            _ => {}
        }
        evidence
    }

    fn now(&self) -> Timestamp {
        now() + SignedDuration::from_secs(self.evidence_age_s)
    }

    fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::empty(ServiceName::from("web"));
        let claim = |ledger: &Ledger, minutes: i64| {
            let at = self.now() - SignedDuration::from_mins(minutes);
            let claimed = ledger.claim(crate::ledger::tests::subject("i"), crate::ledger::tests::redeploy(), at);
            (claimed.record(Stage::Acted { at, deployment: DeploymentId::from("ecs-svc/2") }), at)
        };
        let minutes = (0..self.earlier_actions).map(|n| 55 - 5 * n as i64).chain(self.last_action_min);
        for minutes in minutes {
            let (acted, at) = claim(&ledger, minutes);
            ledger = acted.record(Stage::Verified { acted_at: at, outcome: Outcome::Recovered { after_s: 1 } });
        }
        if self.open_attempt {
            ledger = claim(&ledger, 45).0;
        }
        ledger.failures_in_a_row = self.failures;
        ledger
    }

    fn ruling(&self) -> Option<Ruling> {
        let service = Service::new("web", "main").with_mode(RemedyKind::ForceRedeploy, self.mode);
        let (evidence, ledger) = (self.evidence(), self.ledger());
        let diagnosis = diagnose(&evidence);
        let Proposal::Act(plan) = plan(&diagnosis, &evidence, &service) else { return None };
        Some(check(&Situation {
            plan: &plan,
            service: &service,
            evidence: &evidence,
            diagnosis: &diagnosis,
            told: &diagnosis,
            approved: false,
            severity: self.severity,
            incident_open: true,
            flapping: self.flapping,
            silenced: self.silenced,
            services_in_trouble: self.services_in_trouble,
            ledger: self.ledger_read.then_some(&ledger),
            account_actions: self.account_actions,
            switch: self.switch,
            timing: &Timing::default(),
            velocity: Velocity::default(),
            time_left: SignedDuration::from_secs(self.time_left_s),
            now: self.now(),
        }))
    }

    /// Everything of the design that speaks against acting, going by the world and not by the evidence made of it.
    fn wrong(&self) -> Vec<&'static str> {
        let healthy = 3 - self.sick.min(3) as u32;
        let floor = (self.desired * self.minimum_healthy).div_ceil(100).max(1);
        let actions = self.earlier_actions as u32
            + u32::from(self.last_action_min.is_some_and(|minutes| minutes < 60))
            + u32::from(self.open_attempt);
        let youngest = (0..self.earlier_actions).map(|n| 55 - 5 * n as i64).chain(self.last_action_min);
        let youngest = youngest.chain(self.open_attempt.then_some(45)).min();
        let rules = [
            (self.mode != Mode::Auto, "the mode"),
            (self.switch != Switch::On, "the switch"),
            (!self.opted_in, "the tag"),
            (self.rollout == Rollout::InProgress || self.second_deployment, "a deployment"),
            (self.sick > 0 || self.pending > 0 || self.running < self.desired, "ECS repairs"),
            (matches!(self.cache, 1 | 2), "the cache"),
            ((1..=4).contains(&self.unread), "partial evidence"),
            (self.evidence_age_s > 60, "stale evidence"),
            (self.desired == 0 || self.minimum_healthy == 0 || healthy < floor, "the floor"),
            (youngest.is_some_and(|minutes| minutes < 15), "the cooldown"),
            (actions >= 2, "the service's budget"),
            (self.account_actions >= 5, "the account's budget"),
            (self.open_attempt, "an open attempt"),
            (self.failures >= 2, "the breaker"),
            (!self.ledger_read, "an unreadable ledger"),
            (self.time_left_s < 10, "no time"),
            (self.flapping.is_some(), "flapping"),
            (self.silenced, "a silence"),
            (self.severity == Severity::P2, "a mere warning"),
            (self.services_in_trouble.is_none_or(|services| services >= 5), "a storm"),
        ];
        rules.into_iter().filter_map(|(is_wrong, what)| is_wrong.then_some(what)).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn what_proceeds_keeps_every_invariant(world in world()) {
        if world.ruling() == Some(Ruling::Proceed) {
            prop_assert_eq!(world.wrong(), Vec::<&str>::new());
            let evidence = world.evidence();
            let top = diagnose(&evidence);
            prop_assert_eq!((top.top().cause, top.top().confidence), (Cause::StaleTasks, Confidence::High));
            let targets = evidence.targets.read().unwrap();
            prop_assert!(targets.iter().all(|target| target.health == TargetHealth::Healthy));
        }
    }

    #[test]
    fn where_nothing_is_wrong_and_the_cause_is_certain_it_proceeds(world in world()) {
        let certain = {
            let diagnosis = diagnose(&world.evidence());
            (diagnosis.top().cause, diagnosis.top().confidence) == (Cause::StaleTasks, Confidence::High)
        };
        if world.wrong().is_empty() && certain {
            prop_assert_eq!(world.ruling(), Some(Ruling::Proceed));
        }
    }
}
