//! A release whose tasks fail their health check rolls out where ECS's circuit breaker is off, so that nobody ends it: the
//! deployment is stopped, and ECS goes back to what ran before.

use std::time::Duration;

use super::drive::{DWELL, cured, dwell, remedied};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, one_key, one_message, one_stopped_deployment, paged_in_time,
    resolved as is_resolved, says, service_is_well, two_channels, verified,
};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "failing-release",
    shows: "a release whose tasks never become healthy rolls out without a circuit breaker; its deployment is stopped",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        faults::failing_release(stage.overlay(), &stage.target);
        if remedied(stage, 90).await {
            cured(stage, 60, 45).await;
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
        one_stopped_deployment(case),
        says(case, "Did:", &["stop the deployment"], "the message says what was stopped"),
        verified(case),
        is_resolved(case),
        one_message(case),
        service_is_well(case),
    ]
}
