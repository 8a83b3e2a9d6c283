//! What went wrong a moment ago may be over a moment later, and then the action would be what is wrong.

use super::Situation;
use crate::diagnosis::ERRORS_MATTER_PERCENT;
use crate::evidence::streak;

/// So many failing periods are awaited: the first may have begun to fail at its end and the newest is mostly not over yet, so that
/// only of the one between them it is known that it failed all along.
const PERIODS: usize = 3;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let share = situation.evidence.metrics.read()?.error_share();
    let failing = streak(&share, ERRORS_MATTER_PERCENT)?.periods;
    (1..PERIODS).contains(&failing).then(|| "requests only began to fail, which may be over by itself".to_owned())
}
