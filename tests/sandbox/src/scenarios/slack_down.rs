//! Slack answers nothing but errors while the service gets into trouble: people are paged on two other channels at once, and
//! when Slack is back it shows the incident as it is by then.

use std::time::Duration;

use super::drive::{DWELL, dwell, received, resolved};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, current_after, exactly, one_key, one_message, only_then, paged_in_time,
    resolved as is_resolved, two_channels,
};
use crate::sinks::Mood;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "slack-down",
    shows: "Slack is down: a P0 still goes out on two channels, and Slack is brought up to date when it is back",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, target) = (stage.overlay(), &stage.target);
        let first = format!("{}-P0-checkout", target.service);
        let second = format!("{}-P0-search", target.service);
        stage.slack_is(Mood::ServerError);
        faults::set_off(overlay, target, &first);
        if received(stage, 1, Way::Page, 10).await && received(stage, 1, Way::Sms, 5).await {
            dwell(DWELL).await;
            // Slack hears of this one when it is back, in the same message.
            faults::set_off(overlay, target, &second);
            dwell(DWELL).await;
        }
        stage.slack_is(Mood::Well);
        received(stage, 1, Way::Post, 20).await;
        dwell(DWELL).await;
        faults::calm(overlay, target, &first);
        faults::calm(overlay, target, &second);
        resolved(stage, 15).await;
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let back = case.fault(3).unwrap_or(jiff::Timestamp::MAX);
    let down = case.between(case.fault_at, back);
    vec![
        paged_in_time(&down, Duration::from_secs(2)),
        two_channels(&down),
        only_then(
            &down,
            "while Slack is down people are paged by PagerDuty and SMS, each once",
            &[exactly(1, Way::Page), exactly(1, Way::Sms)],
        ),
        current_after(case, back, Duration::from_secs(15), &["checkout", "search"]),
        one_message(case),
        one_key(case),
        is_resolved(case),
    ]
}
