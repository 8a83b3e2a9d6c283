//! A task fails its health check, and ECS replaces it by itself: whoever acts only gets in its way.

use std::time::Duration;

use super::drive::{DWELL, dwell, paged, resolved, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, explained, no_write, one_key, one_message, paged_in_time, resolved as is_resolved,
    says, service_is_well, two_channels,
};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "replaced-by-ecs",
    shows: "a task fails its health check and ECS replaces it; Paramedic explains and keeps its hands off",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        faults::break_task(stage.overlay(), &stage.target);
        if paged(stage).await && said(stage, "Cause:", 15).await && said(stage, "Not touched:", 15).await {
            resolved(stage, 45).await;
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
        explained(case, Duration::from_secs(10), &["repair", "replac"]),
        says(case, "Not touched:", &["ECS"], "the message says that it was left to ECS"),
        no_write(case, "nothing is written while ECS repairs the service itself"),
        is_resolved(case),
        one_message(case),
        service_is_well(case),
    ]
}
