//! A person switches all remedies off on the command line, and on again.

use std::time::Duration;

use super::drive::{DWELL, dwell, paged, resolved, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, no_write, one_redeploy, paged_in_time, resolved as is_resolved, says,
    service_is_well, verified,
};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "switched-off",
    shows: "remedies are switched off: people are told as ever and nothing is touched; switched on again, it is",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

/// How long the refusal stands without anything being done: several looks.
const STANDS: Duration = Duration::from_secs(10);
/// Seconds until the next look, after some that were in vain.
const NEXT_LOOK: u64 = 60;

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        stage.run_by_hand(&["remedies", "off", "--reason", "a release is under way"]).await;
        faults::rotate_credential(stage.overlay(), &stage.target).await?;
        if paged(stage).await && said(stage, "Not touched:", 20).await {
            dwell(STANDS).await;
            stage.note("remedies are switched on again".to_owned());
            stage.run_by_hand(&["remedies", "on", "--reason", "the release is out"]).await;
            if said(stage, "Did:", NEXT_LOOK).await {
                said(stage, "Verified:", 60).await;
                resolved(stage, 45).await;
            }
        }
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let on = case.fault(1).unwrap_or(jiff::Timestamp::MAX);
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        explained(case, Duration::from_secs(10), &["stale"]),
        says(case, "Not touched:", &["switch"], "the message says that remedies are switched off"),
        no_write(&case.between(case.fault_at, on), "nothing is written while they are off"),
        one_redeploy(case),
        says(case, "Did:", &[], "the message says what was done once they were on"),
        verified(case),
        is_resolved(case),
        service_is_well(case),
    ]
}
