//! Stale tasks again, in mode `suggest`, which is the default: nothing is touched, and the message says what to do.

use std::time::Duration;

use super::drive::{dwell, paged, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, no_write, one_key, one_message, paged_in_time, says, two_channels,
};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "suggest",
    shows: "stale tasks in mode suggest: nothing is touched, the message carries the command",
    mode: Mode::Suggest,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms)],
    drive,
    judge,
};

/// How long the suggestion stands without anything being done.
const STANDS: Duration = Duration::from_secs(10);

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        faults::rotate_credential(stage.overlay(), &stage.target).await?;
        if paged(stage).await && said(stage, "Cause:", 15).await && said(stage, "Would do:", 15).await {
            dwell(STANDS).await;
        }
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let command = ["aws ecs update-service", "--force-new-deployment", &case.subject.cluster, &case.subject.service];
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        two_channels(case),
        one_key(case),
        explained(case, Duration::from_secs(10), &["stale"]),
        says(case, "Would do:", &command, "the message says what it would do, with the exact command"),
        no_write(case, "nothing is written"),
        one_message(case),
    ]
}
