//! What routes and silences can match of an alarm.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::alarm::{Alarm, EcsEvent, text};
use crate::id::{AccountId, Region, ServiceName};
use crate::severity::Severity;

/// How many tags and how many dimensions are kept: an alarm has at most 50 tags and 30 dimensions, and an incident has
/// many alarms.
const KEEP: usize = 50;
/// The longest value that is kept, in characters: that of a tag ("Tagging your Amazon CloudWatch resources").
const VALUE: usize = 256;

/// The facts of one alarm by which it is routed and silenced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The alarm's name.
    pub name: String,
    /// The namespace of the first metric it watches.
    pub namespace: Option<String>,
    /// The name of the first metric it watches.
    pub metric: Option<String>,
    /// The dimensions of all metrics it watches; the first value where several metrics have one.
    pub dimensions: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its account.
    pub account: Option<AccountId>,
    /// Its region.
    pub region: Option<Region>,
    /// The service it was found to belong to. A route is asked before that is settled, and then sees what dimensions,
    /// tags and names say by themselves.
    pub service: Option<ServiceName>,
    /// The severity it was found to have, or claims.
    pub severity: Option<Severity>,
}

impl Profile {
    /// The profile of an alarm, without service.
    pub fn of(alarm: &Alarm) -> Self {
        let metrics = alarm.measure.metrics();
        let first = metrics.first();
        let mut dimensions = BTreeMap::new();
        for (name, value) in metrics.iter().flat_map(|metric| &metric.dimensions) {
            dimensions.entry(name.clone()).or_insert_with(|| text::bounded(value, VALUE));
        }
        Self {
            name: alarm.name.clone(),
            namespace: first.map(|metric| metric.namespace.clone()),
            metric: first.map(|metric| metric.name.clone()),
            dimensions: dimensions.into_iter().take(KEEP).collect(),
            tags: alarm.tags.iter().take(KEEP).map(|(key, value)| (key.clone(), text::bounded(value, VALUE))).collect(),
            account: Some(alarm.account.clone()),
            region: Some(alarm.region.clone()),
            service: None,
            severity: alarm.severity_hint(),
        }
    }

    /// The profile of an event of ECS: namespace `ECS`, the event's name as its metric, cluster and service as dimensions.
    pub fn of_ecs(event: &EcsEvent) -> Self {
        let cluster = event.cluster.as_ref().map(|cluster| ("ClusterName", cluster.as_str()));
        let service = event.service.as_ref().map(|service| ("ServiceName", service.as_str()));
        Self {
            name: format!("ECS: {}", event.name),
            namespace: Some("ECS".to_owned()),
            metric: Some(event.name.clone()),
            dimensions: [cluster, service].into_iter().flatten().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            tags: BTreeMap::new(),
            account: Some(event.account.clone()),
            region: Some(event.region.clone()),
            service: None,
            severity: None,
        }
    }
}
