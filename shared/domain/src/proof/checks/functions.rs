//! Whether the functions are there, take from their queues, and are called every minute.

use jiff::{SignedDuration, Timestamp};

use super::super::finding::Says;
use super::super::readings::{FunctionFacts, Role, queue_name};
use super::super::report::lasting;
use super::super::{Expected, Readings};
use crate::evidence::Reading;

/// Each function exists, can run, and has an enabled mapping that reports single failures.
pub(super) fn functions(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let (mut problems, mut unread, mut good) = (Vec::new(), Vec::new(), Vec::new());
    for (role, function) in &readings.functions {
        match function {
            Reading::Read(Some(function)) => {
                let found = problem(*role, function);
                if found.is_empty() {
                    good.push(role.as_str());
                }
                problems.extend(found);
            }
            Reading::Read(None) => problems.push(format!("there is no function {}", role.as_str())),
            Reading::NotConfigured => {}
            Reading::Unread { why } => unread.push(format!("{} could not be read: {why}", role.as_str())),
        }
    }
    let hint = "deploy the ops stack again, and enable the event source mapping if somebody disabled it";
    Says::all(problems, unread, format!("{} run, and take from their queues", good.join(", ")), hint)
}

fn problem(role: Role, function: &FunctionFacts) -> Vec<String> {
    let name = role.as_str();
    let mut problems = Vec::new();
    if function.state == "Failed" {
        problems.push(format!("{name} is in state Failed"));
    }
    if function.sources.is_empty() && role.takes_from_a_queue() {
        problems.push(format!("{name} takes from no queue"));
    }
    for source in &function.sources {
        let queue = queue_name(&source.queue);
        if !matches!(source.state.as_str(), "Enabled" | "Enabling" | "Creating" | "Updating") {
            problems.push(format!("{name} does not take from {queue}: the mapping is {}", source.state));
        }
        if !source.partial {
            problems.push(format!("{name} takes from {queue} without ReportBatchItemFailures"));
        }
    }
    problems
}

/// The tick reconciled not long ago: the rule is enabled, may invoke the router, and the router can use its table.
pub(super) fn tick(expected: &Expected, readings: &Readings, now: Timestamp) -> Says {
    let hint = "enable the rule Tick (template parameter TickState); after the first deployment wait for some minutes";
    match &readings.ticked_at {
        Reading::Unread { why } => Says::unread("the time of the last tick", why),
        Reading::NotConfigured => Says::skip("the ops stack is not deployed"),
        Reading::Read(None) => Says::fail("the minute tick has never run", hint),
        Reading::Read(Some(at)) => {
            let ago = now.duration_since(*at).max(SignedDuration::ZERO);
            let told = format!("the last reconciliation was {} ago", lasting(ago));
            // One may be skipped while AWS throttles, and the turn may fall into the minute after it is due.
            let late = expected.reconcile_every * 2 + SignedDuration::from_mins(2);
            if ago > late { Says::fail(told, hint) } else { Says::pass(told) }
        }
    }
}
