//! An alarm goes up and down again and again: after the third time that is said once, and from then on a turn is neither
//! paged nor resolved until it was calm for a while.

use std::time::Duration;

use jiff::Timestamp;

use super::drive::{DWELL, dwell, pagerduty_told, received, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{Case, Expectation, Way, all_resolved, between, exactly, only_then, paged_in_time, says};
use crate::observed::Observed;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "flapping",
    shows: "an alarm goes up and down: said once as what it is, not paged at every turn, resolved when it is calm",
    mode: Mode::Auto,
    tuning: Tuning { reopen_within: "30s", flapping_within: "20s", ..Tuning::USUAL },
    // Until it is known to flap each turn is paged and resolved: the first, the second and the third. The fourth says what
    // it is. A turn is over within a second: a broadcast that Slack has not taken by then is not told any more.
    expects: &[
        exactly(1, Way::Post),
        between(1, 3, Way::Broadcast),
        exactly(4, Way::Page),
        exactly(4, Way::Sms),
        between(2, 4, Way::Mail),
    ],
    drive,
    judge,
};

/// How often it goes up.
const TURNS: usize = 7;
/// How long it stays up, and how long down.
const HALF: Duration = Duration::from_millis(700);

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, target) = (stage.overlay(), &stage.target);
        let alarm = format!("{}-P0-checkout", target.service);
        for turn in 1..=TURNS {
            faults::set_off(overlay, target, &alarm);
            if turn <= 4 {
                received(stage, turn, Way::Page, 10).await;
            }
            dwell(HALF).await;
            faults::calm(overlay, target, &alarm);
            dwell(HALF).await;
        }
        said(stage, "Flapping:", 5).await;
        stage.mark();
        // Slack said so at the last turn down; PagerDuty is told when it was calm for long enough.
        pagerduty_told(stage, "resolve", 40).await;
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let fourth = case.pages().nth(3).unwrap_or(Timestamp::MAX);
    let last = case.seen.iter().rev().find(|each| matches!(each.what, Observed::Fault { .. }));
    let last = last.map_or(fourth, |each| each.at);
    let settled = Duration::from_millis(500);
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        says(case, "Flapping:", &["told once"], "the message says that it flaps"),
        only_then(
            &case.between(fourth.checked_add(settled).unwrap_or(fourth), last),
            "once that is said, no turn is paged, resolved or told",
            &[],
        ),
        resolved_when_calm(case, fourth, last),
        all_resolved(case),
    ]
}

/// What is open when it is said to flap stays open until it was calm, and is then resolved: with its page a former one, if
/// its own resolve had not gone out when it went up again.
fn resolved_when_calm(case: &Case, said: Timestamp, last: Timestamp) -> Expectation {
    let after = case.since(said);
    let resolves: Vec<Timestamp> =
        after.pagerduty().filter(|(_, request)| request.event_action == "resolve").map(|(at, _)| at).collect();
    let told: Vec<String> =
        resolves.iter().map(|at| format!("{:.1} s", at.duration_since(last).as_secs_f64())).collect();
    Expectation {
        text: "its page stays open through all turns and is resolved when it was calm".to_owned(),
        met: !resolves.is_empty() && resolves.iter().all(|at| *at > last),
        evidence: if told.is_empty() {
            "not resolved".to_owned()
        } else {
            format!("{} after the last turn", told.join(", "))
        },
        at: resolves.first().copied(),
    }
}
