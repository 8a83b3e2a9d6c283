//! A new task has to run exactly the image that is meant. A tag may mean another image by now, and a new deployment asks what
//! it means.

use super::Situation;
use crate::evidence::Reading;
use crate::remedy::Action;

pub(super) fn objection(situation: &Situation<'_>) -> Option<String> {
    let evidence = situation.evidence;
    let present = evidence.service.read()?.primary()?.task_definition.as_str();
    let (definition, revision) = match &situation.plan.action {
        Action::RollBack { to, .. } => (&evidence.previous, to.as_str()),
        // ECS goes back to the last completed one, which is the one before where only one deployment is under way.
        Action::StopDeployment { .. } => {
            (&evidence.previous, evidence.previous.read().map_or("the former revision", |it| it.name.as_str()))
        }
        Action::ForceRedeploy { task_definition } => (&evidence.definition, task_definition.as_str()),
        Action::ReplaceTask { .. } | Action::RaiseMaximum { .. } | Action::AddTasks { .. } => {
            (&evidence.definition, present)
        }
    };
    match definition {
        Reading::Read(definition) if definition.name != revision => {
            Some(format!("{} was read, and new tasks would run {revision}", definition.name))
        }
        Reading::Read(definition) => {
            let container = definition.containers.iter().find(|container| container.is_mutable())?;
            let what = format!("image {} of container {}", container.image, container.name);
            Some(format!("{what} is named by a tag, which may mean another image by now"))
        }
        Reading::NotConfigured => Some(format!("which image {revision} names is not known")),
        Reading::Unread { why } => Some(format!("which image {revision} names could not be read ({why})")),
    }
}
