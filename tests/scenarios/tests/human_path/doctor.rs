//! `infra-bootstrap doctor` on a deployed stack: what is well passes, and each break is found by exactly its check.

use std::collections::BTreeSet;

use sandbox::observed::PeopleTopic;
use sandbox::stage::Stage;
use serde_json::Value;

use super::breaks::{BREAKS, subscribe, unsubscribe};
use super::stage;

/// The checks that ended so.
fn ended(report: &Value, verdict: &str) -> BTreeSet<String> {
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    findings
        .iter()
        .filter(|finding| finding["verdict"] == verdict)
        .filter_map(|finding| finding["check"].as_str().map(str::to_owned))
        .collect()
}

/// What the doctor says, and with which exit code.
async fn examine(stage: &Stage) -> (Option<i32>, Value) {
    let ran = stage.command_line(&["doctor", "--json"]).await.expect("the command line runs");
    let report =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", ran.out, ran.err));
    (ran.code, report)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_break_of_the_human_path_is_found_by_exactly_its_check() {
    let stage = stage(41).await;
    // The mailbox of everybody is Ada's now.
    unsubscribe(&stage, stage.topic(PeopleTopic::People), "").await.expect("it was subscribed");
    subscribe(&stage, PeopleTopic::People).await.expect("SNS takes it");

    let (code, report) = examine(&stage).await;
    assert_eq!(ended(&report, "fail"), BTreeSet::new(), "{report:#}");
    // Nobody outside this machine can be called from it.
    assert_eq!(ended(&report, "unproven"), BTreeSet::from(["outside-heartbeat".to_owned()]), "{report:#}");
    assert_eq!(code, Some(3), "nothing failed, and not everything is proven");

    let mut wrong = Vec::new();
    for (broken, check) in BREAKS {
        broken.make(&stage).await.unwrap_or_else(|error| panic!("{broken:?}: {error}"));
        let (code, report) = examine(&stage).await;
        let failed = ended(&report, "fail");
        if failed != BTreeSet::from([check.to_owned()]) || code != Some(1) {
            wrong.push(format!("{broken:?} is found by {failed:?} instead of {check}, exit code {code:?}"));
        }
        broken.mend(&stage).await.unwrap_or_else(|error| panic!("{broken:?}: {error}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
