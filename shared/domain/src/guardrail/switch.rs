//! A person can stop all remedies at once. A switch that cannot be read counts as thrown.

use super::{Situation, Switch};

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    match situation.switch {
        Switch::On => None,
        Switch::Off => Some("remedies are switched off".to_owned()),
        Switch::Unreadable => Some("the switch for remedies could not be read, which counts as off".to_owned()),
    }
}
