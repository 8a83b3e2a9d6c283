//! What can wait for a person is left to one: a P2 is a warning, and nothing is touched for it that nobody asked for.

use super::Situation;
use crate::severity::Severity;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let waits = situation.severity == Severity::P2 && !situation.approved;
    waits.then(|| "a P2 is a warning, which can wait for a person".to_owned())
}
