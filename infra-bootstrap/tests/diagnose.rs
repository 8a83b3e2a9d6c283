//! What somebody sees who asks for a diagnosis from a terminal: the same words as an incident's message, and the chapters of
//! troubleshooting, from a service of which everything, something or nothing can be read.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod http_stub;
mod service_stub;

use std::path::Path;
use std::process::Output;

use infra_bootstrap::diagnose::{DiagnoseRequest, Diagnosed, diagnosed, diagnosed_json, diagnosed_text};
use jiff::Timestamp;
use paramedic_domain::id::ServiceName;
use serde_json::Value;
use service_stub::{FOLDER, ServiceStub, World};

fn now() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

async fn of_web(stub: &ServiceStub) -> Diagnosed {
    let request = DiagnoseRequest {
        service: ServiceName::from("web"),
        stack_name: "paramedic".to_owned(),
        config: Path::new(FOLDER).join("paramedic.toml"),
    };
    diagnosed(&stub.sdk().await, &request, now()).await.unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn a_service_is_told_as_an_incident_would_be_and_then_by_chapters() {
    let stub = ServiceStub::start(World::default(), now());
    let diagnosed = of_web(&stub).await;
    insta::assert_snapshot!("text", diagnosed_text(&diagnosed));
    insta::assert_json_snapshot!("json", diagnosed_json(&diagnosed, false));
}

#[tokio::test]
async fn the_alarms_are_asked_for_once_and_only_those_of_the_service_count() {
    let stub = ServiceStub::start(World::default(), now());
    let diagnosed = of_web(&stub).await;
    let ringing: Vec<&str> =
        diagnosed.evidence.ringing.read().unwrap().iter().map(|alarm| alarm.name.as_str()).collect();
    assert_eq!(ringing, ["web-P1-running-tasks"]);
    let calls = stub.calls();
    assert_eq!(calls.iter().filter(|call| *call == "DescribeAlarms").count(), 1);
    // Sixteen readings, and whose account it is, where the recorder is, and what rings.
    assert_eq!(calls.len(), 16 + 3, "{calls:?}");
}

#[tokio::test]
async fn what_may_not_be_read_is_named_and_leaves_its_chapters_open() {
    let denied = &["ListTasks", "DescribeAlarms", "DescribeScalingPolicies", "configuration"];
    let stub = ServiceStub::start(World { denied, ..World::default() }, now());
    insta::assert_snapshot!("text_without_permissions", diagnosed_text(&of_web(&stub).await));
}

#[test]
fn it_works_without_a_stack_and_says_what_that_costs() {
    let stub = ServiceStub::start(World { without_stack: true, ..World::default() }, Timestamp::now());
    let ran = stub.run(&["diagnose", "web", "--stack", "elsewhere"]);
    assert_eq!(ran.status.code(), Some(0), "{}{}", out(&ran), err(&ran));
    assert!(out(&ran).contains("Cause: image cannot be pulled (high confidence)"), "{}", out(&ran));
    let note = err(&ran);
    assert!(note.starts_with("there is no flight recorder of a stack elsewhere") && note.contains("hint: "), "{note}");
    assert_eq!(note.lines().count(), 2, "no progress where nobody looks: {note:?}");
    assert_eq!(stub.calls().iter().filter(|call| *call == "FilterLogEvents").count(), 1);
}

#[test]
fn json_has_everything_that_was_read_when_it_is_wanted_and_no_secret() {
    let stub = ServiceStub::start(World::default(), Timestamp::now());
    let short = stub.run(&["diagnose", "web", "--json"]);
    let ran = stub.run(&["diagnose", "web", "--json", "--evidence"]);
    assert_eq!((ran.status.code(), err(&ran).as_str()), (Some(0), ""));
    let (short, whole): (Value, Value) =
        (serde_json::from_str(&out(&short)).unwrap(), serde_json::from_str(&out(&ran)).unwrap());
    assert_eq!(short.get("evidence"), None);
    assert_eq!(whole["cause"], "image_pull_failed");
    let shapes = whole["evidence"]["errors"].to_string();
    assert!(shapes.contains("login failed") && !shapes.contains("hunter2"), "{shapes}");
}

#[test]
fn a_service_that_the_configuration_does_not_have_and_an_account_that_does_not_answer_are_failures() {
    let stub = ServiceStub::start(World { denied: &["GetCallerIdentity"], ..World::default() }, Timestamp::now());
    let stranger = stub.run(&["diagnose", "wep"]);
    assert_eq!((stranger.status.code(), out(&stranger).as_str()), (Some(1), ""));
    let why = err(&stranger);
    assert!(why.contains("no service \"wep\" in paramedic.toml, which has web, batch\nhint: "), "{why}");
    assert_eq!(stub.calls(), Vec::<String>::new(), "nothing is read for a name that is wrong");
    let nobody = stub.run(&["diagnose", "web", "--json"]);
    assert_eq!((nobody.status.code(), out(&nobody).as_str()), (Some(1), ""));
    assert!(
        err(&nobody).contains("sts:GetCallerIdentity failed") && err(&nobody).contains("hint: "),
        "{}",
        err(&nobody)
    );
}
