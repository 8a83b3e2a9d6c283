//! Amazon ElastiCache: one node, or a replication group of which the primary matters. A lost cache is modelled as a node
//! that ElastiCache is recovering: it answers nobody, its metrics stop, and an event tells of it.

mod api;

pub(crate) use api::call;

use super::application::CacheReach;
use super::clock::Moment;
use super::ecs::TaskDefinition;
use super::metrics::Metrics;
use super::turn::Turn;

/// A cache.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    /// The replication group's id, when it is one.
    pub(crate) group: Option<String>,
    /// The member clusters; a cache cluster is its own only member. The first is the primary.
    pub(crate) members: Vec<String>,
    pub(crate) arn: String,
    pub(crate) description: String,
    pub(crate) engine: String,
    pub(crate) version: String,
    pub(crate) node_type: String,
    pub(crate) address: String,
    pub(crate) port: u32,
    pub(crate) created_at: Moment,
    pub(crate) is_up: bool,
    pub(crate) tags: Vec<(String, String)>,
}

/// An event of a cache cluster (ElastiCache API reference, `Event`).
#[derive(Debug, Clone)]
pub(crate) struct CacheEvent {
    pub(crate) source: String,
    pub(crate) message: String,
    pub(crate) at: Moment,
}

/// Every cache of the account.
#[derive(Debug, Default)]
pub(crate) struct Caches {
    pub(crate) caches: Vec<Cache>,
    /// Oldest first.
    pub(crate) events: Vec<CacheEvent>,
}

impl Cache {
    /// The replication group's id, or the cluster's.
    pub(crate) fn id(&self) -> &str {
        match &self.group {
            Some(group) => group,
            None => self.members.first().map(String::as_str).unwrap_or_default(),
        }
    }
}

impl Caches {
    /// A cache by the id of its group or of a member.
    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut Cache> {
        self.caches.iter_mut().find(|cache| cache.id() == id || cache.members.iter().any(|member| member == id))
    }

    /// The cache a service uses: the one whose address stands in its task definition, else the one named after it.
    pub(crate) fn used_by(&self, service: &str, definition: Option<&TaskDefinition>) -> Option<&Cache> {
        let by_address = |cache: &&Cache| definition.is_some_and(|definition| definition.text.contains(&cache.address));
        self.caches.iter().find(by_address).or_else(|| self.caches.iter().find(|cache| cache.id().starts_with(service)))
    }

    /// The same, as the application sees it.
    pub(crate) fn reach(&self, service: &str, definition: Option<&TaskDefinition>) -> Option<CacheReach> {
        self.used_by(service, definition).map(|cache| CacheReach {
            is_up: cache.is_up,
            address: cache.address.clone(),
            port: cache.port,
        })
    }

    /// Takes a cache away or gives it back. The events are those of a node replacement (ElastiCache User Guide,
    /// "Event notifications and Amazon SNS").
    pub(crate) fn switch(&mut self, id: &str, is_up: bool, now: Moment) {
        let Some(cache) = self.find_mut(id) else { return };
        if cache.is_up == is_up {
            return;
        }
        cache.is_up = is_up;
        let source = cache.members.first().cloned().unwrap_or_default();
        let message = if is_up { "Finished recovery for cache nodes 0001" } else { "Recovering cache nodes 0001" };
        self.events.push(CacheEvent { source, message: message.to_owned(), at: now });
    }

    /// Takes the once-a-second samples (ElastiCache User Guide, "Metrics for Redis OSS"); a node that is gone has none.
    pub(crate) fn sample(&self, metrics: &mut Metrics, turn: &mut Turn<'_>) {
        for cache in self.caches.iter().filter(|cache| cache.is_up) {
            for member in &cache.members {
                let of_cluster = [("CacheClusterId", member.as_str())];
                let of_node = [("CacheClusterId", member.as_str()), ("CacheNodeId", "0001")];
                let values = [
                    ("DatabaseMemoryUsagePercentage", 38.0 + turn.chance.between(-0.5, 0.5)),
                    ("EngineCPUUtilization", 6.0 + turn.chance.between(-2.0, 2.0)),
                    ("CPUUtilization", 11.0 + turn.chance.between(-2.0, 2.0)),
                    ("Evictions", 0.0),
                    ("CurrConnections", 24.0 + turn.chance.index(4) as f64),
                    ("CacheHits", 180.0 + turn.chance.between(-20.0, 20.0)),
                    ("CacheMisses", 22.0 + turn.chance.between(-6.0, 6.0)),
                    ("GetTypeCmds", 200.0 + turn.chance.between(-20.0, 20.0)),
                    ("SetTypeCmds", 40.0 + turn.chance.between(-8.0, 8.0)),
                ];
                for (name, value) in values {
                    metrics.record("AWS/ElastiCache", name, &of_cluster, value, 1, turn.now);
                    metrics.record("AWS/ElastiCache", name, &of_node, value, 1, turn.now);
                }
            }
        }
    }
}
