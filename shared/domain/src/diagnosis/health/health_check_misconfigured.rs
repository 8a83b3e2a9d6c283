//! The health check fails while requests succeed: it asks for the wrong path, port or host, is not allowed in, runs a
//! command that the image does not have, or begins before the application can have started.
//!
//! Sources: "Target health status" and "Health check reason codes" (Elastic Load Balancing User Guide), `HealthCheck` in the
//! Amazon ECS API reference.

use jiff::SignedDuration;

use crate::diagnosis::symptoms::{failing, requests_times, sick_targets, slow};
use crate::diagnosis::{Cause, Confidence, Finding, change};
use crate::evidence::{Evidence, HealthCheck, StoppedTask, Target};

/// Fewer requests a period than this do not show that requests succeed.
const ENOUGH_REQUESTS: f64 = 10.0;
/// The share of requests that may be refused while "requests succeed", in percent.
const REFUSED_PERCENT: f64 = 20.0;
/// How long ago ECS may have stopped a task for its health check.
const LATELY: SignedDuration = SignedDuration::from_mins(45);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    of_container(evidence).or_else(|| of_load_balancer(evidence))
}

/// The load balancer's check is answered, but not as it wants, or not at all, while requests are.
fn of_load_balancer(evidence: &Evidence) -> Option<Finding> {
    let sick = evidence.sick().filter(|sick| sick.is_majority() && sick.sick > 0)?;
    let targets = sick_targets(evidence);
    let refusal = targets.first().and_then(|target| refusal(target))?;
    if !targets.iter().all(|target| self::refusal(target).as_deref() == Some(refusal.as_str()))
        || !requests_succeed(evidence)
    {
        return None;
    }
    // A check of which nothing comes back may also be a task that has no time for it.
    let answered = refusal.parse::<u16>().is_ok();
    let deploying = evidence.service.read().is_none_or(|service| service.in_flight().is_some());
    let confidence = match (answered, sick.sick == sick.of) {
        _ if deploying => Confidence::Low,
        (true, true) => Confidence::High,
        (true, false) | (false, true) => Confidence::Medium,
        (false, false) => Confidence::Low,
    };
    let what = if answered { format!("is answered with {refusal}") } else { format!("gets no answer ({refusal})") };
    let mut facts = vec![
        format!("the health check of {} of {} targets {what}", sick.sick, sick.of),
        "requests succeed all the same".to_owned(),
    ];
    facts.extend(check_changed(evidence));
    Some(Finding { cause: Cause::HealthCheckMisconfigured, confidence, facts })
}

/// With what the check is refused: a status that says that it asks wrongly, one of success that it does not take for one,
/// or that nothing answers.
fn refusal(target: &Target) -> Option<String> {
    let description = target.description.as_deref().unwrap_or_default();
    let codes: Vec<&str> =
        description.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 3).collect();
    match (codes.as_slice(), target.reason.as_deref()) {
        ([code], _) if code.starts_with(['2', '3', '4']) => Some((*code).to_owned()),
        ([], Some("Target.Timeout")) => Some("Target.Timeout".to_owned()),
        ([], Some("Target.FailedHealthChecks")) => Some("Target.FailedHealthChecks".to_owned()),
        _ => None,
    }
}

fn requests_succeed(evidence: &Evidence) -> bool {
    let Some(metrics) = evidence.metrics.read() else { return false };
    let at = evidence.gathered_at;
    let enough = metrics.requests.lately(at).is_some_and(|requests| requests >= ENOUGH_REQUESTS);
    let refused = metrics
        .requests
        .points()
        .iter()
        .rev()
        .take(3)
        .any(|point| metrics.target_4xx.at(point.at).unwrap_or(0.0) * 100.0 > point.value * REFUSED_PERCENT);
    let fallen = requests_times(evidence).is_some_and(|times| times < 0.5);
    let busy = metrics.cpu.lately(at).is_none_or(|cpu| cpu >= 80.0);
    enough && !refused && !fallen && !busy && failing(evidence).is_none() && slow(evidence).is_none()
}

/// ECS stops tasks for a container's health check that cannot succeed.
fn of_container(evidence: &Evidence) -> Option<Finding> {
    let stopped: Vec<&StoppedTask> = evidence
        .ended(LATELY)
        .into_iter()
        .filter(|task| task.says(|reason| reason.contains("failed container health checks")).is_some())
        .collect();
    let definition = evidence.definition.read()?;
    let check = definition.containers.iter().find_map(|container| container.health_check.as_ref())?;
    if stopped.len() < 2 || failing(evidence).is_some() {
        return None;
    }
    let patience = check.start_period + check.interval * i32::try_from(check.retries.max(1)).unwrap_or(3);
    let at_once = stopped.iter().all(|task| {
        task.lived().is_some_and(|lived| lived <= patience + check.interval + SignedDuration::from_secs(60))
    });
    let missing = missing_command(evidence, check);
    let changed = check_changed(evidence);
    let confidence = match (missing.is_some(), changed.is_some(), at_once) {
        (true, ..) | (_, true, true) => Confidence::High,
        (false, false, true) => Confidence::Medium,
        _ => Confidence::Low,
    };
    let mut facts =
        vec![format!("ECS stopped {} tasks whose container health check failed: {}", stopped.len(), check.command)];
    facts.extend(missing);
    if at_once {
        facts.push(format!(
            "each ended about when the check's patience did (start period {} s, {} failures {} s apart)",
            check.start_period.as_secs(),
            check.retries,
            check.interval.as_secs()
        ));
    }
    facts.extend(changed);
    Some(Finding { cause: Cause::HealthCheckMisconfigured, confidence, facts })
}

/// What the tasks log of a command that is not in the image.
fn missing_command(evidence: &Evidence, check: &HealthCheck) -> Option<String> {
    let words: Vec<&str> = check
        .command
        .split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
        .filter(|word| word.len() > 2 && !matches!(*word, "CMD" | "SHELL" | "CMD-SHELL" | "exit" | "bin"))
        .collect();
    let line = evidence.errors.read()?.iter().find(|shape| {
        (shape.shape.contains("not found") || shape.shape.contains("no such file"))
            && words.first().is_some_and(|word| shape.shape.contains(word))
    })?;
    Some(format!("tasks log: {}", line.shape))
}

/// That the health check is new.
fn check_changed(evidence: &Evidence) -> Option<String> {
    let differences = change::differences(evidence)?;
    let difference = differences.iter().find(|difference| difference.what.starts_with("health check"))?;
    Some(format!("with this revision, {difference}"))
}
