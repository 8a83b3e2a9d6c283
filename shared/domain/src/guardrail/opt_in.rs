//! The ECS service itself has to bear the tag `paramedic` = `remediate`; the remediator's role demands the same.

use super::Situation;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let service = situation.evidence.service.read()?;
    (!service.opted_in).then(|| "the ECS service does not bear the tag paramedic = remediate".to_owned())
}
