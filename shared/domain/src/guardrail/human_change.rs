//! What a person set about scaling is not overruled: suspended scaling stays suspended, and a bound that somebody changed lately
//! stays as it is.

use jiff::SignedDuration;

use super::Situation;
use crate::evidence::{Reading, RecordedChange};
use crate::remedy::{Action, RemedyKind};

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
        overruled(&situation.plan.action, change)
            && situation.now.duration_since(change.at) < LATELY
            && !ours(change.at)
    })?;
    Some(match theirs.tasks {
        Some(tasks) => format!("{} asked for {tasks} tasks lately", theirs.by),
        None => format!("{} set the bounds of its scaling lately", theirs.by),
    })
}

/// Whether the action would overrule this change. A desired count that a tool names is overruled by scaling all the time; it is
/// somebody's word where nobody scales.
fn overruled(action: &Action, change: &RecordedChange) -> bool {
    let bounds = change.call.ends_with(":RegisterScalableTarget");
    bounds || (matches!(action, Action::AddTasks { .. }) && change.tasks.is_some())
}
