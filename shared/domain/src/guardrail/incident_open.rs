//! Nothing is done for an incident that is over: a diagnosis may come late, from a backlog or out of the dead letters.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    (!situation.incident_open).then(|| "the incident is over, or could not be read".to_owned())
}
