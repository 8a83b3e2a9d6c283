//! A remedy that would be right is held back for a while: people are told as ever, nothing is touched, and once nothing holds it
//! back any more it is carried out at the next look.

use std::time::Duration;

use super::drive::{DWELL, cured, dwell, paged, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, no_write, one_redeploy, paged_in_time, resolved as is_resolved, says,
    service_is_well, verified,
};
use crate::overlay::Outage;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SWITCHED_OFF: Scenario = Scenario {
    name: "switched-off",
    shows: "remedies are switched off: people are told as ever and nothing is touched; switched on again, it is",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive: |stage| drive(stage, Hold::Switch),
    judge: |case| judge(case, "switch"),
};

/// What could not be accounted for later is not done.
pub(super) static UNACCOUNTED: Scenario = Scenario {
    name: "unaccounted",
    shows: "decisions cannot be kept: people are told as ever and nothing is touched; once they can, it is",
    drive: |stage| drive(stage, Hold::NoDecisions),
    judge: |case| judge(case, "could not be kept"),
    ..SWITCHED_OFF
};

/// What holds it back.
#[derive(Clone, Copy)]
enum Hold {
    /// A person switches all remedies off on the command line.
    Switch,
    /// The table takes no decisions, and everything else.
    NoDecisions,
}

impl Hold {
    async fn begin(self, stage: &Stage) {
        match self {
            Self::Switch => {
                stage.note("remedies are switched off".to_owned());
                stage.run_by_hand(&["remedies", "off", "--reason", "a release is under way"]).await;
            }
            Self::NoDecisions => stage.break_service("dynamodb", Outage::OfCallsNaming(DECISIONS)),
        }
    }

    async fn end(self, stage: &Stage) {
        match self {
            Self::Switch => {
                stage.note("remedies are switched on again".to_owned());
                stage.run_by_hand(&["remedies", "on", "--reason", "the release is out"]).await;
            }
            Self::NoDecisions => stage.mend_service("dynamodb"),
        }
    }
}

/// What the keys of decisions begin with in the table.
const DECISIONS: &str = "decisions#";
/// How long the refusal stands without anything being done: several looks.
const STANDS: Duration = Duration::from_secs(10);
/// Seconds until the next look, after some that were in vain.
const NEXT_LOOK: u64 = 60;

fn drive(stage: &Stage, hold: Hold) -> Driven<'_> {
    Box::pin(async move {
        hold.begin(stage).await;
        faults::rotate_credential(stage.overlay(), &stage.target).await?;
        if paged(stage).await && said(stage, "Not touched:", 20).await {
            dwell(STANDS).await;
        }
        hold.end(stage).await;
        if said(stage, "Did:", NEXT_LOOK).await {
            cured(stage, 45, 60).await;
        }
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case, why: &str) -> Vec<Expectation> {
    // It is noted when it is held back, then that the credential is rotated, then when it is held back no more.
    let released = case.fault(2).unwrap_or(jiff::Timestamp::MAX);
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        explained(case, Duration::from_secs(10), &["stale"]),
        says(case, "Not touched:", &[why], "the message says what holds it back"),
        no_write(&case.between(case.fault_at, released), "nothing is written while it is held back"),
        one_redeploy(case),
        says(case, "Did:", &[], "the message says what was done after that"),
        verified(case),
        is_resolved(case),
        service_is_well(case),
    ]
}
