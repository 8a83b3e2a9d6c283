//! Every scenario meets all that it demands. Each runs with another seed, so names and moments differ.

#![allow(clippy::expect_used, clippy::panic)]

use sandbox::scenarios::{ALL, Outcome};
use scenarios::{run, told};

async fn passes(name: &str, seed: u64) -> Outcome {
    let outcome = run(name, seed, None).await.expect("the stage is set");
    assert!(outcome.report.passed, "{name} with seed {seed} failed:\n{}", told(&outcome));
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stale_tasks_are_paged_explained_redeployed_and_verified() {
    let outcome = passes("stale-tasks", 11).await;
    let calls: Vec<&str> = outcome.report.actions.iter().map(|action| action.call.as_str()).collect();
    assert_eq!(calls, ["ecs:UpdateService"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ecs_repairs_itself_is_explained_and_left_alone() {
    let outcome = passes("replaced-by-ecs", 12).await;
    assert!(outcome.report.actions.is_empty(), "{}", told(&outcome));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_cache_is_named_not_fought_and_a_later_fault_is_still_remedied() {
    let outcome = passes("redis-down", 13).await;
    assert_eq!(outcome.report.actions.len(), 1, "{}", told(&outcome));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_mode_suggest_the_message_carries_the_command_and_nothing_is_touched() {
    let outcome = passes("suggest", 14).await;
    assert!(outcome.report.actions.is_empty(), "{}", told(&outcome));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alarm_whose_actions_are_disabled_is_found_all_the_same() {
    passes("lost-notification", 15).await;
}

#[test]
fn every_scenario_has_its_test_here() {
    let source = include_str!("scenarios.rs");
    for scenario in ALL {
        assert!(source.contains(&format!("passes(\"{}\"", scenario.name)), "{} has no test", scenario.name);
    }
}
