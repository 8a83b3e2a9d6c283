//! A service is silenced and gets into trouble: that is recorded and nobody is told. The trouble outlasts the silence, and
//! then people are told of it as of any other.

use std::time::Duration;

use super::drive::{DWELL, dwell, received, resolved};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{Case, Expectation, Way, exactly, one_key, only_then, resolved as is_resolved, says, two_channels};
use crate::observed::Observed;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "silence-ends",
    shows: "a silenced service gets into trouble: recorded, nobody is told; still in trouble at its end: paged",
    mode: Mode::Auto,
    tuning: Tuning::USUAL,
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

/// How long the silence lasts.
const SILENCE: Duration = Duration::from_secs(14);
/// What people ordered is known to every instance of the router after this long.
const KNOWN: Duration = Duration::from_secs(6);

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, target) = (stage.overlay(), &stage.target);
        let alarm = format!("{}-P0-checkout", target.service);
        stage.silence(SILENCE, "moving house").await?;
        dwell(KNOWN).await;
        faults::set_off(overlay, target, &alarm);
        if received(stage, 1, Way::Page, 30).await && received(stage, 1, Way::Post, 5).await {
            dwell(DWELL).await;
        }
        faults::calm(overlay, target, &alarm);
        resolved(stage, 15).await;
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    // It lasts from the moment of the request, which the log has when it is answered.
    let ordered = case.seen.iter().find_map(|each| match &each.what {
        Observed::ByPerson(gesture) if gesture.what == "silence" => {
            Some(each.at - Duration::from_millis(gesture.took_ms + 50))
        }
        _ => None,
    });
    let end = ordered.map_or(case.fault_at, |at| at + SILENCE);
    let silent = case.between(case.fault_at, end);
    let after = case.since(end);
    vec![
        rang(&silent),
        only_then(&silent, "while the silence holds nobody is told anything", &[]),
        paged_at(&after, end),
        two_channels(&after),
        one_key(case),
        says(&after, "Since:", &[], "the message says since when it goes on"),
        is_resolved(case),
    ]
}

/// The trouble began under the silence; otherwise nothing would be shown.
fn rang(case: &Case) -> Expectation {
    let sent = case.alarms_sent().find(|(_, state)| *state == "ALARM").map(|(at, _)| at);
    Expectation {
        text: "an alarm's message leaves while the silence holds".to_owned(),
        met: sent.is_some(),
        evidence: sent.map_or_else(|| "none did".to_owned(), |at| format!("at {at}")),
        at: sent,
    }
}

/// People are paged soon after the end.
fn paged_at(case: &Case, end: jiff::Timestamp) -> Expectation {
    let paged = case.pages().next();
    let late = paged.map(|at| at.duration_since(end).as_secs_f64());
    Expectation {
        text: "when the silence ends, what still goes on is paged within 4 s".to_owned(),
        met: late.is_some_and(|late| late <= 4.0),
        evidence: late.map_or_else(|| "no page came".to_owned(), |late| format!("{late:.1} s after its end")),
        at: paged,
    }
}
