//! Without the record of earlier attempts nothing can be claimed, so nothing is done.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    situation.ledger.is_none().then(|| "the record of earlier actions could not be read".to_owned())
}
