//! What somebody does on the command line while an incident goes on, and around it.

use std::time::Duration;

use sandbox::faults;
use sandbox::judge::{self, Way};
use sandbox::observed::{Observation, Observed};
use sandbox::stage::{Ran, Stage};
use serde_json::{Value, json};

use super::breaks::queue;
use super::stage;

const SOON: Duration = Duration::from_secs(20);

async fn run(stage: &Stage, arguments: &[&str]) -> Ran {
    stage.command_line(arguments).await.expect("the command line runs")
}

/// Runs a command that has to succeed, and reads its JSON.
async fn asked(stage: &Stage, arguments: &[&str]) -> Value {
    let ran = run(stage, arguments).await;
    assert_eq!(ran.code, Some(0), "{arguments:?}: {}{}", ran.out, ran.err);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{arguments:?}: no JSON ({error}): {}", ran.out))
}

async fn paged(stage: &Stage) -> bool {
    stage.sees(SOON, |seen| judge::received(seen, Way::Page) > 0).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_on_call_does_everything_on_the_command_line() {
    let stage = stage(42).await;
    a_healthy_service_is_diagnosed_as_one(&stage).await;
    a_drill_pages_and_ends_when_somebody_acknowledges(&stage).await;
    an_incident_is_listed_shown_acknowledged_and_resolved(&stage).await;
    a_silence_keeps_an_alarm_quiet_until_it_is_ended(&stage).await;
    who_is_on_call_is_shown_and_can_be_changed(&stage).await;
    an_alarm_is_traced_to_whom_it_reaches(&stage).await;
    a_dead_letter_is_read_redriven_and_discarded(&stage).await;
    a_service_that_fails_is_diagnosed_from_a_terminal(&stage).await;
    let complaints = stage.overlay().complaints();
    assert!(complaints.is_empty(), "{complaints:?}");
}

async fn a_drill_pages_and_ends_when_somebody_acknowledges(stage: &Stage) {
    stage.mark();
    let drill = run(stage, &["doctor", "--page-me", "--wait", "1"]);
    let answered = async {
        assert!(paged(stage).await, "the drill pages");
        assert!(stage.sees(SOON, |seen| judge::received(seen, Way::Post) > 0).await, "and shows in Slack");
        stage.click("ack", "U0SANDBOXADA").await.expect("Slack shows a button");
    };
    let (drilled, ()) = tokio::join!(drill, answered);
    assert_eq!(drilled.code, Some(0), "{}{}", drilled.out, drilled.err);
    assert!(drilled.out.contains("Somebody answers"), "{}", drilled.out);
    assert!(resolved(stage).await, "the drill's page is resolved when it is over");
}

async fn resolved(stage: &Stage) -> bool {
    stage.sees(SOON, |seen| {
        seen.iter().any(|each| {
            matches!(&each.what, Observed::PagerDuty(event) if event.refused.is_none() && event.event_action == "resolve")
        })
    })
    .await
}

async fn an_incident_is_listed_shown_acknowledged_and_resolved(stage: &Stage) {
    let service = stage.target.service.clone();
    let alarm = format!("{service}-P0-checkout");
    stage.mark();
    faults::set_off(stage.overlay(), &stage.target, &alarm);
    assert!(paged(stage).await, "{alarm} pages");

    let listed = asked(stage, &["incidents", "--json"]).await;
    assert!(listed.to_string().contains(&service), "{listed:#}");
    let shown = run(stage, &["incident", "show", &service]).await;
    assert!(shown.out.contains(&alarm) && shown.out.contains("P0"), "{}{}", shown.out, shown.err);

    let acked = run(stage, &["ack", &service, "--as", "ada"]).await;
    assert_eq!(acked.code, Some(0), "{}{}", acked.out, acked.err);
    let shown = run(stage, &["incident", "show", &service]).await;
    assert!(shown.out.contains("ada"), "who acknowledged is in the timeline: {}", shown.out);

    let done = run(stage, &["resolve", &service, "--as", "ada"]).await;
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    assert!(resolved(stage).await, "whoever was paged is told that it is over");
    let closed = asked(stage, &["incidents", "--closed", "--since", "1h", "--json"]).await;
    assert!(closed.to_string().contains(&service), "{closed:#}");
    let report = run(stage, &["incident", "show", &service, "--markdown"]).await;
    assert!(report.out.starts_with('#') && report.out.contains(&alarm), "{}{}", report.out, report.err);
    let html = run(stage, &["incident", "show", &service, "--html"]).await;
    assert!(html.out.starts_with("<!doctype html>"), "{}", html.out);
    let month = run(stage, &["report", "--markdown"]).await;
    assert_eq!(month.code, Some(0), "{}{}", month.out, month.err);
    faults::calm(stage.overlay(), &stage.target, &alarm);
}

async fn a_silence_keeps_an_alarm_quiet_until_it_is_ended(stage: &Stage) {
    let alarm = format!("{}-P0-planned", stage.target.service);
    let matcher = format!("name={alarm}");
    let added = asked(
        stage,
        &[
            "silence",
            "add",
            "--match",
            &matcher,
            "--for",
            "2h",
            "--reason",
            "a planned change",
            "--as",
            "ada",
            "--json",
        ],
    )
    .await;
    let id = added.pointer("/order/silence/id").and_then(Value::as_str).expect("a silence has an id").to_owned();
    let listed = run(stage, &["silence", "list"]).await;
    assert!(listed.out.contains(&id) && listed.out.contains("a planned change"), "{}", listed.out);

    // What a router remembers of silences it forgets after five seconds.
    tokio::time::sleep(Duration::from_secs(6)).await;
    stage.mark();
    faults::set_off(stage.overlay(), &stage.target, &alarm);
    let told = stage.sees(Duration::from_secs(5), |seen| judge::received(seen, Way::Page) > 0).await;
    assert!(!told, "nobody is paged for a silenced alarm");
    let ended = run(stage, &["silence", "end", &id, "--as", "ada"]).await;
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert!(paged(stage).await, "what still rings when the silence ends is paged");
    faults::calm(stage.overlay(), &stage.target, &alarm);
    assert!(resolved(stage).await, "and resolved");
}

async fn who_is_on_call_is_shown_and_can_be_changed(stage: &Stage) {
    let shown = run(stage, &["oncall", "show"]).await;
    assert!(shown.out.contains("primary") && shown.out.contains("ada"), "{}{}", shown.out, shown.err);
    let gaps = run(stage, &["oncall", "gaps"]).await;
    assert_eq!(gaps.code, Some(0), "somebody is always on call: {}{}", gaps.out, gaps.err);
    let stranger = run(
        stage,
        &["oncall", "override", "--rotation", "primary", "--person", "nobody", "--until", "2h", "--reason", "ill"],
    )
    .await;
    assert_ne!(stranger.code, Some(0), "whom the configuration does not know cannot be on call: {}", stranger.out);
}

async fn an_alarm_is_traced_to_whom_it_reaches(stage: &Stage) {
    let alarm = format!("{}-P0-alb-5xx", stage.target.service);
    let traced = run(stage, &["route", "test", &alarm]).await;
    assert_eq!(traced.code, Some(0), "{}{}", traced.out, traced.err);
    assert!(traced.out.contains("P0") && traced.out.contains("pagerduty"), "{}", traced.out);
}

async fn a_dead_letter_is_read_redriven_and_discarded(stage: &Stage) {
    let dead =
        queue(stage, |name| name.contains("outer") && name.to_lowercase().contains("dead")).await.expect("it is there");
    let url = format!("http://{}/{}/{dead}", stage.overlay().calls.address(), stage.names.account);
    let alarm = format!("{}-P0-lost", stage.target.service);
    faults::put_alarm(stage.overlay(), &alarm, &[], std::slice::from_ref(&stage.target.alarms_topic));
    let letter = alarm_message(stage, &alarm);
    for body in [letter.to_string(), "what is this".to_owned()] {
        let send = json!({"QueueUrl": url, "MessageBody": body});
        stage.overlay().calls.json("sqs", "AmazonSQS.SendMessage", &send).await.expect("SQS takes it");
    }

    let listed = run(stage, &["deadletters", "list"]).await;
    assert!(listed.code == Some(0) && listed.out.contains(&dead), "{}{}", listed.out, listed.err);
    let shown = run(stage, &["deadletters", "show"]).await;
    assert!(shown.out.contains(&alarm), "a letter is told by what is in it: {}{}", shown.out, shown.err);

    stage.mark();
    let redriven = run(stage, &["deadletters", "redrive", "--all"]).await;
    assert_eq!(redriven.code, Some(0), "{}{}", redriven.out, redriven.err);
    assert!(paged(stage).await, "the lost alarm pages after all");
    let send = json!({"QueueUrl": url, "MessageBody": "nobody needs this"});
    stage.overlay().calls.json("sqs", "AmazonSQS.SendMessage", &send).await.expect("SQS takes it");
    let discarded = run(stage, &["deadletters", "discard", "--all", "--yes"]).await;
    assert_eq!(discarded.code, Some(0), "{}{}", discarded.out, discarded.err);
    let shown = run(stage, &["deadletters", "show"]).await;
    assert!(!shown.out.contains("nobody needs this"), "{}", shown.out);
}

/// The answer to a chapter of troubleshooting.
fn chapter<'a>(diagnosed: &'a Value, name: &str) -> Option<&'a str> {
    let chapters = diagnosed.get("chapters")?.as_array()?;
    let chapter = chapters.iter().find(|chapter| chapter.get("chapter").and_then(Value::as_str) == Some(name))?;
    chapter.get("answer")?.as_str()
}

async fn a_healthy_service_is_diagnosed_as_one(stage: &Stage) {
    let service = stage.target.service.as_str();
    let diagnosed = asked(stage, &["diagnose", service, "--json"]).await;
    assert_eq!(diagnosed["unread"], json!([]), "everything can be read: {diagnosed:#}");
    assert_eq!(diagnosed["cause"], "unknown", "{diagnosed:#}");
    for name in ["tasks_wont_start", "health_checks_failing", "scaling_not_working"] {
        assert_eq!(chapter(&diagnosed, name), Some("not_the_case"), "{name}: {diagnosed:#}");
    }
    let told = run(stage, &["diagnose", service]).await;
    assert_eq!(told.code, Some(0), "{}{}", told.out, told.err);
    assert!(told.out.contains("Nothing that was read is wrong.") && told.err.is_empty(), "{}{}", told.out, told.err);
    let elsewhere = run(stage, &["diagnose", service, "--stack", "nowhere"]).await;
    assert!(elsewhere.code == Some(0) && elsewhere.err.contains("no flight recorder"), "{}", elsewhere.err);
    let stranger = run(stage, &["diagnose", "nobody"]).await;
    assert!(stranger.code == Some(1) && stranger.err.contains(service), "{}{}", stranger.out, stranger.err);
}

async fn a_service_that_fails_is_diagnosed_from_a_terminal(stage: &Stage) {
    let service = stage.target.service.as_str();
    let alarms = format!("{service}-P0-");
    stage.mark();
    faults::cache_down(stage.overlay(), &stage.target);
    assert!(stage.sees(SOON, |seen| rings(seen, &alarms)).await, "an alarm of the service rings");
    let diagnosed = asked(stage, &["diagnose", service, "--json", "--evidence"]).await;
    assert_eq!(diagnosed["cause"], "redis_unreachable", "{diagnosed:#}");
    assert!(diagnosed["evidence"]["ringing"].to_string().contains(&alarms), "{diagnosed:#}");
    assert_eq!(chapter(&diagnosed, "health_checks_failing"), Some("the_case"), "{diagnosed:#}");
    let told = run(stage, &["diagnose", service]).await;
    assert!(told.out.contains("Cause: cache unreachable"), "{}{}", told.out, told.err);
}

fn rings(seen: &[Observation], alarms: &str) -> bool {
    let in_alarm = |each: &Observation| matches!(&each.what, Observed::AlarmChanged { alarm, state, .. } if alarm.starts_with(alarms) && state == "ALARM");
    seen.iter().any(in_alarm)
}

/// What CloudWatch would have sent.
fn alarm_message(stage: &Stage, alarm: &str) -> Value {
    let (region, account) = (&stage.names.region, &stage.names.account);
    json!({
        "AlarmName": alarm,
        "AlarmArn": format!("arn:aws:cloudwatch:{region}:{account}:alarm:{alarm}"),
        "AWSAccountId": account,
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "NewStateReason": "Threshold Crossed: 1 datapoint was greater than the threshold.",
        "StateChangeTime": "2026-01-02T03:04:05.678+0000",
        "Region": "EU (Ireland)",
        "Trigger": {
            "MetricName": "Nothing", "Namespace": "Sandbox", "StatisticType": "Statistic", "Statistic": "MAXIMUM",
            "Dimensions": [], "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.0,
            "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "ignore",
        },
    })
}
