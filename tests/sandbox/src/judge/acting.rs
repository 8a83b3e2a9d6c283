//! Was production touched exactly as it should have been?

use jiff::Timestamp;

use super::{Case, Expectation};
use crate::observed::{Observed, OwnedCall};

/// Every call that changes something, whatever came of it.
fn writes(case: &Case) -> Vec<(Timestamp, &OwnedCall)> {
    case.seen
        .iter()
        .filter_map(|seen| match &seen.what {
            Observed::Call(owned) if owned.is_change() => Some((seen.at, owned)),
            _ => None,
        })
        .collect()
}

/// There is exactly one write, it is the one that is meant, and it succeeds.
fn one_write(case: &Case, text: &str, is_meant: impl Fn(&OwnedCall) -> bool) -> Expectation {
    let writes = writes(case);
    match writes.as_slice() {
        [] => Expectation::missed(text, "nothing was written"),
        [(at, owned)] => {
            let met = is_meant(owned) && owned.call.outcome == "ok";
            Expectation { text: text.to_owned(), met, evidence: described(owned), at: Some(*at) }
        }
        many => {
            let all = many.iter().map(|(_, owned)| described(owned)).collect::<Vec<_>>().join("; ");
            Expectation::missed(text, format!("{} writes: {all}", many.len()))
        }
    }
}

/// Whether it is a change of the service that the case is about.
fn updates(case: &Case, owned: &OwnedCall) -> bool {
    owned.call.action == "ecs:UpdateService" && owned.call.target.rsplit('/').next() == Some(&case.subject.service)
}

/// A forced redeployment of this service, and nothing else.
#[must_use]
pub fn one_redeploy(case: &Case) -> Expectation {
    let text = "exactly one write: ecs:UpdateService with a forced new deployment of this service";
    one_write(case, text, |owned| updates(case, owned) && owned.forced)
}

/// This service is given another revision, and nothing else.
#[must_use]
pub fn one_rollback(case: &Case) -> Expectation {
    let text = "exactly one write: ecs:UpdateService of this service that forces nothing";
    one_write(case, text, |owned| updates(case, owned) && !owned.forced)
}

/// A deployment of this service is stopped with a rollback, and nothing else.
#[must_use]
pub fn one_stopped_deployment(case: &Case) -> Expectation {
    let text = "exactly one write: ecs:StopServiceDeployment of this service's deployment";
    let of_it = format!("/{}/", case.subject.service);
    one_write(case, text, |owned| {
        owned.call.action == "ecs:StopServiceDeployment" && owned.call.target.contains(&of_it)
    })
}

/// The maximum of this service's scaling is raised once and set back once, and nothing else is written.
#[must_use]
pub fn raised_and_set_back(case: &Case) -> Expectation {
    let text = "exactly two writes: the maximum of this service's scaling is raised, and set back later";
    let writes = writes(case);
    let is_meant = |owned: &OwnedCall| {
        owned.call.action == "application-autoscaling:RegisterScalableTarget"
            && owned.call.target.rsplit('/').next() == Some(&case.subject.service)
            && owned.call.outcome == "ok"
    };
    let all = writes.iter().map(|(_, owned)| described(owned)).collect::<Vec<_>>().join("; ");
    let met = writes.len() == 2 && writes.iter().all(|(_, owned)| is_meant(owned));
    Expectation { text: text.to_owned(), met, evidence: all, at: writes.last().map(|(at, _)| *at) }
}

/// The task that was struck is stopped, and nothing else.
#[must_use]
pub fn one_replacement(case: &Case) -> Expectation {
    let text = "exactly one write: ecs:StopTask of the task that was struck";
    let struck = |task: &str| {
        let names = |what: &Observed| matches!(what, Observed::Fault { detail, .. } if detail.contains(task));
        case.first(names).is_some()
    };
    one_write(case, text, |owned| {
        owned.call.action == "ecs:StopTask" && owned.call.target.rsplit('/').next().is_some_and(struck)
    })
}

/// There are exactly these calls that change something, all of this action and on this service, and they end so.
#[must_use]
pub fn called(case: &Case, action: &str, outcomes: &[&str]) -> Expectation {
    let text = format!("exactly so many calls of {action}, which end so: {}", outcomes.join(", "));
    let writes = writes(case);
    let on_it = |owned: &OwnedCall| owned.call.action == action && owned.call.target.contains(&case.subject.service);
    let ended: Vec<&str> = writes.iter().map(|(_, owned)| owned.call.outcome.as_str()).collect();
    Expectation {
        text,
        met: ended == outcomes && writes.iter().all(|(_, owned)| on_it(owned)),
        evidence: writes.iter().map(|(_, owned)| described(owned)).collect::<Vec<_>>().join("; "),
        at: writes.last().map(|(at, _)| *at),
    }
}

/// Nothing is written.
#[must_use]
pub fn no_write(case: &Case, text: &str) -> Expectation {
    let writes = writes(case);
    match writes.first() {
        None => Expectation::met(text, "no write was called", None),
        Some((at, owned)) => {
            let evidence = format!("{} writes, the first {}", writes.len(), described(owned));
            Expectation { text: text.to_owned(), met: false, evidence, at: Some(*at) }
        }
    }
}

fn described(owned: &OwnedCall) -> String {
    let forced = if owned.forced { " (forced)" } else { "" };
    format!("{}{forced} {}: {}", owned.call.action, owned.call.target, owned.call.outcome)
}
