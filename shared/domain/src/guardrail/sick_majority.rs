//! When most tasks are sick at once the reason is rarely in the tasks. Allowed only if what they depend on was read and
//! is well.

use super::Situation;
use crate::evidence::Dependency;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let sick = situation.evidence.sick()?;
    let known_well = matches!(situation.evidence.dependency(), Dependency::Well);
    (sick.is_majority() && !known_well)
        .then(|| format!("{} of {} tasks are sick at once, which speaks for a shared cause", sick.sick, sick.of))
}
