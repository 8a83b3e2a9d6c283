//! Every scenario meets all that it demands. Each runs with another seed, so names and moments differ.

use sandbox::scenarios::ALL;
use scenarios::{run, told};
use tokio::task::JoinSet;

/// How many calls of a whole run may change something; all others may not be made at all.
fn writes_of(scenario: &str) -> usize {
    match scenario {
        "stale-tasks" | "redis-down" | "lost-notification" => 1,
        _ => 0,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_meets_all_that_it_demands() {
    let mut running = JoinSet::new();
    for (seed, scenario) in (11..).zip(ALL) {
        running.spawn(async move {
            let outcome = match run(scenario.name, seed, None).await {
                Ok(outcome) => outcome,
                Err(error) => return Some(format!("{}: {error}", scenario.name)),
            };
            let writes = outcome.report.actions.len();
            let fault = match outcome.report.passed {
                false => "it failed".to_owned(),
                true if writes != writes_of(scenario.name) => format!("{writes} calls changed something"),
                true => return None,
            };
            Some(format!("{} (seed {seed}): {fault}\n{}", scenario.name, told(&outcome)))
        });
    }
    let faults: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
