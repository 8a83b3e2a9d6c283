//! The configuration says for each remedy of each service how far Paramedic may go.

use super::Situation;
use crate::config::Mode;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    match situation.service.mode(situation.plan.remedy()) {
        Mode::Auto => None,
        Mode::Approve if situation.approved => None,
        Mode::Approve => Some("the mode is approve, a person has to agree first".to_owned()),
        Mode::Suggest => Some("the mode is suggest, which touches nothing".to_owned()),
        Mode::Off => Some("the mode is off".to_owned()),
    }
}

pub(super) fn approvable(situation: &Situation<'_>) -> bool {
    situation.service.mode(situation.plan.remedy()) == Mode::Approve
}
