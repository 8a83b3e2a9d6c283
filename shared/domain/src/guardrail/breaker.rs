//! Remedies that failed twice in a row are not tried a third time before a person has looked.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let ledger = situation.ledger?;
    ledger
        .breaker_open()
        .then(|| format!("the last {} remedies did not help, a person must look first", ledger.failures_in_a_row))
}
