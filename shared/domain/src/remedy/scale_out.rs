//! More tasks, where their CPU is used up and nothing else is wrong: the maximum of scaling is raised, and scaling adds them; or
//! the desired count, where nobody scales. Never above what the configuration allows, and never against what a person set.

use super::{Action, Fit, Look};
use crate::diagnosis::Cause;

pub(super) fn fit(look: &Look<'_>) -> Option<Fit> {
    let ceiling = look.service.most_tasks?;
    let scaling = look.evidence.scaling.read().filter(|scaling| !scaling.scale_out_suspended)?;
    let nobody_scales = look.evidence.policies.read()?.is_empty();
    match look.cause {
        Cause::CpuSaturatedAtMaxCapacity if !nobody_scales => {
            let to = half_more(scaling.max).min(ceiling);
            (to > scaling.max).then_some(Fit {
                action: Action::RaiseMaximum { from: scaling.max, to },
                because: "scaling wants more tasks than its maximum allows",
            })
        }
        Cause::CpuSaturatedScalingBlocked if nobody_scales => {
            let from = look.evidence.service.read()?.desired;
            let to = half_more(from).min(ceiling).min(scaling.max);
            (to > from).then_some(Fit {
                action: Action::AddTasks { from, to },
                because: "there might be more tasks, and no policy adds any",
            })
        }
        _ => None,
    }
}

/// Half as many again, at least one more: what helps at once and can be looked at before there are more.
fn half_more(tasks: u32) -> u32 {
    tasks.saturating_add(tasks.div_ceil(2)).max(1)
}
