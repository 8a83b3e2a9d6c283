//! Tasks pass their health check and answer requests with errors.

use super::{Cause, Confidence, ERRORS_MATTER_PERCENT, Finding};
use crate::evidence::{Evidence, Metrics};

pub(super) fn look(evidence: &Evidence) -> Option<Finding> {
    let share = evidence.metrics.read().and_then(Metrics::latest_error_share)?;
    if share.value <= ERRORS_MATTER_PERCENT {
        return None;
    }
    let mut facts = vec![format!("{:.1} % of requests fail", share.value)];
    let most = evidence.errors.read().and_then(|shapes| shapes.iter().max_by_key(|shape| shape.count));
    if let Some(most) = most {
        facts.push(format!("most frequent error, {} times in {} tasks: {}", most.count, most.streams, most.shape));
    }
    Some(Finding { cause: Cause::AppErrors5xx, confidence: Confidence::Low, facts })
}
