//! Nobody acknowledges: the incident is paged again, each time anew, with a second person at the second step, until somebody
//! says in Slack to be at it.

use std::time::Duration;

use super::drive::{DWELL, dwell, received, resolved};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, acknowledged, all_resolved, exactly, one_ack, only_then, paged_in_time, pages_numbered,
    says, two_channels,
};
use crate::observed::Observed;
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "unacked",
    shows: "nobody acknowledges: paged again and again, a second person at the second step, until somebody takes it",
    mode: Mode::Auto,
    tuning: Tuning { tables: POLICY, ..Tuning::USUAL },
    // The second person is reached at the second step, and told when it is over.
    expects: &[
        exactly(1, Way::Post),
        exactly(3, Way::Page),
        exactly(2, Way::Sms),
        exactly(2, Way::Person("ben")),
        exactly(1, Way::Broadcast),
        exactly(1, Way::Mail),
    ],
    drive,
    judge,
};

/// Two steps, the second with whoever is on call besides. In production the waits are minutes.
const POLICY: &str = r#"
[[person]]
name = "ben"

[[rotation]]
name = "secondary"
people = ["ben"]
shift = "daily"
handover = "09:00"
starts = "2026-01-05"
time_zone = "UTC"

[[policy]]
name = "default"
[[policy.p0.step]]
notify = ["pagerduty", "pages", "slack"]
wait = "4s"
[[policy.p0.step]]
notify = ["pagerduty", "oncall:secondary"]
wait = "4s"
"#;

/// The wait of each step.
const WAIT: Duration = Duration::from_secs(4);
/// A step is taken by the tick after it is due, and that comes every second.
const LATE: Duration = Duration::from_secs(3);

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, target) = (stage.overlay(), &stage.target);
        let alarm = format!("{}-P0-checkout", target.service);
        faults::set_off(overlay, target, &alarm);
        if received(stage, 3, Way::Page, 25).await && received(stage, 1, Way::Broadcast, 5).await {
            stage.click("ack", "U0SANDBOXADA").await?;
            // Twice as long as the next page would have taken.
            dwell(WAIT * 2).await;
        }
        faults::calm(overlay, target, &alarm);
        resolved(stage, 15).await;
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let clicked = case.first(|what| matches!(what, Observed::ByPerson(gesture) if gesture.place == "slack"));
    let over = case.fault(1);
    let before = clicked.map_or_else(|| case.clone(), |at| case.between(case.fault_at, at));
    let taken = match (clicked, over) {
        (Some(clicked), Some(over)) => case.between(clicked, over),
        _ => case.since(jiff::Timestamp::MAX),
    };
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        two_channels(case),
        pages_numbered(&before, 3),
        steps_in_time(&before),
        only_then(&taken, "once somebody took it, nobody is told anything until it is over", &[]),
        one_ack(case),
        says(case, "Acked:", &["ada"], "the Slack message says who took it"),
        acknowledged(case),
        all_resolved(case),
    ]
}

/// The second person hears of it with the second page, and each page comes when it is due.
fn steps_in_time(case: &Case) -> Expectation {
    let pages: Vec<_> = case.pages().collect();
    let ben = case.first(|what| matches!(what, Observed::Topic { to: Some(to), .. } if to == "ben"));
    let due = |pair: &[jiff::Timestamp]| match pair {
        [one, next] => {
            let wait = next.duration_since(*one).unsigned_abs();
            wait + Duration::from_millis(500) >= WAIT && wait <= WAIT + LATE
        }
        _ => false,
    };
    let waits: Vec<String> = pages
        .windows(2)
        .filter_map(|pair| Some(format!("{:.1} s", pair.get(1)?.duration_since(*pair.first()?).as_secs_f64())))
        .collect();
    let second = match (ben, pages.get(1)) {
        (Some(ben), Some(page)) => ben.duration_since(*page).unsigned_abs() <= Duration::from_secs(1),
        _ => false,
    };
    Expectation {
        text: format!(
            "each step is taken {} s after the one before, and the second person is told at the second",
            WAIT.as_secs()
        ),
        met: second && pages.windows(2).all(due),
        evidence: format!(
            "pages after {}; the second person {}",
            waits.join(", "),
            if second { "at the second" } else { "not at the second" }
        ),
        at: ben,
    }
}
