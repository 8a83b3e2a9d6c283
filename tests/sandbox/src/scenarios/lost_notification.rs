//! Every alarm's actions are disabled, so no message leaves: the reconciliation finds the alarm and names the broken path.

use std::time::Duration;

use super::drive::{DWELL, dwell, paged, resolved, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, one_key, one_message, one_redeploy, paged_without_alarm_message,
    resolved as is_resolved, says, service_is_well, two_channels,
};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "lost-notification",
    shows: "the alarms' actions are disabled: reconciliation opens the incident and names the broken path",
    mode: Mode::Auto,
    tuning: Tuning { reconcile_every: "3s", ..Tuning::USUAL },
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        faults::mute_alarms(stage.overlay(), &stage.target);
        faults::rotate_credential(stage.overlay(), &stage.target).await?;
        if paged(stage).await && said(stage, "Path:", 15).await && said(stage, "Did:", 30).await {
            resolved(stage, 45).await;
        }
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    vec![
        paged_without_alarm_message(case, Duration::from_secs(10)),
        two_channels(case),
        one_key(case),
        says(case, "Path:", &["reconciliation", "disabled"], "the message names the path that is broken"),
        explained(case, Duration::from_secs(20), &["stale"]),
        one_redeploy(case),
        is_resolved(case),
        one_message(case),
        service_is_well(case),
    ]
}
