//! The scenarios: each strikes a healthy service in one way and says what must come of it.
//!
//! A new scenario is one file beside this and one line in [`ALL`].

mod ack_race;
mod again;
mod approved;
mod bad_release;
mod cpu_at_maximum;
mod drive;
mod failing_release;
mod faulty_write;
mod flapping;
mod held_back;
mod killed;
mod lost_notification;
mod muted_alarm;
mod redis_down;
mod replaced_by_ecs;
mod router_stopped;
mod secrets_down;
mod silence_ends;
mod slack_down;
mod stale_tasks;
mod storm;
mod suggest;
mod table_down;
mod unacked;
mod wedged_task;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

use crate::functions::Function;
use crate::iam::Roles;
use crate::judge::{Case, Expectation, Expected, only};
use crate::observed::Observed;
use crate::stage::{Mode, Setting, Stage, StageError, Tuning};
use crate::timeline::{self, Report};

/// Drives a stage through a scenario.
type Driven<'a> = Pin<Box<dyn Future<Output = Result<(), StageError>> + Send + 'a>>;

/// One scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows, in one line.
    pub shows: &'static str,
    /// What Paramedic may do.
    pub mode: Mode,
    /// What the config says beside the service.
    pub tuning: Tuning,
    /// What people receive; a message that is not among it fails the scenario.
    expects: &'static [Expected],
    drive: fn(&Stage) -> Driven<'_>,
    judge: fn(&Case) -> Vec<Expectation>,
}

/// All scenarios, in the order they are listed.
pub static ALL: [&Scenario; 28] = [
    &stale_tasks::SCENARIO,
    &wedged_task::SCENARIO,
    &bad_release::SCENARIO,
    &failing_release::SCENARIO,
    &cpu_at_maximum::SCENARIO,
    &replaced_by_ecs::SCENARIO,
    &redis_down::SCENARIO,
    &suggest::SCENARIO,
    &approved::SCENARIO,
    &held_back::SWITCHED_OFF,
    &held_back::UNACCOUNTED,
    &killed::BEFORE,
    &killed::AFTER,
    &faulty_write::THROTTLED,
    &faulty_write::ANSWER_LOST,
    &faulty_write::FAILED,
    &faulty_write::HANGS,
    &lost_notification::SCENARIO,
    &unacked::SCENARIO,
    &silence_ends::SCENARIO,
    &ack_race::SCENARIO,
    &slack_down::SCENARIO,
    &table_down::SCENARIO,
    &secrets_down::SCENARIO,
    &storm::SCENARIO,
    &flapping::SCENARIO,
    &muted_alarm::SCENARIO,
    &router_stopped::SCENARIO,
];

/// Finds a scenario by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scenario> {
    ALL.into_iter().find(|scenario| scenario.name == name)
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The machine-readable result.
    pub report: Report,
    /// What was demanded, and whether it was so.
    pub expectations: Vec<Expectation>,
    /// When the fault was staged.
    pub fault_at: Timestamp,
    /// The roles of the functions, and everything that was asked of them since they were deployed.
    pub roles: Roles,
}

impl Outcome {
    /// The demands that were not met.
    pub fn missed(&self) -> impl Iterator<Item = &Expectation> {
        self.expectations.iter().filter(|expectation| !expectation.met)
    }
}

/// Runs a scenario from nothing to its verdict. `tell` hears of each step until the fault.
///
/// # Errors
/// When the stage cannot be set; a scenario that fails is no error.
pub async fn run(
    scenario: &Scenario,
    seed: u64,
    without: Option<Function>,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<Outcome, StageError> {
    let setting = Setting {
        seed,
        mode: scenario.mode,
        tuning: scenario.tuning,
        without,
        limit: Duration::from_secs(10 * 60),
        ..Setting::default()
    };
    let stage = Stage::set(&setting, tell).await?;
    // When the fault comes must not matter.
    tokio::time::sleep(Duration::from_millis(stage.names.fault_after_ms)).await;
    tell("staging the fault");
    let before = stage.mark();
    (scenario.drive)(&stage).await?;
    let again = again::decided_again(&stage).await;
    stage.keep().await?;
    Ok(judge(scenario, &stage, before, again))
}

fn judge(scenario: &Scenario, stage: &Stage, before: usize, again: Expectation) -> Outcome {
    let overlay = stage.overlay();
    let (service, alarms) = {
        let cloud = overlay.cloud();
        (cloud.service_view(&stage.subject.service), cloud.alarms_view())
    };
    let all = overlay.log.all();
    let seen = all.get(before..).unwrap_or_default().to_vec();
    let is_fault = |what: &Observed| matches!(what, Observed::Fault { .. });
    let fault_at = seen.iter().find(|seen| is_fault(&seen.what)).map_or_else(Timestamp::now, |seen| seen.at);
    let case = Case { subject: stage.subject.clone(), fault_at, seen, service, alarms };
    let mut expectations = (scenario.judge)(&case);
    expectations.push(only(&case, scenario.expects));
    expectations.push(again);
    expectations.extend(overlay.complaints().into_iter().map(|complaint| Expectation {
        text: "the sandbox itself works".to_owned(),
        met: false,
        evidence: complaint,
        at: None,
    }));
    let roles = overlay.roles().clone();
    let refused: Vec<&str> = roles.refused().collect();
    expectations.push(Expectation {
        text: "no function calls what its role does not allow".to_owned(),
        met: refused.is_empty(),
        evidence: if refused.is_empty() { "nothing was refused".to_owned() } else { refused.join("; ") },
        at: None,
    });
    let passed = !expectations.is_empty() && expectations.iter().all(|expectation| expectation.met);
    let report = timeline::report(scenario.name, passed, &case.subject.service, fault_at, &case.seen);
    Outcome { report, expectations, fault_at, roles }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_is_found_by_its_name_and_says_what_it_shows() {
        for scenario in ALL {
            assert!(find(scenario.name).is_some_and(|found| std::ptr::eq(found, scenario)), "{}", scenario.name);
            assert!(!scenario.shows.is_empty() && !scenario.shows.contains('\n'), "{}", scenario.name);
            assert!(!scenario.name.contains(' '), "{}", scenario.name);
        }
        assert!(find("no-such-scenario").is_none());
    }
}
