//! Restarting tasks does not bring a cache back, and takes away what still serves. Refused whenever the cache is down, and
//! also when nobody could tell.

use super::Situation;
use crate::evidence::Dependency;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    match situation.evidence.dependency() {
        Dependency::None | Dependency::Well => None,
        Dependency::Down { id, .. } => Some(format!("cache {id} is down, new tasks would fail the same way")),
        Dependency::Unread { why } => Some(format!("the cache could not be read ({why})")),
    }
}
