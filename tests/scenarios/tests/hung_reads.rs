//! Evidence never delays a page: with every read of the enricher hanging, two hundred alarms page as fast as ever, and the
//! messages say what could not be read.
#![allow(clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use sandbox::faults::{self, readings};
use sandbox::judge::{self, Way};
use sandbox::observed::{Observation, Observed};
use sandbox::overlay::Outage;
use sandbox::stage::{Setting, Stage, Tuning};

/// How many alarms, and between them: PagerDuty takes 120 events of an integration in a minute.
const ALARMS: usize = 200;
const APART: Duration = Duration::from_millis(600);
/// A page goes out within this, in 99 of 100 cases.
const SOON_S: f64 = 2.0;

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

/// Two hundred services, all of them the one that there is, so that each has something to read.
fn services() -> &'static str {
    let mut tables = String::new();
    for number in 0..ALARMS {
        write!(
            tables,
            "\n[[service]]\nname = \"hung-{number:03}\"\ncluster = \"hung\"\nlog_group = \"/ecs/hung\"\n\n[[route]]\nname = \"hung-{number:03}\"\n\
             match = {{ name = \"hung-{number:03}-*\" }}\nservice = \"hung-{number:03}\"\n"
        )
        .expect("a string");
    }
    Box::leak(tables.into_boxed_str())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_out_within_two_seconds_while_all_reads_hang_and_messages_say_so() {
    let tuning = Tuning { reconcile_every: "12h", tables: services(), ..Tuning::USUAL };
    let setting = Setting { seed: 9, tuning, ..Setting::default() };
    let stage = Stage::set(&setting, &mut |_step| {}).await.unwrap_or_else(|error| panic!("{error}"));
    let overlay = stage.overlay();
    for action in READS {
        readings::hanging(&mut overlay.cloud(), action);
    }
    overlay.break_service("logs", Outage::Silent);
    let alarms: Vec<String> = (0..ALARMS).map(|number| format!("hung-{number:03}-P0-checks")).collect();
    alarms.iter().for_each(|alarm| {
        faults::put_alarm(overlay, alarm, &[], std::slice::from_ref(&stage.target.alarms_topic));
    });
    stage.mark();
    for alarm in &alarms {
        faults::set_alarm_state(overlay, alarm, "ALARM", "Checks fail.");
        tokio::time::sleep(APART).await;
    }
    let all_paged = stage.sees(Duration::from_secs(30), |seen| judge::received(seen, Way::Page) >= ALARMS).await;
    let all = overlay.log.all();
    let mut waits: Vec<f64> = (0..ALARMS).filter_map(|number| waited(&all, &format!("hung-{number:03}"))).collect();
    waits.sort_by(f64::total_cmp);
    assert!(all_paged && waits.len() == ALARMS, "{} of {ALARMS} paged", waits.len());
    let p99 = waits.get(ALARMS * 99 / 100 - 1).copied().unwrap_or(f64::INFINITY);
    assert!(p99 <= SOON_S, "p99 {p99:.2} s, the longest {:?}", waits.last());
    let says_so = |seen: &[Observation]| told(seen).any(|line| line.starts_with("Unread:"));
    assert!(stage.sees(Duration::from_secs(60), says_so).await, "a message says what could not be read");
}

/// How long from the alarm's message to its page on the first of the two channels.
fn waited(seen: &[Observation], service: &str) -> Option<f64> {
    let first = |is_it: &dyn Fn(&Observed) -> bool| -> Option<Timestamp> {
        seen.iter().find(|each| is_it(&each.what)).map(|each| each.at)
    };
    let sent = first(&|what| matches!(what, Observed::AlarmSent { alarm, .. } if alarm.starts_with(service)))?;
    let paged = first(
        &|what| matches!(what, Observed::PagerDuty(request) if request.opened && request.dedup_key.contains(service)),
    )?;
    Some(paged.duration_since(sent).as_secs_f64())
}

fn told(seen: &[Observation]) -> impl Iterator<Item = &str> {
    let lines = seen.iter().filter_map(|each| match &each.what {
        Observed::Slack(request) if request.refused.is_none() => Some(&request.lines),
        _ => None,
    });
    lines.flatten().map(String::as_str)
}
