//! How the tasks of a deployment under way fare beside those from before it.

use jiff::SignedDuration;

use super::{Evidence, Rollout, TargetHealth};

/// ECS forgets what stopped after about this long.
const LATELY: SignedDuration = SignedDuration::from_hours(1);

/// The tasks of the deployment that is under way, and those from before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Newcomers {
    /// Tasks of its own that stopped or never became healthy.
    pub failed: u32,
    /// Tasks of its own that fail their health check.
    pub sick: u32,
    /// Tasks from before it that fail their health check.
    pub former_sick: u32,
    /// Tasks from before it that are well.
    pub former_well: u32,
}

impl Evidence {
    /// How the newcomers fare, while a deployment is under way.
    pub fn newcomers(&self) -> Option<Newcomers> {
        let deployment = self.service.read()?.primary().filter(|primary| primary.rollout == Rollout::InProgress)?;
        let targets = self.targets.read().map_or(&[][..], Vec::as_slice);
        let mut found = Newcomers::default();
        for task in self.tasks.read()? {
            let is_new = task.started_by.as_ref() == Some(&deployment.id);
            let target = targets.iter().find(|target| Some(target.id.as_str()) == task.placement.address.as_deref());
            match (is_new, target.map(|target| target.health)) {
                (true, Some(TargetHealth::Unhealthy)) => found.sick += 1,
                (false, Some(TargetHealth::Unhealthy)) => found.former_sick += 1,
                (false, Some(TargetHealth::Healthy)) => found.former_well += 1,
                _ => {}
            }
        }
        let ended = self.ended(LATELY).into_iter().filter(|task| task.started_by.as_ref() == Some(&deployment.id));
        found.failed = deployment.failed_tasks.max(u32::try_from(ended.count()).unwrap_or(u32::MAX));
        Some(found)
    }
}
