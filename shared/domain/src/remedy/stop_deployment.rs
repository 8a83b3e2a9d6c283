//! A deployment that fails is stopped while it is under way, and ECS goes back to what ran before: where its own tasks fail and
//! those from before it are well. What completed already is rolled back instead.

use super::{Action, Fit, Look};
use crate::diagnosis::Cause;
use crate::evidence::Rollout;

/// So many tasks of a deployment that fail are no accident.
const FAILED: u32 = 2;

pub(super) fn fit(look: &Look<'_>) -> Option<Fit> {
    if look.primary.rollout != Rollout::InProgress {
        return None;
    }
    let newcomers = look.evidence.newcomers()?;
    let back_is_known_well = match look.cause {
        Cause::BadDeployment => newcomers.former_well > 0 || look.evidence.proven_revision().is_some(),
        // Why its tasks fail is known more closely.
        Cause::CrashLoop | Cause::OomKilled | Cause::ImagePullFailed | Cause::SecretsUnavailable => {
            newcomers.failed >= FAILED && newcomers.former_sick == 0 && newcomers.former_well > 0
        }
        _ => return None,
    };
    let arn = look.evidence.service.read()?.service_deployment.clone()?;
    back_is_known_well.then(|| Fit {
        action: Action::StopDeployment { from: look.primary.task_definition.clone(), service_deployment: arn },
        because: "the deployment is still under way, and what ran before it is well",
    })
}
