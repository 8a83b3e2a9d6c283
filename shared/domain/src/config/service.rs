//! One monitored service: what belongs to it, and what Paramedic may do to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::error::{ConfigError, Place};
use crate::id::{ClusterName, EcsServiceName, PolicyName, ServiceName};
use crate::remedy::RemedyKind;

/// How far Paramedic may go with a remedy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The remedy is not even mentioned.
    Off,
    /// Say what would be done and with which command; touch nothing.
    #[default]
    Suggest,
    /// Do it once a person approved that very plan.
    Approve,
    /// Do it if every guardrail agrees.
    Auto,
}

/// One monitored ECS service with everything whose state explains its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name here and in messages.
    pub name: ServiceName,
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its name in ECS.
    pub ecs_service: EcsServiceName,
    /// Its target group, full name (`targetgroup/…/…`) or ARN.
    pub target_group: Option<String>,
    /// Its load balancer, full name (`app/…/…`) or ARN.
    pub load_balancer: Option<String>,
    /// The replication group of the cache it depends on.
    pub cache: Option<String>,
    /// Its log group.
    pub log_group: Option<String>,
    /// The secrets that its tasks read when they start.
    pub secrets: Vec<String>,
    /// The roles of its tasks, by name or ARN: whoever goes back to an earlier revision has to pass them on.
    pub task_roles: Vec<String>,
    /// The most tasks that it may be scaled out to; none if it may not.
    pub most_tasks: Option<u32>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Where its runbook is.
    pub runbook: Option<String>,
    /// Its escalation policy; none for the default one.
    pub policy: Option<PolicyName>,
    default_mode: Mode,
    modes: BTreeMap<RemedyKind, Mode>,
}

impl Service {
    /// A service that names only itself; everything else unknown and the mode `suggest`.
    pub fn new(name: &str, cluster: &str) -> Self {
        Self {
            name: ServiceName::from(name),
            cluster: ClusterName::from(cluster),
            ecs_service: EcsServiceName::from(name),
            target_group: None,
            load_balancer: None,
            cache: None,
            log_group: None,
            secrets: Vec::new(),
            task_roles: Vec::new(),
            most_tasks: None,
            owner: None,
            runbook: None,
            policy: None,
            default_mode: Mode::Suggest,
            modes: BTreeMap::new(),
        }
    }

    /// The same service with another mode for one remedy.
    #[must_use]
    pub fn with_mode(mut self, remedy: RemedyKind, mode: Mode) -> Self {
        self.modes.insert(remedy, mode);
        self
    }

    /// The same service, which may be scaled out to so many tasks.
    #[must_use]
    pub fn with_most_tasks(mut self, most_tasks: u32) -> Self {
        self.most_tasks = Some(most_tasks);
        self
    }

    /// How far Paramedic may go with this remedy on this service.
    pub fn mode(&self, remedy: RemedyKind) -> Mode {
        self.modes.get(&remedy).copied().unwrap_or(self.default_mode)
    }

    /// Whether any remedy may ever be carried out, so that the remediator's role has to allow it.
    pub fn may_be_touched(&self) -> bool {
        RemedyKind::ALL.iter().any(|remedy| matches!(self.mode(*remedy), Mode::Approve | Mode::Auto))
    }

    /// The target group's full name as CloudWatch's `TargetGroup` dimension has it.
    pub fn target_group_dimension(&self) -> Option<&str> {
        self.target_group.as_deref().map(|name| name.rsplit_once(':').map_or(name, |(_, last)| last))
    }

    /// The load balancer's full name as CloudWatch's `LoadBalancer` dimension has it.
    pub fn load_balancer_dimension(&self) -> Option<&str> {
        self.load_balancer.as_deref().map(|name| name.rsplit_once(":loadbalancer/").map_or(name, |(_, last)| last))
    }

    /// The target group's own name, the middle of its full name.
    pub fn target_group_name(&self) -> Option<&str> {
        self.target_group_dimension().and_then(|full| full.split('/').nth(1))
    }
}

/// A `[[service]]` table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: Spanned<String>,
    cluster: String,
    ecs_service: Option<String>,
    target_group: Option<Spanned<String>>,
    load_balancer: Option<Spanned<String>>,
    cache: Option<String>,
    log_group: Option<String>,
    #[serde(default)]
    secrets: Vec<String>,
    #[serde(default)]
    task_roles: Vec<String>,
    most_tasks: Option<u32>,
    owner: Option<String>,
    runbook: Option<Spanned<String>>,
    pub(super) policy: Option<Spanned<PolicyName>>,
    #[serde(default)]
    default_mode: Mode,
    #[serde(default)]
    modes: BTreeMap<RemedyKind, Mode>,
}

/// Turns the tables into services, refusing what could be mistaken for something else.
pub(super) fn check(entries: Vec<Entry>, place: &Place<'_>) -> Result<Vec<Service>, ConfigError> {
    let mut services: Vec<Service> = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = entry.name.get_ref();
        place.require_name(&entry.name, "service")?;
        if services.iter().any(|service| service.name.as_str() == name) {
            return Err(place.at(
                entry.name.span(),
                format!("there are two services called {name:?}"),
                "give each [[service]] a name of its own".to_owned(),
            ));
        }
        require(place, entry.target_group.as_ref(), "targetgroup/", "targetgroup/NAME/ID, or the target group's ARN")?;
        require(place, entry.load_balancer.as_ref(), "app/", "app/NAME/ID, or the load balancer's ARN")?;
        place.require_https(entry.runbook.as_ref())?;
        services.push(Service {
            ecs_service: EcsServiceName::new(entry.ecs_service.as_deref().unwrap_or(name)),
            name: ServiceName::new(name.as_str()),
            cluster: ClusterName::new(entry.cluster),
            target_group: entry.target_group.map(Spanned::into_inner),
            load_balancer: entry.load_balancer.map(Spanned::into_inner),
            cache: entry.cache,
            log_group: entry.log_group,
            secrets: entry.secrets,
            task_roles: entry.task_roles,
            most_tasks: entry.most_tasks,
            owner: entry.owner,
            runbook: entry.runbook.map(Spanned::into_inner),
            policy: entry.policy.map(Spanned::into_inner),
            default_mode: entry.default_mode,
            modes: entry.modes,
        });
    }
    Ok(services)
}

fn require(place: &Place<'_>, value: Option<&Spanned<String>>, prefix: &str, allowed: &str) -> Result<(), ConfigError> {
    match value {
        Some(value) if !value.get_ref().contains(prefix) => {
            Err(place.at(value.span(), format!("{:?} is not usable here", value.get_ref()), allowed.to_owned()))
        }
        _ => Ok(()),
    }
}
