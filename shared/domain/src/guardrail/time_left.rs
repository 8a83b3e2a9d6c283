//! No side effect begins that could be cut off before it is recorded.

use jiff::SignedDuration;

use super::Situation;

/// What acting and recording may take: no side effect begins with less time left.
pub const NEEDED: SignedDuration = SignedDuration::from_secs(10);

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    (situation.time_left < NEEDED)
        .then(|| format!("only {} s are left of this invocation", situation.time_left.as_secs()))
}
