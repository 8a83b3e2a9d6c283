//! Amazon ECS: clusters, task definitions, and services with their scheduler.

mod announcement;
mod api;
mod container_health;
mod definition;
mod deployment;
mod describe;
mod scheduler;
mod service;
mod task;

pub(crate) use api::call;
pub(crate) use container_health::ContainerHealth;
pub(crate) use definition::{Container, TaskDefinition, camel};
pub(crate) use deployment::CircuitBreaker;
pub(crate) use scheduler::tick;
pub(crate) use service::{Binding, Service};
pub(crate) use task::{Phase, StopCause, Task};

use super::names::{Names, last_part};
use super::protocol::ApiError;
use std::sync::Arc;

/// A cluster.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) tags: Vec<(String, String)>,
    /// `containerInsights`: `enhanced`, `enabled` or `disabled`.
    pub(crate) insights: String,
}

/// Everything ECS knows.
#[derive(Debug, Default, Clone)]
pub(crate) struct Ecs {
    pub(crate) clusters: Vec<Cluster>,
    /// Every revision, those of templates and those registered by the API.
    pub(crate) definitions: Vec<Arc<TaskDefinition>>,
    pub(crate) services: Vec<Service>,
}

impl Ecs {
    /// A cluster by name or ARN; `default` when none is named, as in the API.
    pub(crate) fn cluster(&self, name: Option<&str>) -> Result<&Cluster, ApiError> {
        let wanted = last_part(name.unwrap_or("default"));
        self.clusters
            .iter()
            .find(|cluster| cluster.name == wanted)
            .ok_or_else(|| ApiError::sender("ClusterNotFoundException", "Cluster not found."))
    }

    /// A service of a cluster by name or ARN.
    pub(crate) fn service_in(&mut self, cluster: &str, name: &str) -> Option<&mut Service> {
        let wanted = last_part(name);
        self.services.iter_mut().find(|service| service.cluster == cluster && service.name == wanted)
    }

    /// The tags of a service or a task, by its ARN; none where there is no such thing.
    pub(crate) fn tags_of(&self, arn: &str) -> &[(String, String)] {
        let tasks = || self.services.iter().flat_map(|service| &service.tasks).find(|task| task.arn == arn);
        match self.services.iter().find(|service| service.arn == arn) {
            Some(service) => &service.tags,
            None => tasks().map(|task| task.tags.as_slice()).unwrap_or_default(),
        }
    }

    /// A service by its name alone.
    pub(crate) fn service_named(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// A service by its name alone, to change it.
    pub(crate) fn service_named_mut(&mut self, name: &str) -> Option<&mut Service> {
        self.services.iter_mut().find(|service| service.name == name)
    }

    /// A task definition by ARN, `family:revision`, or family (then its latest revision).
    pub(crate) fn definition(&self, name: &str) -> Option<Arc<TaskDefinition>> {
        let wanted = last_part(name);
        let by_revision = |definition: &&Arc<TaskDefinition>| definition.name() == wanted;
        let by_family = |definition: &&Arc<TaskDefinition>| definition.family == wanted;
        self.definitions
            .iter()
            .find(by_revision)
            .or_else(|| self.definitions.iter().filter(by_family).max_by_key(|definition| definition.revision))
            .cloned()
    }

    /// Registers the next revision of a family, which `make` makes of ARN, family and revision.
    pub(crate) fn register(
        &mut self,
        family: String,
        names: &Names,
        make: impl Fn(String, String, u32) -> TaskDefinition,
    ) -> Arc<TaskDefinition> {
        let same = self.definitions.iter().filter(|definition| definition.family == family);
        let revision = same.map(|definition| definition.revision).max().unwrap_or(0) + 1;
        let arn = names.arn("ecs", &format!("task-definition/{family}:{revision}"));
        let definition = Arc::new(make(arn, family, revision));
        self.definitions.push(Arc::clone(&definition));
        definition
    }
}
