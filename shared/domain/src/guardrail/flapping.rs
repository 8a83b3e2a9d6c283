//! An incident that goes up and down by itself is not mended by a restart, and each restart would be one more turn.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    situation
        .flapping
        .map(|turns| format!("the incident went up and down {turns} times; remedies wait until it is calm"))
}
