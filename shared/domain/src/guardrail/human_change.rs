//! What a person set about scaling is not overruled: suspended scaling stays suspended, and a bound that somebody changed lately
//! stays as it is.

use jiff::SignedDuration;

use super::Situation;
use crate::evidence::Reading;
use crate::remedy::RemedyKind;

/// A change as recent as this is still somebody's intention.
const LATELY: SignedDuration = SignedDuration::from_hours(24);
/// The record of a call of ours bears a time this close to the claim of the attempt.
const OURS: SignedDuration = SignedDuration::from_mins(2);

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    if situation.plan.remedy() != RemedyKind::ScaleOut {
        return None;
    }
    let evidence = situation.evidence;
    if let Reading::Read(scaling) = &evidence.scaling
        && (scaling.scale_out_suspended || scaling.schedule_suspended)
    {
        return Some("somebody suspended its scaling".to_owned());
    }
    let record = match &evidence.record {
        Reading::Read(record) => record,
        Reading::NotConfigured => return None,
        Reading::Unread { why } => return Some(format!("who changed its scaling lately could not be read ({why})")),
    };
    let ours = |at| {
        let attempts = situation.ledger.into_iter().flat_map(|ledger| &ledger.attempts);
        attempts
            .filter(|attempt| attempt.plan.remedy() == RemedyKind::ScaleOut)
            .any(|attempt| (SignedDuration::ZERO..OURS).contains(&attempt.claimed_at.duration_until(at)))
    };
    let theirs = record.changes.iter().find(|change| {
        change.call.ends_with(":RegisterScalableTarget")
            && situation.now.duration_since(change.at) < LATELY
            && !ours(change.at)
    })?;
    Some(format!("{} set the bounds of its scaling lately", theirs.by))
}
