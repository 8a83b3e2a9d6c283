//! The durable record of what was attempted on a service: at most one attempt at a time, each claimed before it is made.
//!
//! Neither `ecs:UpdateService` nor `ecs:StopTask` has a client token, so repeating one after a lost answer could act twice. Therefore an attempt is
//! claimed first, made once, and recorded. Of a claim without a record it is looked at what became of it; where that does not
//! show it is never repeated but handed to a person.

mod raised;
mod target;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::raised::{Raised, SetBack};
pub use self::target::{Fate, RollingOut, Target};
use crate::bulletin::Subject;
use crate::config::Timing;
use crate::id::{DeploymentId, IncidentId, ServiceName, TaskId};
use crate::remedy::{Action, Plan, RemedyKind};
use crate::verification::{Outcome, Vitals};

/// A claim that has no record after this long is orphaned: the function that made it is gone (its timeout is 30 s).
pub const CLAIM_LEASE: SignedDuration = SignedDuration::from_secs(90);
/// For so long after its lease an orphaned claim is looked at while AWS does not answer; then a person hears of it.
pub const ORPHAN_LOOKS: SignedDuration = SignedDuration::from_mins(5);
/// Failed remedies in a row after which Paramedic stops acting on the service until a person closes the breaker.
pub const BREAKER_THRESHOLD: usize = 2;
/// How long attempts are kept. The hourly budget needs one hour.
const KEEP: SignedDuration = SignedDuration::from_hours(24);

/// Everything attempted on one service lately, and whether the breaker is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The service.
    pub service: ServiceName,
    /// Counts the writes, for compare-and-set; 0 has never been written.
    pub version: u64,
    /// Oldest first.
    pub attempts: Vec<Attempt>,
    /// Failed remedies since the last one that helped.
    pub failures_in_a_row: usize,
    /// The maximum of scaling that was raised and has to be set back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised: Option<Raised>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The incident it is for.
    pub subject: Subject,
    /// What was to be done.
    pub plan: Plan,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// How the service was then.
    #[serde(default)]
    pub before: Option<Vitals>,
    /// How far it came.
    pub stage: Stage,
}

/// How far an attempt came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Claimed; whether the call was made is not known yet.
    Claimed,
    /// The call was answered; the result is being watched.
    Acted {
        /// When.
        at: Timestamp,
        /// What it did.
        effect: Effect,
    },
    /// The call was refused by AWS: nothing happened.
    NotDone {
        /// Why.
        why: String,
    },
    /// Nobody knows whether it happened, and no person was told yet.
    Ambiguous {
        /// Why.
        why: String,
    },
    /// Nobody knows whether it happened, and a person was told to look.
    HandedOver {
        /// Why.
        why: String,
    },
    /// It was made, and its result is known.
    Verified {
        /// When it was made.
        acted_at: Timestamp,
        /// What came of it.
        outcome: Outcome,
    },
}

/// What an action did, by which its result is watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It made this deployment.
    Deployed(DeploymentId),
    /// It stopped this task.
    Stopped(TaskId),
    /// It stopped this deployment.
    DeploymentStopped(DeploymentId),
    /// It raised the maximum of scaling.
    Raised {
        /// What it was.
        from: u32,
        /// What it is for the time being.
        to: u32,
    },
    /// It raised the desired count to so many.
    Grown {
        /// What it is now.
        to: u32,
    },
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deployed(deployment) => write!(f, "deployment {deployment}"),
            Self::Stopped(task) => write!(f, "task {task} stopped"),
            Self::DeploymentStopped(deployment) => write!(f, "deployment {deployment} stopped"),
            Self::Raised { from, to } => write!(f, "maximum {from} raised to {to}"),
            Self::Grown { to } => write!(f, "{to} tasks wanted"),
        }
    }
}

impl Attempt {
    /// Whether its end is still open.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Claimed | Stage::Acted { .. } | Stage::Ambiguous { .. })
    }

    /// Whether it may have changed something.
    fn may_have_acted(&self) -> bool {
        !matches!(self.stage, Stage::NotDone { .. })
    }
}

impl Ledger {
    /// The ledger of a service on which nothing was ever attempted.
    pub fn empty(service: ServiceName) -> Self {
        Self { service, version: 0, attempts: Vec::new(), failures_in_a_row: 0, raised: None }
    }

    /// The attempt whose end is open, if there is one.
    pub fn open_attempt(&self) -> Option<&Attempt> {
        self.attempts.iter().rev().find(|attempt| attempt.is_open())
    }

    /// When anything was last attempted that may have changed something.
    pub fn last_action(&self) -> Option<Timestamp> {
        self.attempts.iter().filter(|attempt| attempt.may_have_acted()).map(|attempt| attempt.claimed_at).max()
    }

    /// How many attempts of the last hour may have changed something.
    pub fn actions_in_the_last_hour(&self, now: Timestamp) -> u32 {
        let hour = SignedDuration::from_hours(1);
        let recent = self.attempts.iter().filter(|a| a.may_have_acted() && now.duration_since(a.claimed_at) < hour);
        u32::try_from(recent.count()).unwrap_or(u32::MAX)
    }

    /// The kinds of remedies that did not help in that incident, and those of which nobody knows whether they were carried
    /// out: doing one of these again might do it twice.
    pub fn tried_in_vain(&self, incident: &IncidentId) -> Vec<RemedyKind> {
        let in_vain = |stage: &Stage| match stage {
            Stage::Verified { outcome, .. } => !outcome.helped(),
            Stage::Ambiguous { .. } | Stage::HandedOver { .. } => true,
            Stage::Claimed | Stage::Acted { .. } | Stage::NotDone { .. } => false,
        };
        let of_it = self.attempts.iter().filter(|attempt| attempt.subject.incident_id == *incident);
        of_it.filter(|attempt| in_vain(&attempt.stage)).map(|attempt| attempt.plan.remedy()).collect()
    }

    /// Whether so many remedies failed that a person must look before the next.
    pub fn breaker_open(&self) -> bool {
        self.failures_in_a_row >= BREAKER_THRESHOLD
    }

    /// The ledger with one more attempt, claimed now. Guardrails have to have agreed before.
    #[must_use]
    pub fn claim(&self, subject: Subject, plan: Plan, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.attempts.retain(|attempt| attempt.is_open() || now.duration_since(attempt.claimed_at) < KEEP);
        next.attempts.push(Attempt { subject, plan, claimed_at: now, before: None, stage: Stage::Claimed });
        next
    }

    /// The ledger with the vitals at which its open attempt is made.
    #[must_use]
    pub fn measured(mut self, before: Vitals) -> Self {
        if let Some(attempt) = self.attempts.iter_mut().rev().find(|attempt| attempt.is_open()) {
            attempt.before = Some(before);
        }
        self
    }

    /// The ledger with the open attempt at another stage; unchanged if there is none.
    #[must_use]
    pub fn record(&self, stage: Stage) -> Self {
        let mut next = self.clone();
        if let Some(attempt) = next.attempts.iter_mut().rev().find(|attempt| attempt.is_open()) {
            match &stage {
                Stage::Verified { outcome: Outcome::Recovered { .. }, .. } => next.failures_in_a_row = 0,
                Stage::HandedOver { .. } if matches!(attempt.stage, Stage::Ambiguous { .. }) => {}
                Stage::Verified { .. } | Stage::Ambiguous { .. } | Stage::HandedOver { .. } => {
                    next.failures_in_a_row += 1
                }
                Stage::Claimed | Stage::Acted { .. } | Stage::NotDone { .. } => {}
            }
            match &stage {
                Stage::Acted { at, effect: Effect::Raised { from, to } } => {
                    // Raised twice, it is set back to what it was at first.
                    let from = next.raised.as_ref().map_or(*from, |earlier| earlier.from);
                    next.raised = Some(Raised::by(attempt, from, *to, *at));
                }
                Stage::Verified { outcome, .. } if matches!(attempt.plan.action, Action::RaiseMaximum { .. }) => {
                    next.raised.iter_mut().for_each(|raised| raised.in_vain = !outcome.helped());
                }
                _ => {}
            }
            attempt.stage = stage;
        }
        next
    }

    /// The ledger after a person looked at what failed: remedies may be tried again.
    #[must_use]
    pub fn looked_at(&self) -> Self {
        Self { failures_in_a_row: 0, ..self.clone() }
    }

    /// The ledger after the raised maximum was looked at; `None` where nothing is left to be set back.
    #[must_use]
    pub fn with_raised(&self, raised: Option<Raised>) -> Self {
        Self { raised, ..self.clone() }
    }

    /// When the remediator has to look at this ledger again.
    pub fn due_at(&self, timing: &Timing) -> Option<Timestamp> {
        let Some(attempt) = self.open_attempt() else {
            return self.raised.as_ref().map(|raised| raised.due_at(timing));
        };
        Some(match attempt.stage {
            Stage::Acted { at, .. } => at + timing.verify_after,
            Stage::Ambiguous { .. } => attempt.claimed_at,
            _ => attempt.claimed_at + CLAIM_LEASE,
        })
    }

    /// The claim whose maker is gone without a record.
    pub fn orphan(&self, now: Timestamp) -> Option<&Attempt> {
        self.open_attempt()
            .filter(|attempt| attempt.stage == Stage::Claimed && now.duration_since(attempt.claimed_at) >= CLAIM_LEASE)
    }
}

#[cfg(test)]
pub(crate) mod tests;
