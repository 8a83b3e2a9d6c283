//! The remediator is killed in the middle of its call. Nobody recorded what came of it: that is looked at once the claim has run
//! out, without a person, and nothing is done twice.

use std::time::Duration;

use super::drive::{DWELL, cured, dwell, paged, said, written};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, one_key, one_redeploy, paged_in_time, resolved as is_resolved, says,
    service_is_well, verified,
};
use crate::overlay::Moment;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static BEFORE: Scenario = Scenario {
    name: "killed-before-acting",
    shows: "the remediator is killed before its call is taken: nothing was done, so it is decided anew and done once",
    drive: |stage| drive(stage, Moment::Before),
    judge,
    ..AFTER
};

pub(super) static AFTER: Scenario = Scenario {
    name: "killed-while-acting",
    shows: "the remediator is killed after its call took effect: that is seen, verified, and not done again",
    mode: Mode::Auto,
    // The alarm may be over long before the claim has run out; the incident is still there then, as it is in production.
    tuning: Tuning { reopen_within: "4m", ..Tuning::USUAL },
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive: |stage| drive(stage, Moment::After),
    judge,
};

/// Seconds until a claim without a record has run out, is looked at, and what is missing is done.
const CLAIM_RUNS_OUT: u64 = 150;

fn drive(stage: &Stage, moment: Moment) -> Driven<'_> {
    Box::pin(async move {
        stage.kill_caller("ecs:UpdateService", moment);
        faults::rotate_credential(stage.overlay(), &stage.target).await?;
        if paged(stage).await && written(stage, 1, CLAIM_RUNS_OUT).await && said(stage, "Did:", CLAIM_RUNS_OUT).await {
            cured(stage, 45, 60).await;
        }
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        one_key(case),
        explained(case, Duration::from_secs(10), &["stale"]),
        one_redeploy(case),
        says(case, "Did:", &[], "the message says what was done"),
        verified(case),
        is_resolved(case),
        service_is_well(case),
    ]
}
