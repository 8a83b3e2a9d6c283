//! Three people take the same incident at the same moment, each by another way: in Slack, in PagerDuty and on the command
//! line. One counts, nobody is paged again, and none of the three is turned away.

use std::time::Duration;

use super::drive::{DWELL, dwell, received, resolved};
use super::{Driven, Scenario};
use crate::faults;
use crate::judge::{
    Case, Expectation, Way, acknowledged, all_resolved, exactly, one_ack, only_then, paged_in_time, two_channels,
};
use crate::observed::{Gesture, Observed};
use crate::stage::{Mode, Stage, Tuning};

pub(super) static SCENARIO: Scenario = Scenario {
    name: "ack-race",
    shows: "three people acknowledge at the same moment in Slack, PagerDuty and on the command line: one counts, none is lost",
    mode: Mode::Auto,
    tuning: Tuning { tables: POLICY, ..Tuning::USUAL },
    expects: &[exactly(1, Way::Post), exactly(1, Way::Page), exactly(1, Way::Sms), exactly(1, Way::Mail)],
    drive,
    judge,
};

const POLICY: &str = r#"
[[policy]]
name = "default"
[[policy.p0.step]]
notify = ["pagerduty", "pages", "slack"]
wait = "6s"
"#;

/// Longer than the next page would have taken.
const WATCHED: Duration = Duration::from_secs(9);

fn drive(stage: &Stage) -> Driven<'_> {
    Box::pin(async move {
        let (overlay, target) = (stage.overlay(), &stage.target);
        let alarm = format!("{}-P0-checkout", target.service);
        faults::set_off(overlay, target, &alarm);
        if received(stage, 1, Way::Page, 10).await && received(stage, 1, Way::Post, 5).await {
            let key = stage.subject.page_key();
            let in_pagerduty = async { stage.acknowledge_in_pagerduty(&key, "ben") };
            let (clicked, _, asked) = tokio::join!(
                stage.click("ack", "U0SANDBOXADA"),
                in_pagerduty,
                stage.acknowledge_on_command_line("cat")
            );
            clicked?;
            asked?;
            dwell(WATCHED).await;
        }
        faults::calm(overlay, target, &alarm);
        resolved(stage, 15).await;
        dwell(DWELL).await;
        Ok(())
    })
}

fn judge(case: &Case) -> Vec<Expectation> {
    let asked = case.first(|what| matches!(what, Observed::ByPerson(_)));
    let taken = match (asked, case.fault(1)) {
        (Some(asked), Some(over)) => case.between(asked, over),
        _ => case.since(jiff::Timestamp::MAX),
    };
    vec![
        paged_in_time(case, Duration::from_secs(2)),
        two_channels(case),
        all_heard(case),
        one_ack(case),
        only_then(&taken, "once somebody took it, nobody is told anything until it is over", &[]),
        acknowledged(case),
        all_resolved(case),
    ]
}

/// Each of the three is answered as it should be, whoever was first.
fn all_heard(case: &Case) -> Expectation {
    let people: Vec<&Gesture> = case
        .seen
        .iter()
        .filter_map(|each| match &each.what {
            Observed::ByPerson(gesture)
                if gesture.what.starts_with("ack") || gesture.what == "incident.acknowledged" =>
            {
                Some(gesture)
            }
            _ => None,
        })
        .collect();
    let heard = |place: &str, who: &str| {
        people.iter().any(|gesture| gesture.place == place && gesture.who.contains(who) && gesture.status == 200)
    };
    let told: Vec<String> =
        people.iter().map(|gesture| format!("{} in {} with {}", gesture.who, gesture.place, gesture.status)).collect();
    Expectation {
        text: "all three are heard: Slack, PagerDuty and the command line are answered with success".to_owned(),
        met: heard("slack", "U0SANDBOXADA") && heard("pagerduty", "ben") && heard("the command line", "cat"),
        evidence: told.join(", "),
        at: None,
    }
}
