//! One action at a time on a service. An attempt whose end is not known also counts.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    situation
        .ledger?
        .open_attempt()
        .map(|attempt| format!("an earlier attempt ({}) is not over", attempt.plan.remedy()))
}
