//! From the alarm to the message: the deployed functions page, read, and explain.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;

use sandbox::causes::{Incident, Playhouse, all};
use sandbox::faults;
use sandbox::judge::{self, Way};
use sandbox::observed::{Observation, Observed};
use sandbox::stage::Tuning;
use serde_json::json;

/// A page goes out, and the explanation follows, within this.
const PAGED: Duration = Duration::from_secs(15);
const EXPLAINED: Duration = Duration::from_secs(30);

/// One of each sort, by name.
const A_DOZEN: [&str; 12] = [
    "every task fills its memory",
    "tasks end soon after their start",
    "the execution role may not pull any more",
    "the way to Secrets Manager is gone",
    "the quota of vCPUs is used up",
    "the cache's node is gone",
    "the cache is too small",
    "the credential of the running tasks was rotated",
    "the target group asks for a path that is not there",
    "the CPU is used up and scaling is suspended",
    "three times the usual number of people come",
    "what every request asks for is slow",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dozen_incidents_are_paged_and_explained_and_no_planted_secret_leaves_the_log() {
    // Alarms that the story itself set off in its past are no part of it; reconciliation would find them.
    let tuning = Tuning { reconcile_every: "12h", ..Tuning::USUAL };
    let house = Playhouse::open_awake(5, tuning, &mut |_step| {}).await.unwrap_or_else(|error| panic!("{error}"));
    let mut planted = Vec::new();
    for (number, name) in (1..).zip(A_DOZEN) {
        let incident = all().into_iter().find(|incident| incident.name == name).expect("it is in the catalogue");
        planted.extend(explained(&house, &incident, number).await);
    }
    assert!(planted.len() >= A_DOZEN.len(), "secrets were planted: {planted:?}");
    let told = format!("{:?}", house.beneath().overlay().log.all());
    let logged = house.beneath().function_logs().await;
    let written = tables(&house).await;
    assert!(told.contains("Cause:") && written.contains("diagnosed"), "there is something to look through");
    assert!(logged.contains("diagnosed"), "the enricher logs what it found: {logged}");
    for secret in &planted {
        for (place, text) in [("a message", &told), ("a log", &logged), ("the table", &written)] {
            assert!(!text.contains(secret.as_str()), "{secret:?} is in {place}");
        }
    }
    let complaints = house.beneath().overlay().complaints();
    assert!(complaints.is_empty(), "{complaints:?}");
}

/// Plays the incident, lets an alarm ring, and looks at what people get. Gives the secrets that the application wrote into its
/// log meanwhile.
async fn explained(house: &Playhouse, incident: &Incident, number: u64) -> Vec<String> {
    let (stage, name) = (house.beneath(), incident.name);
    let planted = house.play_live(incident, 100 + number).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    let alarm = format!("{}-P0-by-hand-{number:02}", stage.target.service);
    stage.mark();
    faults::set_off(stage.overlay(), &stage.target, &alarm);
    assert!(stage.sees(PAGED, |seen| judge::received(seen, Way::Page) > 0).await, "{name}: paged");
    let words = incident.cause.words();
    let is_told = |seen: &[Observation]| causes_told(seen).any(|cause| cause.starts_with(&format!("Cause: {words}")));
    assert!(
        stage.sees(EXPLAINED, is_told).await,
        "{name}: explained as {words:?}, and not as {:?}",
        causes_told(&stage.overlay().log.all()).last()
    );
    let resolved = stage.command_line(&["resolve", &stage.target.service, "--as", "ada"]).await.expect("it runs");
    assert_eq!(resolved.code, Some(0), "{name}: {}{}", resolved.out, resolved.err);
    let is_over = |seen: &[Observation]| {
        seen.iter().any(|each| matches!(&each.what, Observed::PagerDuty(event) if event.event_action == "resolve"))
    };
    assert!(stage.sees(PAGED, is_over).await, "{name}: resolved");
    faults::calm(stage.overlay(), &stage.target, &alarm);
    planted
}

fn causes_told(seen: &[Observation]) -> impl Iterator<Item = &str> {
    let lines = seen.iter().filter_map(|each| match &each.what {
        Observed::Slack(request) if request.refused.is_none() => Some(&request.lines),
        _ => None,
    });
    lines.flatten().map(String::as_str).filter(|line| line.starts_with("Cause:"))
}

/// All that stands in the tables.
async fn tables(house: &Playhouse) -> String {
    let calls = &house.beneath().overlay().calls;
    let mut all = String::new();
    let known = calls.json("dynamodb", "DynamoDB_20120810.ListTables", &json!({})).await.expect("tables are listed");
    for table in known["TableNames"].as_array().into_iter().flatten() {
        let read = calls.json("dynamodb", "DynamoDB_20120810.Scan", &json!({"TableName": table})).await;
        all.push_str(&read.expect("a table is read").to_string());
    }
    all
}
