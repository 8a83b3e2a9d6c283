//! What scenarios wait for. Each wait has a bound; a scenario whose step did not come is over, and the judge says why.

use std::time::Duration;

use crate::judge::{self, Way};
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
    stage.sees(Duration::from_secs(45), rings).await
        && stage.sees(Duration::from_secs(12), |seen| pagerduty(seen, "trigger")).await
}

/// A line of a Slack message starts with this label.
pub(super) async fn said(stage: &Stage, label: &str, limit: u64) -> bool {
    stage.sees(Duration::from_secs(limit), |seen| has_line(seen, label)).await
}

/// So many messages reached people on a way.
pub(super) async fn received(stage: &Stage, count: usize, way: Way, limit: u64) -> bool {
    stage.sees(Duration::from_secs(limit), |seen| judge::received(seen, way) >= count).await
}

/// A graph stands in a thread.
pub(super) async fn graphed(stage: &Stage, limit: u64) -> bool {
    let shows = |each: &Observation| matches!(&each.what, Observed::Slack(request) if request.refused.is_none() && request.is_graph());
    stage.sees(Duration::from_secs(limit), |seen| seen.iter().any(shows)).await
}

/// Something was written.
pub(super) async fn acted(stage: &Stage, limit: u64) -> bool {
    written(stage, 1, limit).await
}

/// So many things were written.
pub(super) async fn written(stage: &Stage, times: usize, limit: u64) -> bool {
    let is_write = |each: &&Observation| matches!(&each.what, Observed::Call(owned) if owned.is_change());
    stage.sees(Duration::from_secs(limit), |seen| seen.iter().filter(is_write).count() >= times).await
}

/// PagerDuty took an event.
pub(super) async fn pagerduty_told(stage: &Stage, event_action: &str, limit: u64) -> bool {
    stage.sees(Duration::from_secs(limit), |seen| pagerduty(seen, event_action)).await
}

/// Slack and PagerDuty were told that it is over.
pub(super) async fn resolved(stage: &Stage, limit: u64) -> bool {
    stage.sees(Duration::from_secs(limit), |seen| pagerduty(seen, "resolve") && has_line(seen, "Resolved:")).await
}

/// A page goes out, the cause is told, and within so many seconds more what was done.
pub(super) async fn remedied(stage: &Stage, limit: u64) -> bool {
    paged(stage).await && said(stage, "Cause:", 15).await && said(stage, "Did:", limit).await
}

/// It is told to be over, and then that the recovery was verified: the alarm recovers before two whole periods are known to be
/// good.
pub(super) async fn cured(stage: &Stage, resolved_within: u64, verified_within: u64) {
    resolved(stage, resolved_within).await;
    said(stage, "Verified:", verified_within).await;
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
