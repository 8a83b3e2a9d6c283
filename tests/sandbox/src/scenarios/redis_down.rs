//! The cache is gone and every task is unhealthy: restarting tasks would not help. When it is back, the same deployment
//! of Paramedic still remedies what it can.

use std::time::Duration;

use jiff::Timestamp;

use super::drive::{DWELL, acted, dwell, paged, resolved, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, no_write, one_key, one_message, one_redeploy, paged_in_time,
    resolved as is_resolved, says, service_is_well, two_channels, verified,
};
use crate::observed::Observed;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "redis-down",
    shows: "the cache is gone: refused by name, resolved when it is back, and a later fault is still remedied",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(2, Way::Post), exactly(2, Way::Page), exactly(2, Way::Sms), exactly(2, Way::Mail)],
    drive,
    judge,
};

/// How long the cache stays away after the refusal, to see that the refusal holds.
const AWAY: Duration = Duration::from_secs(5);

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, target) = (stage.overlay(), &stage.target);
        faults::cache_down(overlay, target);
        let refused = paged(stage).await && said(stage, "Cause:", 15).await && said(stage, "Not touched:", 15).await;
        if refused {
            dwell(AWAY).await;
        }
        faults::cache_up(overlay, target);
        if !refused || !resolved(stage, 60).await {
            return Ok(());
        }
        stage.until_well().await?;
        dwell(DWELL).await;
        stage.mark();
        faults::rotate_credential(overlay, target).await?;
        if acted(stage, 120).await {
            resolved(stage, 45).await;
            said(stage, "Verified:", 30).await;
        }
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let faults: Vec<Timestamp> =
        case.seen.iter().filter(|each| matches!(each.what, Observed::Fault { .. })).map(|each| each.at).collect();
    let (back, later) = (faults.get(1).copied(), faults.get(2).copied());
    let end = later.unwrap_or(Timestamp::MAX);
    let first = case.between(case.fault_at, end);
    let away = case.between(case.fault_at, back.unwrap_or(end));
    let mut all = vec![
        paged_in_time(&first, Duration::from_secs(2)),
        two_channels(&first),
        one_key(case),
        explained(&first, Duration::from_secs(10), &["cache", &case.subject.cache]),
        says(&away, "Not touched:", &[&case.subject.cache], "the refusal names the cache"),
        no_write(&first, "nothing is written while the cache is away, nor when it comes back"),
        is_resolved(&first),
        one_message(&first),
    ];
    // Without the later fault its expectations cannot be met, which is what they then say.
    let second = later.map_or_else(|| case.since(Timestamp::MAX), |later| case.since(later));
    let again = |mut expectation: Expectation| {
        expectation.text = format!("later, stale tasks: {}", expectation.text);
        expectation
    };
    all.extend([one_redeploy(&second), verified(&second), is_resolved(&second), service_is_well(case)].map(again));
    all
}
