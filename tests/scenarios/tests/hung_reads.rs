//! Evidence never delays a page: with every read of the enricher hanging, alarms page as fast as ever, and the message says what
//! could not be read.
//!
//! Every commit rings forty times; `PAGES=200` rings as often as the figure in the README was measured with.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::time::Duration;

use jiff::Timestamp;
use sandbox::faults::{self, readings};
use sandbox::observed::{Observation, Observed};
use sandbox::overlay::Outage;
use sandbox::stage::{Setting, Stage, Tuning};

const PAGES: usize = 40;
/// A page goes out within this, in 99 of 100 cases.
const SOON_S: f64 = 2.0;
/// Nobody waits longer for anything.
const LIMIT: Duration = Duration::from_secs(30);
/// How the line begins that says what could not be read.
const UNREAD: &str = "Unread:";
/// What is over for so long is not opened again; the next alarm is an incident of its own.
const APART: Duration = Duration::from_millis(1200);

/// What the enricher reads of the services that the sandbox models.
const READS: [&str; 11] = [
    "ecs:DescribeServices",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
    "ecs:DescribeTaskDefinition",
    "elasticloadbalancing:DescribeTargetHealth",
    "cloudwatch:GetMetricData",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScalingActivities",
    "elasticache:DescribeReplicationGroups",
    "elasticache:DescribeEvents",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_out_within_two_seconds_while_all_reads_hang_and_messages_say_so() {
    let pages = std::env::var("PAGES").ok().and_then(|pages| pages.parse().ok()).unwrap_or(PAGES);
    // Whoever rings this often on purpose does not flap.
    let tuning = Tuning { reconcile_every: "12h", flapping_within: "1s", ..Tuning::USUAL };
    let setting = Setting { seed: 9, tuning, ..Setting::default() };
    let stage = Stage::set(&setting, &mut |_step| {}).await.unwrap_or_else(|error| panic!("{error}"));
    let overlay = stage.overlay();
    for action in READS {
        readings::hanging(&mut overlay.cloud(), action);
    }
    overlay.break_service("logs", Outage::Silent);
    let mut waits = Vec::new();
    for number in 0..pages {
        waits.push(rung(&stage, number).await);
        tokio::time::sleep(APART).await;
    }
    waits.sort_by(f64::total_cmp);
    let rank = (pages * 99).div_ceil(100).max(1);
    let p99 = waits.get(rank - 1).copied().unwrap_or(f64::INFINITY);
    let text = format!("{pages} pages, p50 {:.2} s, p99 {p99:.2} s", waits.get(pages / 2).copied().unwrap_or_default());
    assert!(p99 <= SOON_S, "{text}, the longest {:?}", waits.last());
    // One that goes on, for the explanation comes when the deadline is over.
    stage.mark();
    faults::set_off(overlay, &stage.target, &format!("{}-P0-to-stay", stage.target.service));
    let is_said = |seen: &[Observation]| told(seen).any(|line| line.starts_with(UNREAD));
    assert!(stage.sees(LIMIT * 3, is_said).await, "a message says what could not be read");
    let all = overlay.log.all();
    let unread = told(&all).filter(|line| line.starts_with(UNREAD)).last().unwrap_or_default();
    for source in ["the ECS service", "target health", "metrics"] {
        assert!(unread.contains(source), "{source} is named: {unread}");
    }
    // For whoever asks for the figure, with `--nocapture`.
    eprintln!("{text}");
}

/// Lets an alarm ring and recover again; says how long the page took.
async fn rung(stage: &Stage, number: usize) -> f64 {
    let alarm = format!("{}-P0-by-hand-{number:03}", stage.target.service);
    let from = stage.mark();
    faults::set_off(stage.overlay(), &stage.target, &alarm);
    let is_paged = |seen: &[Observation]| first(seen, "trigger").is_some();
    assert!(stage.sees(LIMIT, is_paged).await, "alarm {number} pages");
    let all = stage.overlay().log.all();
    let seen = all.get(from..).unwrap_or_default();
    let sent = seen.iter().find(|each| matches!(&each.what, Observed::AlarmSent { alarm: sent, .. } if *sent == alarm));
    let (sent, paged) = (sent.map(|each| each.at).expect("it was sent"), first(seen, "trigger").expect("it paged"));
    faults::calm(stage.overlay(), &stage.target, &alarm);
    assert!(stage.sees(LIMIT, |seen| first(seen, "resolve").is_some()).await, "alarm {number} is resolved");
    paged.duration_since(sent).as_secs_f64()
}

fn first(seen: &[Observation], event_action: &str) -> Option<Timestamp> {
    let is_it = |what: &Observed| matches!(what, Observed::PagerDuty(request) if request.refused.is_none() && request.event_action == event_action);
    seen.iter().find(|each| is_it(&each.what)).map(|each| each.at)
}

fn told(seen: &[Observation]) -> impl Iterator<Item = &str> {
    let lines = seen.iter().filter_map(|each| match &each.what {
        Observed::Slack(request) if request.refused.is_none() => Some(&request.lines),
        _ => None,
    });
    lines.flatten().map(String::as_str)
}
