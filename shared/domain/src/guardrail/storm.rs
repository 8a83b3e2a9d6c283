//! When many services fail at once the reason is none of them. Not knowing how many means stop.

use super::Situation;
use crate::escalation::STORM;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    match situation.services_in_trouble {
        None => Some("how many services are in trouble could not be read".to_owned()),
        Some(services) if services >= STORM => {
            Some(format!("{services} services are in trouble at once, which speaks for a shared cause"))
        }
        Some(_) => None,
    }
}
