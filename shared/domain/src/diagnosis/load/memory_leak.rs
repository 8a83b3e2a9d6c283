//! The tasks use more and more memory without more requests.
//!
//! A leak is a steady rise over the hour, and of all tasks that are old enough. Tasks that only warm up are young, a step
//! is a change of something else, and one task alone is one task.

use jiff::SignedDuration;

use crate::diagnosis::symptoms::{fail_themselves, requests_times};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, Series};

/// How many points of a hundred the memory must rise within the hour.
const RISE: f64 = 12.0;
/// From which percentage on it matters.
const MATTERS_PERCENT: f64 = 65.0;
/// Below this there is memory left.
const FULL_PERCENT: f64 = 92.0;
/// With this many times the usual requests they are why.
const BUSIER: f64 = 1.5;
/// A task that is younger may still be warming up.
const WARM: SignedDuration = SignedDuration::from_mins(40);

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let metrics = evidence.metrics.read()?;
    let now = metrics.memory.lately(evidence.gathered_at).filter(|now| *now >= MATTERS_PERCENT)?;
    let rise = metrics.memory.steady_rise().filter(|rise| *rise >= RISE)?;
    let warm = evidence.tasks.read().is_some_and(|tasks| {
        tasks.iter().all(|task| task.started_at.is_some_and(|at| evidence.gathered_at.duration_since(at) >= WARM))
    });
    let busier = requests_times(evidence).is_none_or(|times| times >= BUSIER);
    let of_tasks = metrics.memory_by_task.len();
    let growing = metrics
        .memory_by_task
        .values()
        .filter(|series| Series::steady_rise(series).is_some_and(|it| it >= RISE / 2.0))
        .count();
    let confidence = match (of_tasks, growing) {
        _ if !warm || busier => Confidence::Low,
        // While there is memory left, its growth makes no request fail.
        _ if now < FULL_PERCENT && fail_themselves(evidence) => Confidence::Low,
        (0, _) => Confidence::Medium,
        (all, growing) if growing == all => Confidence::High,
        (all, growing) if growing * 3 >= all * 2 => Confidence::Medium,
        _ => Confidence::Low,
    };
    let mut facts = vec![format!("memory rose steadily by {rise:.0} points within the hour to {now:.0} %")];
    if of_tasks > 0 {
        facts.push(format!("{growing} of {of_tasks} tasks grow"));
    } else {
        facts.push("what each task uses is not known (Container Insights has it)".to_owned());
    }
    if !busier {
        facts.push("requests are about as usual".to_owned());
    }
    let hours = (100.0 - now) / rise;
    if confidence > Confidence::Low {
        facts.push(format!("at this rate it is full in about {:.0} minutes", hours * 75.0 * 0.75));
    }
    Some(Finding { cause: Cause::MemoryLeak, confidence, facts })
}
