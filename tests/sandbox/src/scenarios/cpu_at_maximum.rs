//! Requests cost so much more that scaling is at its maximum and the tasks' CPU is used up all the same: the maximum is raised
//! within what the configuration allows, and set back once the load is gone.

use std::time::Duration;

use super::drive::{DWELL, dwell, paged, resolved, said, written};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, between, exactly, explained, one_key, one_message, paged_in_time, raised_and_set_back,
    resolved as is_resolved, says, service_is_well, two_channels, verified,
};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "cpu-at-maximum",
    shows: "CPU is used up with as many tasks as scaling may start; its maximum is raised, and set back later",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    // A P1 alarm goes off at the same moment. Where it is heard first, the P0 is told by a broadcast.
    expects: &[
        exactly(1, Way::Post),
        between(0, 1, Way::Broadcast),
        exactly(1, Way::Page),
        exactly(1, Way::Sms),
        exactly(1, Way::Mail),
    ],
    drive,
    judge,
};

/// What a request costs: too much for six tasks and not for nine.
const TIMES: f64 = 11.0;
/// How long the service has run by then, so that its deployment is no reason any more.
const RAN: Duration = Duration::from_secs(25);

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        dwell(RAN).await;
        faults::busier(stage.overlay(), &stage.target, TIMES);
        if paged(stage).await && said(stage, "Did:", 120).await {
            resolved(stage, 90).await;
            said(stage, "Verified:", 45).await;
            faults::cured(stage.overlay(), &stage.target);
            written(stage, 2, 180).await;
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
        // While scaling is still adding tasks, the deployment of some minutes ago is as likely.
        explained(case, Duration::from_secs(10), &["deployment", "CPU"]),
        says(case, "Cause:", &["CPU used up at maximum"], "once scaling is at its maximum, that is the cause"),
        raised_and_set_back(case),
        says(case, "Did:", &["raise the maximum"], "the message says what was raised"),
        verified(case),
        is_resolved(case),
        one_message(case),
        service_is_well(case),
    ]
}
