//! The facts do not decide. What was seen is said all the same, and what could not be read.

use super::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, Metrics};

pub(super) fn unknown(evidence: &Evidence, possible: &[Finding]) -> Finding {
    let mut facts = Vec::new();
    if let Some(service) = evidence.service.read() {
        facts.push(format!("{} of {} tasks run", service.running, service.desired));
    }
    if let Some(sick) = evidence.sick() {
        facts.push(format!("{} of {} pass their health check", sick.healthy(), sick.of));
    }
    if let Some(share) = evidence.metrics.read().and_then(Metrics::latest_error_share) {
        facts.push(format!("{:.1} % of requests fail", share.value));
    }
    if let Some(likeliest) = possible.first() {
        facts.push(format!("it may be \"{}\", but not everything that would decide was read", likeliest.cause));
    }
    Finding { cause: Cause::Unknown, confidence: Confidence::Low, facts }
}
