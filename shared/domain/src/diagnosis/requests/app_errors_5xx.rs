//! Tasks answer requests with errors, and nothing that was read explains it.

use jiff::SignedDuration;

use crate::diagnosis::symptoms::{failing, sum_within};
use crate::diagnosis::{Cause, Confidence, ERRORS_MATTER_PERCENT, Finding};
use crate::evidence::{ErrorShape, Evidence, streak};

/// Errors that matter although they only began.
const MANY_PERCENT: f64 = 5.0;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let share = failing(evidence)?;
    let metrics = evidence.metrics.read()?;
    let lasting = streak(&metrics.error_share(), ERRORS_MATTER_PERCENT).is_some_and(|streak| streak.periods > 1);
    let within = SignedDuration::from_mins(5);
    let own = sum_within(&metrics.target_5xx, evidence.gathered_at, within);
    let of_balancer = sum_within(&metrics.elb_5xx, evidence.gathered_at, within);
    // What the load balancer answers by itself says that it got no proper answer, not what the application did.
    let confidence = match (own > of_balancer, evidence.failing_task()) {
        // Where one task alone fails, what the others depend on is well.
        (true, Some(_)) if lasting => Confidence::High,
        (true, _) if lasting || share > MANY_PERCENT => Confidence::Medium,
        _ => Confidence::Low,
    };
    let mut facts = vec![format!("{share:.1} % of requests fail")];
    if of_balancer > own {
        facts.push("most errors are the load balancer's own: it gets no proper answer from the tasks".to_owned());
    }
    let most = evidence.errors.read().and_then(|shapes| shapes.iter().max_by_key(|shape| shape.count));
    if let Some(most) = most {
        facts.push(format!("most frequent error, {} times in {} tasks: {}", most.count, most.streams, most.shape));
        facts.extend(spread(evidence, most));
    }
    Some(Finding { cause: Cause::AppErrors5xx, confidence, facts })
}

/// Whether one task writes nearly all of it, or all of them do.
pub(super) fn spread(evidence: &Evidence, shape: &ErrorShape) -> Option<String> {
    let running = evidence.tasks.read()?.iter().filter(|task| task.started_at.is_some()).count() as u32;
    if !shape.is_telling() || running < 2 {
        None
    } else if shape.is_from_one() {
        Some(format!("nearly all of it comes from one task ({}): replacing that one may help", shape.busiest))
    } else if shape.streams >= running {
        Some("it is spread over all tasks".to_owned())
    } else {
        None
    }
}
