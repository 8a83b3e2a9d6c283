//! Evidence as it may be stored.

use std::collections::BTreeMap;

use super::{ContainerEnd, Evidence, Reading, StoppedTask};
use crate::alarm::text;
use crate::redaction::redacted;

/// The longest text that is kept, in characters. What ECS and CloudWatch say themselves is shorter.
const TEXT: usize = 2000;

impl Evidence {
    /// The same without secrets in what others wrote: what the scheduler, the containers and the tasks' logs say, why a read
    /// failed and how a health check is run. Names, ids and the digests of images stay as they are, for by them a plan is
    /// made. The digests of variables become numbers, the same for the same value: two revisions can be compared by them, and
    /// nobody can try words on them.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        self.without_secrets_of_ecs();
        self.without_secrets_of_others();
        self
    }

    fn without_secrets_of_ecs(&mut self) {
        if let Some(service) = told(&mut self.service) {
            service.deployments.iter_mut().for_each(|deployment| perhaps(&mut deployment.reason));
            service.events.iter_mut().for_each(|event| said(&mut event.message));
        }
        told(&mut self.tasks);
        if let Some(stopped) = told(&mut self.stopped) {
            stopped.iter_mut().for_each(of_stopped);
        }
        let mut numbers = BTreeMap::new();
        for definition in [&mut self.definition, &mut self.previous] {
            let Some(definition) = told(definition) else { continue };
            for container in &mut definition.containers {
                container.health_check.iter_mut().for_each(|check| said(&mut check.command));
                let digests = container.environment.values_mut().chain([&mut container.command]);
                digests.for_each(|digest| {
                    let next = numbers.len() + 1;
                    *digest = numbers.entry(std::mem::take(digest)).or_insert(next).to_string();
                });
            }
        }
        if let Some(record) = told(&mut self.record) {
            record.stopped.iter_mut().for_each(of_stopped);
            record.deployments.iter_mut().for_each(|event| said(&mut event.reason));
            record.actions.iter_mut().for_each(|action| perhaps(&mut action.reason));
        }
    }

    fn without_secrets_of_others(&mut self) {
        if let Some(targets) = told(&mut self.targets) {
            for target in targets {
                perhaps(&mut target.description);
            }
        }
        told(&mut self.scaling);
        told(&mut self.policies);
        if let Some(activities) = told(&mut self.activities) {
            for activity in activities {
                [&mut activity.cause, &mut activity.description, &mut activity.message].into_iter().for_each(said);
                activity.not_scaled.iter_mut().for_each(said);
            }
        }
        told(&mut self.cache);
        if let Some(events) = told(&mut self.cache_events) {
            events.iter_mut().for_each(|event| said(&mut event.message));
        }
        told(&mut self.metrics);
        told(&mut self.week_before);
        if let Some(errors) = told(&mut self.errors) {
            errors.iter_mut().for_each(|error| said(&mut error.shape));
        }
        told(&mut self.secrets);
        told(&mut self.ringing);
    }
}

/// What was read; and if it was not, the reason loses its secrets.
fn told<T>(reading: &mut Reading<T>) -> Option<&mut T> {
    match reading {
        Reading::Read(value) => Some(value),
        Reading::NotConfigured => None,
        Reading::Unread { why } => {
            said(why);
            None
        }
    }
}

fn said(words: &mut String) {
    *words = text::bounded(&redacted(words), TEXT);
}

fn perhaps(words: &mut Option<String>) {
    words.iter_mut().for_each(said);
}

fn of_stopped(task: &mut StoppedTask) {
    said(&mut task.reason);
    task.containers.iter_mut().for_each(|ContainerEnd { reason, .. }| perhaps(reason));
}
