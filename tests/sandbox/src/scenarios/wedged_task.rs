//! One task of several fails its requests and passes its health check: that one is replaced, and no other.

use std::time::Duration;

use super::drive::{DWELL, cured, dwell, remedied};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, one_key, one_message, one_replacement, paged_in_time,
    resolved as is_resolved, says, service_is_well, two_channels, verified,
};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "wedged-task",
    shows: "one task fails requests behind a health check that passes; that one is replaced and no other",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

/// Seconds until enough lines of one kind of error are there to tell whose they are, and it is looked at again: the looks are two,
/// four, … thirty-two seconds apart, so that what is missed by little waits for the next.
const ENOUGH_LINES: u64 = 120;

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        faults::wedge_task(stage.overlay(), &stage.target);
        if remedied(stage, ENOUGH_LINES).await {
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
        // Before that, the deployment that is a minute old is the likelier reason.
        explained(case, Duration::from_secs(10), &["deployment", "errors"]),
        says(
            case,
            "Cause:",
            &["application errors"],
            "once there are enough errors to tell, they are the one task's own",
        ),
        one_replacement(case),
        says(case, "Did:", &["stop task"], "the message says which task was stopped"),
        verified(case),
        is_resolved(case),
        one_message(case),
        service_is_well(case),
    ]
}
