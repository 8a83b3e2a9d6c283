//! A mute rule keeps the alarms quiet, which nothing of an alarm shows: the reconciliation finds the one that rings, and when
//! the rule ends, CloudWatch sends after all what was kept back, which is no second page.

use std::time::Duration;

use super::drive::{DWELL, dwell, received, resolved, said};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, exactly, one_key, one_message, only_then, paged_without_alarm_message,
    resolved as is_resolved, says, two_channels,
};
use crate::observed::Observed;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "muted-alarm",
    shows: "a mute rule keeps an alarm quiet: reconciliation finds it, and its late message is no second page",
    mode: Mode::Auto,
    tuning: Tuning { reconcile_every: "3s", ..Tuning::USUAL },
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

/// How long the rule holds, in AWS's time; it is shortened as all its times are.
const MUTED: u32 = 450;

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, target) = (stage.overlay(), &stage.target);
        let alarm = format!("{}-P0-checkout", target.service);
        faults::put_alarm(overlay, &alarm, &[], std::slice::from_ref(&target.alarms_topic));
        dwell(Duration::from_millis(300)).await;
        faults::mute_rule(overlay, target, MUTED);
        faults::set_off(overlay, target, &alarm);
        if received(stage, 1, Way::Page, 14).await && said(stage, "Path:", 5).await {
            let sent = |what: &Observed| matches!(what, Observed::AlarmSent { alarm: of, .. } if *of == alarm);
            stage.sees(Duration::from_secs(20), |seen| seen.iter().any(|each| sent(&each.what))).await;
            dwell(DWELL).await;
        }
        faults::calm(overlay, target, &alarm);
        resolved(stage, 15).await;
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let late = case.alarms_sent().find(|(_, state)| *state == "ALARM").map(|(at, _)| at);
    let muted = late.map_or_else(|| case.clone(), |at| case.between(case.fault_at, at));
    let after = match (late, case.fault(2)) {
        (Some(late), Some(over)) => case.between(late, over),
        _ => case.since(jiff::Timestamp::MAX),
    };
    vec![
        paged_without_alarm_message(&muted, Duration::from_secs(10)),
        two_channels(&muted),
        says(case, "Path:", &["reconciliation", "mute"], "the message names the path that may be broken"),
        came_late(late),
        only_then(&after, "when the message comes late nobody is told a second time", &[]),
        one_key(case),
        one_message(case),
        is_resolved(case),
    ]
}

/// CloudWatch sent what the rule had kept back.
fn came_late(late: Option<jiff::Timestamp>) -> Expectation {
    Expectation {
        text: "when the rule ends, the alarm's message leaves after all".to_owned(),
        met: late.is_some(),
        evidence: late.map_or_else(|| "no message left".to_owned(), |at| format!("at {at}")),
        at: late,
    }
}
