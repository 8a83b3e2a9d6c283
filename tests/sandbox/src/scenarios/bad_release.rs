//! A release passes its health checks and fails requests: ECS completes its deployment and never goes back. Paramedic waits
//! until the deployment is over, and then goes back to the revision that ran well.

use std::time::Duration;

use super::drive::{DWELL, cured, dwell, remedied};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, one_key, one_message, one_rollback, paged_in_time,
    resolved as is_resolved, says, service_is_well, two_channels, verified,
};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "bad-release",
    shows: "a release fails requests behind health checks that pass; once it is deployed it is rolled back",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

/// How long the former revision has run by then, to have proved itself: ten periods of the metrics and more.
const RAN: Duration = Duration::from_secs(25);

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        dwell(RAN).await;
        faults::bad_release(stage.overlay(), &stage.target, 0.5);
        if remedied(stage, 90).await {
            cured(stage, 60, 30).await;
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
        explained(case, Duration::from_secs(60), &["deployment"]),
        one_rollback(case),
        says(case, "Did:", &["roll", "back"], "the message says what it went back to"),
        verified(case),
        is_resolved(case),
        one_message(case),
        service_is_well(case),
    ]
}
