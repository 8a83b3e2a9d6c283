//! Runs scenarios of the sandbox for the tests beside this: each from nothing to its verdict, on a cloud of its own.

use std::fmt::Write as _;

use sandbox::functions::Function;
use sandbox::scenarios::{self, Outcome};
use sandbox::stage::StageError;
use tokio::sync::Semaphore;

/// How many clouds run at once. They mostly wait, so two cores carry more than two; beyond this they wait for each other.
const AT_ONCE: u32 = 4;
/// What needs the machine for itself: a thousand alarms within a minute are all that one MiniStack can take.
const ALONE: [&str; 1] = ["storm"];

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE as usize);

/// Why there is no outcome.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No scenario has this name.
    #[error("there is no scenario {0:?}")]
    Unknown(String),
    /// The stage could not be set.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The semaphore was closed, which nobody does.
    #[error("no place to run")]
    NoPlace,
}

/// Runs a scenario, with a function switched off if one is named.
///
/// # Errors
/// When there is no such scenario, or its stage cannot be set.
pub async fn run(name: &str, seed: u64, without: Option<Function>) -> Result<Outcome, RunError> {
    let scenario = scenarios::find(name).ok_or_else(|| RunError::Unknown(name.to_owned()))?;
    let places = if ALONE.contains(&name) { AT_ONCE } else { 1 };
    let _place = PLACES.acquire_many(places).await.map_err(|_closed| RunError::NoPlace)?;
    Ok(scenarios::run(scenario, seed, without, &mut |_step| {}).await?)
}

/// What was demanded, what came of it, and what happened: for the message of a failed assertion.
#[must_use]
pub fn told(outcome: &Outcome) -> String {
    let mut text = String::new();
    for expectation in &outcome.expectations {
        let word = if expectation.met { "pass" } else { "FAIL" };
        // Writing to a string does not fail.
        let _written = writeln!(text, "{word}  {}: {}", expectation.text, expectation.evidence);
    }
    for event in &outcome.report.events {
        let _written = writeln!(text, "{:>7} ms  {:<9}  {}", event.t_ms, event.kind.word(), event.detail);
    }
    text
}
