//! Two remediators, one ledger: the protocol of the remediator around the production ledger and its guardrails.
//!
//! A diagnosis comes twice and to two workers at once. Each loads the ledger, asks the guardrails that go by it, claims by
//! compare-and-set, looks once more, calls AWS, and records. It may die at each boundary, and the answer may be lost. Somebody
//! else may change the same thing at any moment. The tick looks after claims whose lease is over, by what is there then.

use std::hash::{Hash, Hasher};

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::bulletin::Subject;
use paramedic_domain::config::Timing;
use paramedic_domain::diagnosis::Cause;
use paramedic_domain::id::{AccountId, ClusterName, DeploymentId, EcsServiceName, IncidentId, Region, ServiceName};
use paramedic_domain::ledger::{Effect, Fate, Ledger, RollingOut, Stage, Target};
use paramedic_domain::remedy::{self, Plan};
use paramedic_domain::severity::Severity;
use stateright::{Model, Property};

use crate::scenario::moment;

/// The bounds of the check.
#[derive(Clone, Debug)]
pub struct Remediators {
    /// What is done.
    pub action: remedy::Action,
    /// Whether somebody else changes, once, what it is done to.
    pub stranger: bool,
    /// How often the diagnosis comes.
    pub diagnoses: u8,
    /// How many workers may die, and how many answers of ECS may be lost.
    pub faults: u8,
    /// How long the clock moves, one after the other, in seconds.
    pub waits: Vec<i64>,
}

/// A state of the ledger, of the workers and of ECS.
#[derive(Clone, Debug)]
pub struct Bench {
    /// What AWS has.
    target: Target,
    /// Whether somebody else may still change it, and did.
    stranger: Stranger,
    now: i64,
    waits: usize,
    diagnoses: u8,
    faults: u8,
    ledger: Ledger,
    workers: [Worker; 2],
    /// When AWS was asked to act.
    calls: Vec<i64>,
    /// How many of them have a record that says so.
    accounted: usize,
    /// What became of the last claim whose maker was gone.
    orphan: Option<Left>,
    /// Whether what was said of an orphan is not so.
    wrongly_told: bool,
    /// Whether ECS was called while another call had no record.
    overlapped: bool,
    /// Whether ECS was called by somebody who had no claim.
    unclaimed: bool,
}

/// Who else is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stranger {
    Nobody,
    Waits,
    Was,
}

/// What was made of an orphaned claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Left {
    Made,
    NotMade,
    ToAPerson,
}

#[derive(Clone, Debug)]
enum Worker {
    Idle,
    /// It loaded this ledger and the guardrails agreed.
    Agreed(Ledger),
    /// It claimed, and is about to call.
    Claimed(Ledger),
    /// It called, and is about to record.
    Called(Ledger, Stage),
}

/// What may happen next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A worker considers the diagnosis.
    Consider(usize),
    /// A worker claims.
    Claim(usize),
    /// A worker calls ECS and is answered.
    Call(usize),
    /// A worker calls ECS and the answer is lost.
    CallInVain(usize),
    /// A worker records.
    Record(usize),
    /// A worker dies.
    Die(usize),
    /// The tick looks after what was claimed.
    FollowUp,
    /// Somebody else changes what it is done to.
    Meddle,
    /// Time passes.
    Wait(i64),
}

impl Remediators {
    /// Whether the guardrails that go by the ledger agree: one at a time, the cooldown, the hourly budget, the breaker.
    fn agree(ledger: &Ledger, now: Timestamp) -> bool {
        let cool = ledger.last_action().is_none_or(|last| now >= last + Timing::default().cooldown);
        ledger.open_attempt().is_none() && cool && ledger.actions_in_the_last_hour(now) < 2 && !ledger.breaker_open()
    }
}

impl Bench {
    /// Writes a ledger if the stored one is still that of its version.
    fn write(&mut self, ledger: &Ledger) -> Option<Ledger> {
        let written = Ledger { version: ledger.version + 1, ..ledger.clone() };
        (self.ledger.version == ledger.version).then(|| self.ledger = written.clone())?;
        Some(written)
    }

    fn call(&mut self, ledger: &Ledger) {
        let claimed = self.ledger.open_attempt().is_some_and(|attempt| attempt.stage == Stage::Claimed);
        self.unclaimed |= !claimed || self.ledger.version != ledger.version;
        self.overlapped |= self.workers.iter().any(|worker| matches!(worker, Worker::Called(..)));
        self.calls.push(self.now);
    }

    /// What AWS makes of the call, and what it answers.
    fn take_effect(&mut self, action: &remedy::Action) -> Effect {
        let (target, made) = (&mut self.target, DeploymentId::new(format!("ecs-svc/{}", self.calls.len() + 1)));
        match action {
            remedy::Action::ReplaceTask { task } => {
                target.task_runs = Some(false);
                Effect::Stopped(task.clone())
            }
            remedy::Action::RaiseMaximum { from, to } => {
                target.maximum = Some(*to);
                Effect::Raised { from: *from, to: *to }
            }
            remedy::Action::AddTasks { to, .. } => {
                target.desired = *to;
                Effect::Grown { to: *to }
            }
            remedy::Action::StopDeployment { .. } => {
                let stopped = std::mem::replace(&mut target.deployment, made);
                target.task_definition = "web:6".to_owned();
                target.rolling_out = Some(RollingOut::RolledBack);
                Effect::DeploymentStopped(stopped)
            }
            remedy::Action::RollBack { to, .. } => {
                (target.deployment, target.task_definition) = (made.clone(), to.clone());
                Effect::Deployed(made)
            }
            remedy::Action::ForceRedeploy { .. } => {
                target.deployment = made.clone();
                Effect::Deployed(made)
            }
        }
    }

    /// A person deploys something else and scales as they see fit.
    fn meddle(&mut self) {
        let Target { deployment, task_definition, rolling_out, desired, maximum, .. } = &mut self.target;
        (*deployment, *task_definition) = (DeploymentId::from("ecs-svc/person"), "web:9".to_owned());
        (*desired, *maximum) = (40, Some(80));
        // What goes back goes on doing so.
        if *rolling_out != Some(RollingOut::RolledBack) {
            *rolling_out = Some(RollingOut::Stopped);
        }
        self.stranger = Stranger::Was;
    }

    /// The worker that claimed looks once more, and calls if all is as it was judged.
    fn look_and_call(&mut self, ledger: Ledger, action: &remedy::Action) -> Worker {
        if let Some(why) = self.target.differs_from(&plan(action.clone())) {
            return Worker::Called(ledger, Stage::NotDone { why });
        }
        self.call(&ledger);
        let effect = self.take_effect(action);
        Worker::Called(ledger, Stage::Acted { at: moment(self.now), effect })
    }

    fn record(&mut self, ledger: &Ledger, stage: Stage) {
        let acted = !matches!(stage, Stage::NotDone { .. });
        if self.write(&ledger.record(stage)).is_some() && acted {
            self.accounted += 1;
        }
    }

    fn follow_up(&mut self) {
        let now = moment(self.now);
        let due = self.ledger.due_at(&Timing::default()).is_some_and(|at| at <= now);
        let untold = self.ledger.open_attempt().map(|attempt| attempt.stage.clone()).filter(|_| due);
        if let Some(Stage::Ambiguous { why }) = untold {
            self.write(&self.ledger.record(Stage::HandedOver { why }));
            return;
        }
        let Some(orphan) = self.ledger.orphan(now).filter(|_| due) else { return };
        let made = self.calls.len() > self.accounted;
        let (stage, left, right) = match self.target.fate(&orphan.plan) {
            Fate::Made(effect) => (Stage::Acted { at: orphan.claimed_at, effect }, Left::Made, made),
            Fate::NotMade => (Stage::NotDone { why: String::new() }, Left::NotMade, !made),
            Fate::Unknown(why) => (Stage::HandedOver { why }, Left::ToAPerson, true),
        };
        self.wrongly_told |= !right;
        let ledger = self.ledger.clone();
        self.accounted = self.calls.len();
        self.write(&ledger.record(stage));
        self.orphan = Some(left);
    }
}

impl Model for Remediators {
    type State = Bench;
    type Action = Action;

    fn init_states(&self) -> Vec<Bench> {
        vec![Bench {
            target: target(),
            stranger: if self.stranger { Stranger::Waits } else { Stranger::Nobody },
            now: 0,
            waits: 0,
            diagnoses: self.diagnoses,
            faults: self.faults,
            ledger: Ledger::empty(ServiceName::from("web")),
            workers: [Worker::Idle, Worker::Idle],
            calls: Vec::new(),
            accounted: 0,
            orphan: None,
            wrongly_told: false,
            overlapped: false,
            unclaimed: false,
        }]
    }

    fn actions(&self, bench: &Bench, actions: &mut Vec<Action>) {
        for (number, worker) in bench.workers.iter().enumerate() {
            match worker {
                Worker::Idle if bench.diagnoses > 0 => actions.push(Action::Consider(number)),
                Worker::Idle => continue,
                Worker::Agreed(_) => actions.push(Action::Claim(number)),
                Worker::Claimed(_) => {
                    actions.push(Action::Call(number));
                    if bench.faults > 0 {
                        actions.push(Action::CallInVain(number));
                    }
                }
                Worker::Called(..) => actions.push(Action::Record(number)),
            }
            if bench.faults > 0 && !matches!(worker, Worker::Idle) {
                actions.push(Action::Die(number));
            }
        }
        actions.push(Action::FollowUp);
        if bench.stranger == Stranger::Waits {
            actions.push(Action::Meddle);
        }
        // The remediator's time limit is shorter than every wait.
        if bench.workers.iter().all(|worker| matches!(worker, Worker::Idle))
            && let Some(seconds) = self.waits.get(bench.waits)
        {
            actions.push(Action::Wait(*seconds));
        }
    }

    fn next_state(&self, last: &Bench, action: Action) -> Option<Bench> {
        let mut bench = last.clone();
        let now = moment(bench.now);
        let number = match action {
            Action::FollowUp => {
                bench.follow_up();
                return Some(bench);
            }
            Action::Meddle => {
                bench.meddle();
                return Some(bench);
            }
            Action::Wait(seconds) => {
                bench.now += seconds;
                bench.waits += 1;
                return Some(bench);
            }
            Action::Die(number) | Action::Consider(number) | Action::Claim(number) => number,
            Action::Call(number) | Action::CallInVain(number) | Action::Record(number) => number,
        };
        let worker = bench.workers.get(number)?.clone();
        let next = match (action, worker) {
            (Action::Consider(_), _) => {
                bench.diagnoses -= 1;
                let ledger = bench.ledger.clone();
                if Self::agree(&ledger, now) { Worker::Agreed(ledger) } else { Worker::Idle }
            }
            (Action::Claim(_), Worker::Agreed(ledger)) => bench
                .write(&ledger.claim(subject(), plan(self.action.clone()), now))
                .map_or(Worker::Idle, Worker::Claimed),
            (Action::Call(_), Worker::Claimed(ledger)) => bench.look_and_call(ledger, &self.action),
            (Action::CallInVain(_), Worker::Claimed(ledger)) => {
                bench.faults -= 1;
                match bench.look_and_call(ledger, &self.action) {
                    Worker::Called(ledger, Stage::Acted { .. }) => {
                        Worker::Called(ledger, Stage::Ambiguous { why: String::new() })
                    }
                    worker => worker,
                }
            }
            (Action::Record(_), Worker::Called(ledger, stage)) => {
                bench.record(&ledger, stage);
                Worker::Idle
            }
            (Action::Die(_), _) => {
                bench.faults -= 1;
                // The queue delivers the diagnosis again.
                bench.diagnoses += 1;
                Worker::Idle
            }
            _ => return None,
        };
        *bench.workers.get_mut(number)? = next;
        Some(bench)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("two remediators never act at once", |_, bench: &Bench| !bench.overlapped),
            Property::always("nobody acts without the newest claim", |_, bench: &Bench| !bench.unclaimed),
            Property::always("no action follows another within the cooldown", |_, bench: &Bench| {
                let cooldown = Timing::default().cooldown;
                bench.calls.windows(2).all(|pair| match pair {
                    [first, second] => SignedDuration::from_secs(second - first) >= cooldown,
                    _ => true,
                })
            }),
            Property::always(
                "what was attempted and has no record is not attempted again by itself",
                |_, bench: &Bench| {
                    let open = bench.ledger.attempts.iter().filter(|attempt| attempt.is_open()).count();
                    let working = bench.workers.iter().filter(|worker| matches!(worker, Worker::Claimed(_))).count();
                    open <= 1 && working <= 1
                },
            ),
            Property::always("what is said of an orphaned claim is so", |_, bench: &Bench| !bench.wrongly_told),
            Property::always("where nobody else was at work, an orphaned claim needs no person", |_, bench: &Bench| {
                bench.orphan != Some(Left::ToAPerson) || bench.stranger == Stranger::Was
            }),
            Property::sometimes("an orphaned claim is found to have been carried out", |_, bench: &Bench| {
                bench.orphan == Some(Left::Made)
            }),
            Property::sometimes("an orphaned claim is told from one that was not carried out", |_, bench: &Bench| {
                bench.orphan == Some(Left::NotMade)
            }),
            Property::sometimes("an action is carried out", |_, bench: &Bench| !bench.calls.is_empty()),
        ]
    }
}

impl Hash for Bench {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let stage = |stage: &Stage| match stage {
            Stage::Claimed => 0_u8,
            Stage::Acted { .. } => 1,
            Stage::NotDone { .. } => 2,
            Stage::Ambiguous { .. } => 3,
            Stage::Verified { .. } => 4,
            Stage::HandedOver { .. } => 5,
        };
        let ledger = |ledger: &Ledger| {
            let attempts: Vec<_> =
                ledger.attempts.iter().map(|a| (a.claimed_at.as_second(), stage(&a.stage))).collect();
            (ledger.version, attempts, ledger.failures_in_a_row)
        };
        (self.now, self.waits, self.diagnoses, self.faults, &self.calls).hash(state);
        let Target { deployment, task_definition, rolling_out, desired, maximum, task_runs } = &self.target;
        (deployment.as_str(), task_definition, rolling_out, desired, maximum, task_runs, self.stranger).hash(state);
        (self.accounted, self.orphan, self.wrongly_told).hash(state);
        (self.overlapped, self.unclaimed, ledger(&self.ledger)).hash(state);
        for worker in &self.workers {
            match worker {
                Worker::Idle => 0_u8.hash(state),
                Worker::Agreed(known) => (1_u8, ledger(known)).hash(state),
                Worker::Claimed(known) => (2_u8, ledger(known)).hash(state),
                Worker::Called(known, with) => (3_u8, ledger(known), stage(with)).hash(state),
            }
        }
    }
}

impl PartialEq for Bench {
    fn eq(&self, other: &Self) -> bool {
        let imprint = |bench: &Self| {
            let mut hasher = std::hash::DefaultHasher::new();
            bench.hash(&mut hasher);
            hasher.finish()
        };
        imprint(self) == imprint(other)
    }
}

fn subject() -> Subject {
    Subject {
        incident_id: IncidentId::from("inc-1"),
        service: ServiceName::from("web"),
        severity: Severity::P0,
        account: AccountId::from("123456789012"),
        region: Region::from("eu-west-1"),
    }
}

/// What the plan was made for, as it was when it was made.
fn target() -> Target {
    Target {
        deployment: DeploymentId::from("ecs-svc/1"),
        task_definition: "web:7".to_owned(),
        rolling_out: Some(RollingOut::UnderWay),
        desired: 3,
        maximum: Some(6),
        task_runs: Some(true),
    }
}

fn plan(action: remedy::Action) -> Plan {
    Plan {
        service: ServiceName::from("web"),
        cluster: ClusterName::from("main"),
        ecs_service: EcsServiceName::from("web"),
        expected_deployment: DeploymentId::from("ecs-svc/1"),
        cause: Cause::StaleTasks,
        because: String::new(),
        action,
    }
}
