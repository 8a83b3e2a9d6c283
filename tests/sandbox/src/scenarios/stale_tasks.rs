//! Tasks from before a credential rotation pass their shallow health check and fail their requests.

use std::time::Duration;

use super::drive::{DWELL, cured, dwell, graphed, remedied};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, graphed as is_graphed, one_key, one_message, one_redeploy,
    paged_in_time, resolved as is_resolved, says, service_is_well, two_channels, verified,
};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "stale-tasks",
    shows: "tasks keep a credential that was rotated; a forced redeploy cures what ECS cannot see",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        faults::rotate_credential(stage.overlay(), &stage.target).await?;
        if remedied(stage, 20).await {
            graphed(stage, 10).await;
            cured(stage, 45, 30).await;
        }
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        two_channels(case),
        one_key(case),
        explained(case, Duration::from_secs(10), &["stale"]),
        is_graphed(case),
        one_redeploy(case),
        says(case, "Did:", &[], "the message says what was done"),
        verified(case),
        is_resolved(case),
        one_message(case),
        service_is_well(case),
    ]
}
