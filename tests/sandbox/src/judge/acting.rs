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

/// There is exactly one write: a forced redeployment of this service, which succeeds.
#[must_use]
pub fn one_redeploy(case: &Case) -> Expectation {
    let text = "exactly one write: ecs:UpdateService with a forced new deployment of this service";
    let writes = writes(case);
    let service = &case.subject.service;
    match writes.as_slice() {
        [] => Expectation::missed(text, "nothing was written"),
        [(at, owned)] => {
            let right = owned.call.action == "ecs:UpdateService"
                && owned.forced
                && owned.call.target.rsplit('/').next() == Some(service)
                && owned.call.outcome == "ok";
            Expectation { text: text.to_owned(), met: right, evidence: described(owned), at: Some(*at) }
        }
        many => {
            let all = many.iter().map(|(_, owned)| described(owned)).collect::<Vec<_>>().join("; ");
            Expectation::missed(text, format!("{} writes: {all}", many.len()))
        }
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
