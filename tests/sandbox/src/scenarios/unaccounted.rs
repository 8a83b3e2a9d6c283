//! The table takes no decisions, and everything else: what could not be accounted for later is not done.

use std::time::Duration;

use super::drive::{DWELL, dwell, paged, resolved, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, no_write, one_redeploy, paged_in_time, resolved as is_resolved, says,
    service_is_well, verified,
};
use crate::overlay::Outage;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "unaccounted",
    shows: "decisions cannot be kept: people are told as ever and nothing is touched; once they can, it is",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

/// What the keys of decisions begin with in the table.
const DECISIONS: &str = "decisions#";
/// How long the refusal stands without anything being done: several looks.
const STANDS: Duration = Duration::from_secs(10);
/// Seconds until the next look, after some that were in vain.
const NEXT_LOOK: u64 = 60;

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        stage.break_service("dynamodb", Outage::OfCallsNaming(DECISIONS));
        faults::rotate_credential(stage.overlay(), &stage.target).await?;
        if paged(stage).await && said(stage, "Not touched:", 20).await {
            dwell(STANDS).await;
        }
        stage.mend_service("dynamodb");
        if said(stage, "Did:", NEXT_LOOK).await {
            said(stage, "Verified:", 60).await;
            resolved(stage, 45).await;
        }
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    // The first fault is the table's, the second the service's, the third is that the table is well again.
    let mended = case.fault(2).unwrap_or(jiff::Timestamp::MAX);
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        explained(case, Duration::from_secs(10), &["stale"]),
        says(case, "Not touched:", &["could not be kept"], "the message says that the decision could not be kept"),
        no_write(&case.between(case.fault_at, mended), "nothing is written while no decision can be kept"),
        one_redeploy(case),
        says(case, "Did:", &[], "the message says what was done once it could"),
        verified(case),
        is_resolved(case),
        service_is_well(case),
    ]
}
