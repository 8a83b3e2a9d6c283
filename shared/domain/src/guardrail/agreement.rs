//! The remediator looks for itself. If it sees another cause than the enricher did, the facts are moving, and it waits.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let (told, now) = (situation.told.top().cause, situation.diagnosis.top().cause);
    (told != now).then(|| format!("a second look finds another cause ({now}) than the first ({told})"))
}
