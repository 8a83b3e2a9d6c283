//! Two remediators, one ledger: the protocol of the remediator around the production ledger and its guardrails.
//!
//! A diagnosis comes twice and to two workers at once. Each loads the ledger, asks the guardrails that go by it, claims by
//! compare-and-set, calls ECS, and records. It may die at each boundary, and the answer of ECS may be lost. The tick looks
//! after claims whose lease is over.

use std::hash::{Hash, Hasher};

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::bulletin::Subject;
use paramedic_domain::config::Timing;
use paramedic_domain::diagnosis::Cause;
use paramedic_domain::id::{AccountId, ClusterName, DeploymentId, EcsServiceName, IncidentId, Region, ServiceName};
use paramedic_domain::ledger::{Effect, Ledger, Stage};
use paramedic_domain::remedy::{self, Plan};
use paramedic_domain::severity::Severity;
use stateright::{Model, Property};

use crate::scenario::moment;

/// The bounds of the check.
#[derive(Clone, Debug)]
pub struct Remediators {
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
    now: i64,
    waits: usize,
    diagnoses: u8,
    faults: u8,
    ledger: Ledger,
    workers: [Worker; 2],
    /// When ECS was asked to act.
    calls: Vec<i64>,
    /// Whether a claim whose maker was gone was handed to a person.
    handed_over: bool,
    /// Whether ECS was called while another call had no record.
    overlapped: bool,
    /// Whether ECS was called by somebody who had no claim.
    unclaimed: bool,
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

    fn follow_up(&mut self) {
        let now = moment(self.now);
        let due = self.ledger.due_at(&Timing::default()).is_some_and(|at| at <= now);
        if due && self.ledger.orphan(now).is_some() {
            let settled = self.ledger.record(Stage::Ambiguous { why: String::new() });
            self.handed_over |= self.write(&settled).is_some();
        }
    }
}

impl Model for Remediators {
    type State = Bench;
    type Action = Action;

    fn init_states(&self) -> Vec<Bench> {
        vec![Bench {
            now: 0,
            waits: 0,
            diagnoses: self.diagnoses,
            faults: self.faults,
            ledger: Ledger::empty(ServiceName::from("web")),
            workers: [Worker::Idle, Worker::Idle],
            calls: Vec::new(),
            handed_over: false,
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
            (Action::Claim(_), Worker::Agreed(ledger)) => {
                bench.write(&ledger.claim(subject(), plan(), now)).map_or(Worker::Idle, Worker::Claimed)
            }
            (Action::Call(_), Worker::Claimed(ledger)) => {
                bench.call(&ledger);
                Worker::Called(
                    ledger,
                    Stage::Acted { at: now, effect: Effect::Deployed(DeploymentId::from("ecs-svc/2")) },
                )
            }
            (Action::CallInVain(_), Worker::Claimed(ledger)) => {
                bench.faults -= 1;
                bench.call(&ledger);
                Worker::Called(ledger, Stage::Ambiguous { why: String::new() })
            }
            (Action::Record(_), Worker::Called(ledger, stage)) => {
                bench.write(&ledger.record(stage));
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
            Property::sometimes("an orphaned claim is handed to a person", |_, bench: &Bench| bench.handed_over),
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
        };
        let ledger = |ledger: &Ledger| {
            let attempts: Vec<_> =
                ledger.attempts.iter().map(|a| (a.claimed_at.as_second(), stage(&a.stage))).collect();
            (ledger.version, attempts, ledger.failures_in_a_row)
        };
        (self.now, self.waits, self.diagnoses, self.faults, &self.calls).hash(state);
        (self.handed_over, self.overlapped, self.unclaimed, ledger(&self.ledger)).hash(state);
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

fn plan() -> Plan {
    Plan {
        service: ServiceName::from("web"),
        cluster: ClusterName::from("main"),
        ecs_service: EcsServiceName::from("web"),
        expected_deployment: DeploymentId::from("ecs-svc/1"),
        cause: Cause::StaleTasks,
        because: String::new(),
        action: remedy::Action::ForceRedeploy { task_definition: "web:7".to_owned() },
    }
}
