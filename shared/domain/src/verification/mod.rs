//! Whether a remedy helped, judged on the tasks and their requests and not on an alarm alone.

mod vitals;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::vitals::Compared;
pub use self::vitals::Vitals;
use crate::config::Timing;
use crate::diagnosis::ERRORS_MATTER_PERCENT;
use crate::diagnosis::cpu_used_up;
use crate::evidence::{Evidence, Metrics, Rollout, ServiceState};
use crate::id::{DeploymentId, TaskId};
use crate::ledger::Effect;

/// What came of a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The service is well again.
    Recovered {
        /// Seconds from the action until that was seen.
        after_s: u64,
    },
    /// It is better than before and not well, and the time is up.
    Partly {
        /// What still speaks against it.
        why: String,
    },
    /// It is as it was, and the time is up.
    Failed {
        /// What still speaks against it.
        why: String,
    },
    /// It is worse than before, and the time is up.
    Worse {
        /// What became of it.
        why: String,
    },
    /// Nobody knows whether it was carried out at all, and a person must look.
    Unknown {
        /// Why nobody knows.
        why: String,
    },
}

impl Outcome {
    /// Whether the service is well again.
    pub fn helped(&self) -> bool {
        matches!(self, Self::Recovered { .. })
    }

    /// In words.
    pub fn told(&self) -> String {
        match self {
            Self::Recovered { after_s } => format!("recovered after {after_s} s"),
            Self::Partly { why } => format!("helped in part: {why}"),
            Self::Failed { why } => format!("did not help: {why}"),
            Self::Worse { why } => format!("made it worse: {why}"),
            Self::Unknown { why } => format!("nobody knows whether it was carried out: {why}"),
        }
    }
}

/// What verification says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is over.
    Done(Outcome),
    /// Look again at the next tick.
    NotYet {
        /// What still speaks against recovery.
        why: String,
    },
}

/// What was done, and how the service was then.
#[derive(Clone, Copy, Debug)]
pub struct Done<'a> {
    /// What it did.
    pub effect: &'a Effect,
    /// When.
    pub at: Timestamp,
    /// How the service was right before.
    pub before: Option<&'a Vitals>,
}

/// Looks whether what was done cured the service.
pub fn verify(done: Done<'_>, evidence: &Evidence, timing: &Timing, now: Timestamp) -> Verdict {
    let since = now.duration_since(done.at);
    let Some(why) = still_wrong(done.effect, done.at, evidence) else {
        return Verdict::Done(Outcome::Recovered { after_s: u64::try_from(since.as_secs()).unwrap_or(0) });
    };
    if since < timing.verify_within {
        return Verdict::NotYet { why };
    }
    Verdict::Done(match done.before.map(|before| Vitals::of(evidence).beside(before)) {
        Some(Compared::Better) => Outcome::Partly { why },
        Some(Compared::Worse) => Outcome::Worse { why },
        Some(Compared::Same) | None => Outcome::Failed { why },
    })
}

fn still_wrong(effect: &Effect, acted_at: Timestamp, evidence: &Evidence) -> Option<String> {
    let Some(service) = evidence.service.read() else {
        return Some("the ECS service could not be read".to_owned());
    };
    let under_way = match effect {
        Effect::Deployed(deployment) => rolling_out(deployment, service),
        Effect::Stopped(task) => still_runs(task, evidence),
        Effect::DeploymentStopped(deployment) => still_there(deployment, service),
        Effect::Raised { .. } | Effect::Grown { .. } => still_saturated(evidence),
    };
    if under_way.is_some() {
        return under_way;
    }
    if service.running < service.desired {
        return Some(format!("{} of {} tasks run", service.running, service.desired));
    }
    let Some(sick) = evidence.sick() else {
        return Some("target health could not be read".to_owned());
    };
    if sick.sick > 0 || sick.of < service.desired {
        return Some(format!("{} of {} targets are healthy", sick.healthy(), service.desired));
    }
    let Some(metrics) = evidence.metrics.read() else {
        return Some("the metrics could not be read".to_owned());
    };
    requests_still_wrong(metrics, acted_at, evidence.gathered_at)
}

fn rolling_out(deployment: &DeploymentId, service: &ServiceState) -> Option<String> {
    let Some(ours) = service.deployments.iter().find(|candidate| candidate.id == *deployment) else {
        return Some("the deployment that was made is gone, another took its place".to_owned());
    };
    match ours.rollout {
        Rollout::Failed => Some("the deployment that was made failed".to_owned()),
        Rollout::InProgress => Some(format!("the deployment runs {} of {} tasks", ours.running, service.desired)),
        Rollout::Completed => {
            (service.deployments.len() > 1).then(|| "tasks of the former deployment still drain".to_owned())
        }
    }
}

/// After ECS went back, a deployment of what ran before is the only one and has completed.
fn still_there(stopped: &DeploymentId, service: &ServiceState) -> Option<String> {
    match service.primary() {
        None => Some("the service has no primary deployment".to_owned()),
        Some(primary) if primary.id == *stopped => {
            Some("the deployment that was stopped is still the primary one".to_owned())
        }
        Some(primary) => rolling_out(&primary.id, service),
    }
}

/// More tasks have helped once they have less to do.
fn still_saturated(evidence: &Evidence) -> Option<String> {
    cpu_used_up(evidence).map(|cpu| format!("the service's CPU is still at {cpu:.0} %"))
}

fn still_runs(task: &TaskId, evidence: &Evidence) -> Option<String> {
    let Some(tasks) = evidence.tasks.read() else { return Some("the tasks could not be read".to_owned()) };
    tasks.iter().any(|other| other.id == *task).then(|| format!("task {task} has not stopped yet"))
}

/// Two whole periods after the action have to be good. The newest period is mostly not over, and its errors may be reported
/// later than its requests.
fn requests_still_wrong(metrics: &Metrics, acted_at: Timestamp, now: Timestamp) -> Option<String> {
    const NEEDED: usize = 2;
    metrics.requests.latest()?; // Nobody asks anything of this service: its health has to do.
    let period = metrics.requests.spacing().unwrap_or(SignedDuration::from_mins(1));
    let share = metrics.error_share();
    let whole = share.iter().filter(|point| point.at >= acted_at && point.at + period * 2 <= now);
    let good = whole.rev().take_while(|point| point.value <= ERRORS_MATTER_PERCENT).count();
    match metrics.latest_error_share().filter(|share| share.value > ERRORS_MATTER_PERCENT) {
        Some(share) => Some(format!("{:.1} % of requests still fail", share.value)),
        None if good >= NEEDED => None,
        None => Some(format!("{good} of {NEEDED} periods since the action are known to be good")),
    }
}

#[cfg(test)]
mod tests;
