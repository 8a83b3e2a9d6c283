//! Every scenario meets all that it demands, and the roles are what the scenarios need of them. Each scenario runs once, with
//! a seed of its own, so names and moments differ.
#![allow(clippy::panic)]

use std::collections::BTreeSet;

use sandbox::iam::Grant;
use sandbox::scenarios::{ALL, Outcome};
use scenarios::{run, told};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

const REMEDIATOR: &str = "paramedic-remediator";
/// What the scenarios need of the remediator's role. Written down so that the quick tests of the sandbox can hold the template to it.
const NEEDED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/roles/remediator.txt"));

/// What came of a scenario, or why nothing did.
struct Ran {
    name: &'static str,
    seed: u64,
    outcome: Result<Outcome, String>,
}

/// All of them, run for the first test that asks.
async fn all() -> &'static [Ran] {
    static RUN: OnceCell<Vec<Ran>> = OnceCell::const_new();
    RUN.get_or_init(|| async {
        let mut running = JoinSet::new();
        for (seed, scenario) in (11..).zip(ALL) {
            running.spawn(async move {
                let outcome = run(scenario.name, seed, None).await.map_err(|error| error.to_string());
                Ran { name: scenario.name, seed, outcome }
            });
        }
        running.join_all().await
    })
    .await
}

/// How many calls of a whole run may change something; all others may not be made at all.
fn writes_of(scenario: &str) -> usize {
    match scenario {
        "stale-tasks" | "wedged-task" | "bad-release" | "failing-release" | "redis-down" | "lost-notification" => 1,
        "approved" | "switched-off" | "unaccounted" | "killed-before-acting" | "killed-while-acting" => 1,
        "write-answer-lost" | "write-failed" | "write-hangs" => 1,
        "cpu-at-maximum" | "write-throttled" => 2,
        _ => 0,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_meets_all_that_it_demands() {
    let faults: Vec<String> = all().await.iter().filter_map(fault_of).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn fault_of(Ran { name, seed, outcome }: &Ran) -> Option<String> {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return Some(format!("{name}: {error}")),
    };
    let writes = outcome.report.actions.len();
    let fault = match outcome.report.passed {
        false => "it failed".to_owned(),
        true if writes != writes_of(name) => format!("{writes} calls changed something"),
        true => return None,
    };
    Some(format!("{name} (seed {seed}): {fault}\n{}", told(outcome)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_without_any_one_of_its_grants_refuses_a_call_of_a_scenario() {
    for function in [REMEDIATOR, "paramedic-alert-enricher"] {
        let (mut granted, mut needed) = (BTreeSet::new(), BTreeSet::new());
        for outcome in all().await.iter().filter_map(|ran| ran.outcome.as_ref().ok()) {
            let role = outcome.roles.role_of(function).unwrap_or_else(|error| panic!("{error}"));
            granted.extend(Grant::all(&role.statements));
            needed.extend(Grant::needed(&role.statements, &outcome.roles.used_by(function)));
        }
        assert!(!granted.is_empty(), "{function} has a role");
        let idle: Vec<String> = granted.difference(&needed).map(ToString::to_string).collect();
        assert!(idle.is_empty(), "no scenario needs these of {function}:\n{}", idle.join("\n"));
        if function == REMEDIATOR {
            let needed: Vec<String> = needed.iter().map(ToString::to_string).collect();
            assert_eq!(
                needed,
                NEEDED.lines().collect::<Vec<_>>(),
                "tests/fixtures/roles/remediator.txt says otherwise"
            );
        }
    }
}
