//! The way from an alarm to a person and back, as somebody goes it on a deployed stack: with the built command line against
//! the running functions.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod breaks;
mod commands;
mod doctor;

use sandbox::stage::{Setting, Stage, Tuning};

/// Whoever is on call at any moment, and how the stage's router sees them.
const PEOPLE: &str = r#"
[[person]]
name = "ada"

[[rotation]]
name = "primary"
people = ["ada"]
shift = "daily"
handover = "09:00"
starts = "2026-01-05"
time_zone = "UTC"

[[policy]]
name = "default"
[[policy.p0.step]]
notify = ["pagerduty", "pages", "slack", "oncall:primary"]
wait = "20m"
"#;

async fn stage(seed: u64) -> Stage {
    let setting = Setting { seed, tuning: Tuning { tables: PEOPLE, ..Tuning::USUAL }, ..Setting::default() };
    match Stage::set(&setting, &mut |_step| {}).await {
        Ok(stage) => stage,
        Err(error) => panic!("the stage could not be set: {error}"),
    }
}
