//! What scenarios wait for. Each wait has a bound; a scenario whose step did not come is over, and the judge says why.

use std::time::Duration;

use crate::observed::{Observation, Observed};
use crate::stage::Stage;

/// After the last demand is met, a scenario watches this long that nothing else happens.
pub(super) const DWELL: Duration = Duration::from_secs(3);

/// A P0 alarm has gone off and a page reached PagerDuty.
pub(super) async fn paged(stage: &Stage) -> bool {
    let rings = |seen: &[Observation]| {
        seen.iter().any(|each| {
            matches!(&each.what, Observed::AlarmChanged { alarm, state, .. } if state == "ALARM" && alarm.contains("-P0-"))
        })
    };
    stage.overlay().log.wait_until(Duration::from_secs(45), rings).await && stage
        .overlay()
        .log
        .wait_until(Duration::from_secs(12), |seen| pagerduty(seen, "trigger"))
        .await
}

/// A line of a Slack message starts with this label.
pub(super) async fn said(stage: &Stage, label: &str, limit: u64) -> bool {
    stage.overlay().log.wait_until(Duration::from_secs(limit), |seen| has_line(seen, label)).await
}

/// Slack and PagerDuty were told that it is over.
pub(super) async fn resolved(stage: &Stage, limit: u64) -> bool {
    let over = |seen: &[Observation]| pagerduty(seen, "resolve") && has_line(seen, "Resolved:");
    stage.overlay().log.wait_until(Duration::from_secs(limit), over).await
}

/// What follows the last fault: only that counts in the second half of a scenario.
pub(super) fn since_last_fault(seen: &[Observation]) -> &[Observation] {
    let last = seen.iter().rposition(|each| matches!(each.what, Observed::Fault { .. })).unwrap_or_default();
    seen.get(last..).unwrap_or_default()
}

/// The same as [`resolved`], counted from the last fault.
pub(super) async fn resolved_again(stage: &Stage, limit: u64) -> bool {
    let over = |seen: &[Observation]| {
        let seen = since_last_fault(seen);
        pagerduty(seen, "resolve") && has_line(seen, "Resolved:")
    };
    stage.overlay().log.wait_until(Duration::from_secs(limit), over).await
}

/// Watches for a while that nothing else happens.
pub(super) async fn dwell(time: Duration) {
    tokio::time::sleep(time).await;
}

fn pagerduty(seen: &[Observation], event_action: &str) -> bool {
    seen.iter().any(|each| {
        matches!(&each.what, Observed::PagerDuty(request) if request.refused.is_none() && request.event_action == event_action)
    })
}

fn has_line(seen: &[Observation], label: &str) -> bool {
    seen.iter().any(|each| {
        matches!(&each.what, Observed::Slack(request)
            if request.refused.is_none() && request.lines.iter().any(|line| line.starts_with(label)))
    })
}
