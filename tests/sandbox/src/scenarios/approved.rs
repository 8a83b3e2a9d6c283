//! Mode `approve`: somebody who may not approve tries to, then somebody who may does so twice. It is done once.

use std::time::Duration;

use super::drive::{DWELL, dwell, paged, received, resolved, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, no_write, one_redeploy, paged_in_time, resolved as is_resolved, says,
    service_is_well, verified,
};
use crate::observed::Observed;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "approved",
    shows: "a plan waits for a person: whoever may not approve is refused, whoever may does it once, though they click twice",
    mode: Mode::Approve,
    tuning: Tuning::USUAL,
    expects: &[
        exactly(1, Way::Post),
        exactly(1, Way::Broadcast),
        exactly(1, Way::Page),
        exactly(1, Way::Sms),
        exactly(1, Way::Mail),
    ],
    drive,
    judge,
};

/// Who is named in the stage's `approvers`, and who is not.
const MAY: &str = "U0SANDBOXADA";
const MAY_NOT: &str = "U0SANDBOXBEN";
/// Longer than anything takes that an approval sets off.
const NOTHING_COMES: Duration = Duration::from_secs(5);

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        faults::rotate_credential(stage.overlay(), &stage.target).await?;
        if paged(stage).await && said(stage, "Would do:", 20).await && received(stage, 1, Way::Broadcast, 10).await {
            stage.click("approve", MAY_NOT).await?;
            dwell(NOTHING_COMES).await;
            stage.note("somebody who may approve does so, twice".to_owned());
            let (first, second) = tokio::join!(stage.click("approve", MAY), stage.click("approve", MAY));
            first.and(second)?;
            if said(stage, "Did:", 20).await {
                said(stage, "Verified:", 60).await;
                resolved(stage, 45).await;
            }
        }
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let approved = case.fault(1).unwrap_or(jiff::Timestamp::MAX);
    let clicks =
        case.seen.iter().filter(|each| matches!(&each.what, Observed::ByPerson(gesture) if gesture.place == "slack"));
    let clicks = clicks.count();
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        explained(case, Duration::from_secs(10), &["stale"]),
        says(case, "Would do:", &["redeploy"], "the message says what would be done"),
        Expectation {
            text: "three clicks reached Paramedic".to_owned(),
            met: clicks == 3,
            evidence: format!("{clicks} clicks"),
            at: None,
        },
        no_write(&case.between(case.fault_at, approved), "nothing is written before somebody approves who may"),
        one_redeploy(case),
        says(case, "Did:", &[], "the message says what was done"),
        verified(case),
        is_resolved(case),
        service_is_well(case),
    ]
}
