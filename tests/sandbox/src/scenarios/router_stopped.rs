//! The router is stopped: nothing that it says can tell so. The heartbeat stays away, and CloudWatch itself tells the
//! watchdog's subscribers.

use std::time::Duration;

use super::drive::{dwell, received};
use super::{Driven, Scenario};
use crate::functions::Function;
use crate::judge::{Case, Expectation, Way, exactly, told};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "router-stopped",
    shows: "the router is stopped: the watchdog speaks, through none of the functions",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Watchdog)],
    drive,
    judge,
};

/// The watchdog waits for three periods of the heartbeat's metric without a beat; one period more is that in which the
/// last one came. A period is ten seconds here, five minutes in AWS.
const THREE_PERIODS: u64 = 40;

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        stage.stop(Function::Router).await?;
        received(stage, 1, Way::Watchdog, THREE_PERIODS + 5).await;
        dwell(Duration::from_secs(1)).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let spoke = case.message(Way::Watchdog);
    let late = spoke.map(|at| at.duration_since(case.fault_at).as_secs_f64());
    vec![
        told(case, Way::Watchdog, &["heartbeat"], "the watchdog says that the heartbeat stays away"),
        Expectation {
            text: format!(
                "it says so within three periods of the heartbeat, {THREE_PERIODS} s with that of the last beat"
            ),
            met: late.is_some_and(|late| late <= 40.5),
            evidence: late.map_or_else(|| "it said nothing".to_owned(), |late| format!("after {late:.1} s")),
            at: spoke,
        },
    ]
}
