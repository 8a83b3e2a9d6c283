//! The table answers nothing but errors while the service gets into trouble: people are paged at once from the alarm alone.
//! When the table is back the incident is recorded, and the page it owes folds into the one that is open.

use std::time::Duration;

use super::drive::{DWELL, dwell, received, resolved, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, between, current_after, exactly, one_key, paged_in_time, resolved as is_resolved,
    two_channels,
};
use crate::overlay::Outage;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "table-down",
    shows: "the table is down: paged at once all the same, recorded when it is back, and one page by its key",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    // What was told without the table is told again by the record, since nobody knows of it: PagerDuty folds it, Slack and
    // SMS cannot.
    expects: &[between(1, 2, Way::Post), exactly(1, Way::Page), between(1, 2, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, target) = (stage.overlay(), &stage.target);
        let alarm = format!("{}-P0-checkout", target.service);
        stage.break_service("dynamodb", Outage::InternalError);
        faults::set_off(overlay, target, &alarm);
        if received(stage, 1, Way::Page, 15).await && received(stage, 1, Way::Sms, 5).await {
            dwell(DWELL).await;
        }
        stage.mend_service("dynamodb");
        said(stage, "Cause:", 30).await;
        faults::calm(overlay, target, &alarm);
        resolved(stage, 15).await;
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let back = case.fault(2).unwrap_or(jiff::Timestamp::MAX);
    let down = case.between(case.fault_at, back);
    vec![
        paged_in_time(&down, Duration::from_secs(5)),
        two_channels(&down),
        one_key(case),
        current_after(case, back, Duration::from_secs(25), &["checkout", "Cause:"]),
        is_resolved(case),
    ]
}
