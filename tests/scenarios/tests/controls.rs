//! Every scenario fails without each of the functions, and for the reason that is that function's work: otherwise its passing
//! would show nothing.

use sandbox::functions::Function;
use sandbox::scenarios::Outcome;
use scenarios::{run, told};
use tokio::task::JoinSet;

/// Scenario, and a part of the demand that cannot be met.
type Control = (&'static str, &'static str);

/// What only the router does: it is the only notifier.
const ROUTER: &[Control] = &[
    ("stale-tasks", "a page reaches PagerDuty"),
    ("replaced-by-ecs", "a page reaches PagerDuty"),
    ("redis-down", "a page reaches PagerDuty"),
    ("suggest", "a page reaches PagerDuty"),
    ("lost-notification", "the message names the path that is broken"),
    ("unacked", "PagerDuty is paged 3 times"),
    ("silence-ends", "what still goes on is paged"),
    ("table-down", "a page reaches PagerDuty"),
    ("secrets-down", "the trouble reaches people by the pages topic"),
    ("muted-alarm", "the message names the path that may be broken"),
];

/// What only the enricher does.
const ENRICHER: &[Control] = &[
    ("stale-tasks", "explains the cause"),
    ("replaced-by-ecs", "explains the cause"),
    ("redis-down", "explains the cause"),
    ("suggest", "explains the cause"),
    ("lost-notification", "explains the cause"),
    ("table-down", "Slack shows the incident as it is"),
];

/// What only the remediator does, or says that it does not do.
const REMEDIATOR: &[Control] = &[
    ("stale-tasks", "exactly one write"),
    ("wedged-task", "exactly one write"),
    ("bad-release", "exactly one write"),
    ("replaced-by-ecs", "the message says that it was left to ECS"),
    ("redis-down", "the refusal names the cache"),
    ("suggest", "the message says what it would do"),
    ("approved", "exactly one write"),
    ("switched-off", "exactly one write"),
    ("lost-notification", "exactly one write"),
];

async fn without(function: Function, controls: &'static [Control], still_met: &'static [&'static str]) {
    let mut running = JoinSet::new();
    for (seed, (name, demand)) in (21..).zip(controls.iter().copied()) {
        running.spawn(async move {
            match run(name, seed, Some(function)).await {
                Ok(outcome) => {
                    fault_of(&outcome, demand, still_met).map(|fault| format!("{name}: {fault}\n{}", told(&outcome)))
                }
                Err(error) => Some(format!("{name}: {error}")),
            }
        });
    }
    let faults: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(faults.is_empty(), "without the {}:\n{}", function.word(), faults.join("\n"));
}

/// What is wrong with a control, if anything.
fn fault_of(outcome: &Outcome, demand: &str, still_met: &[&str]) -> Option<String> {
    if outcome.report.passed {
        return Some("it passed".to_owned());
    }
    if !outcome.missed().any(|expectation| expectation.text.contains(demand)) {
        return Some(format!("it failed, but met what only this function does: {demand}"));
    }
    let lost = outcome.missed().find(|missed| still_met.iter().any(|part| missed.text.contains(part)));
    lost.map(|missed| format!("it lost what this function has no part in: {}", missed.text))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_router_nobody_is_told() {
    without(Function::Router, ROUTER, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_enricher_people_are_paged_all_the_same_but_nothing_is_explained() {
    without(Function::Enricher, ENRICHER, &["a page reaches PagerDuty", "two independent channels"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_remediator_it_is_explained_all_the_same_but_nothing_is_done() {
    const STILL_MET: [&str; 3] = ["a page reaches PagerDuty", "two independent channels", "explains the cause"];
    without(Function::Remediator, REMEDIATOR, &STILL_MET).await;
}
