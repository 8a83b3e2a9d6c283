//! Amazon ElastiCache: one node, or a replication group of which the primary matters. A lost cache is modelled as a node
//! that ElastiCache is recovering: it answers nobody, its metrics stop, and an event tells of it. Where there are replicas,
//! one of them takes over. What else can be wrong is a [`CacheTrouble`].

mod api;

pub(crate) use api::call;

use super::application::CacheReach;
use super::clock::Moment;
use super::ecs::TaskDefinition;
use super::metrics::Metrics;
use super::turn::Turn;

/// What is wrong with a cache that answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CacheTrouble {
    /// It is full of keys that nobody misses: the normal state under `allkeys-lru`.
    FullAtEase,
    /// It is too small: it puts out keys that are asked for again.
    Full,
    /// It is full and may put nothing out (`noeviction`), so that writes are refused.
    FullAndRefusing,
    /// Its one engine thread is busy all the time.
    Busy,
    /// Nobody closes connections, and it takes no more.
    OutOfConnections,
    /// Its replicas are behind.
    Lagging,
}

/// How many of AWS's seconds a replica takes to take over ("Minimizing downtime in ElastiCache with Multi-AZ": typically
/// just a few seconds for the promotion, and the detection before it).
const FAILOVER_SECONDS: f64 = 30.0;

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
    /// When a replica takes over.
    pub(crate) takes_over_at: Option<Moment>,
    pub(crate) trouble: Option<CacheTrouble>,
    pub(crate) tags: Vec<(String, String)>,
}

/// An event (ElastiCache API reference, `Event`).
#[derive(Debug, Clone)]
pub(crate) struct CacheEvent {
    /// `cache-cluster` or `replication-group`.
    pub(crate) kind: &'static str,
    pub(crate) source: String,
    pub(crate) message: String,
    pub(crate) at: Moment,
}

/// Every cache of the account.
#[derive(Debug, Default, Clone)]
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
        self.used_by(service, definition).map(|cache| {
            let (delay, failing) = match cache.trouble {
                None | Some(CacheTrouble::FullAtEase | CacheTrouble::Lagging) => (0.0, None),
                // What is not found has to be worked out again.
                Some(CacheTrouble::Full) => (1.4, None),
                Some(CacheTrouble::FullAndRefusing) => {
                    (0.0, Some((0.35, "ReplyError: OOM command not allowed when used memory > 'maxmemory'.")))
                }
                Some(CacheTrouble::Busy) => (1.2, Some((0.12, "Error: Redis command timed out"))),
                Some(CacheTrouble::OutOfConnections) => {
                    (0.1, Some((0.4, "ReplyError: ERR max number of clients reached")))
                }
            };
            CacheReach { is_up: cache.is_up, address: cache.address.clone(), port: cache.port, delay, failing }
        })
    }

    /// Forgets what happened to any of them.
    pub(crate) fn forget(&mut self, now: Moment) {
        self.events.clear();
        for cache in &mut self.caches {
            (cache.created_at, cache.is_up, cache.takes_over_at, cache.trouble) = (now, true, None, None);
            cache.members.sort();
        }
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
        self.events.push(CacheEvent { kind: "cache-cluster", source, message: message.to_owned(), at: now });
    }

    /// The primary is lost; a replica, where there is one, takes over in a while.
    pub(crate) fn fail_primary(&mut self, id: &str, turn: &Turn<'_>) {
        self.switch(id, false, turn.now);
        if let Some(cache) = self.find_mut(id).filter(|cache| cache.members.len() > 1) {
            cache.takes_over_at = Some(turn.now.after(turn.pace.millis(FAILOVER_SECONDS)));
        }
    }

    /// Completes the failovers whose time has come. The events and their order are those that `TestFailover` lists
    /// (ElastiCache API reference).
    pub(crate) fn tick(&mut self, turn: &Turn<'_>) {
        for cache in &mut self.caches {
            if cache.takes_over_at.is_none_or(|at| turn.now < at) {
                continue;
            }
            cache.takes_over_at = None;
            cache.is_up = true;
            let lost = cache.members.first().cloned().unwrap_or_default();
            if cache.members.len() > 1 {
                cache.members.rotate_left(1);
            }
            let now_primary = cache.members.first().cloned().unwrap_or_default();
            let message = format!("Failover from primary node {lost} to replica node {now_primary} completed");
            let mut tell = |kind, source: &str, message: &str| {
                self.events.push(CacheEvent {
                    kind,
                    source: source.to_owned(),
                    message: message.to_owned(),
                    at: turn.now,
                });
            };
            tell("cache-cluster", &lost, &message);
            if let Some(group) = &cache.group {
                tell("replication-group", group, &message);
            }
            tell("cache-cluster", &lost, "Finished recovery for cache nodes 0001");
        }
    }

    /// Takes the samples (ElastiCache User Guide, "Metrics for Redis OSS"); a node that is gone has none.
    pub(crate) fn sample(&self, metrics: &mut Metrics, turn: &mut Turn<'_>) {
        for cache in self.caches.iter().filter(|cache| cache.is_up) {
            let is = |troubles: &[CacheTrouble]| cache.trouble.is_some_and(|trouble| troubles.contains(&trouble));
            let is_full = is(&[CacheTrouble::FullAtEase, CacheTrouble::Full, CacheTrouble::FullAndRefusing]);
            let (memory, spread) = if is_full { (99.2, 0.4) } else { (38.0, 0.5) };
            let (engine, node) = if is(&[CacheTrouble::Busy]) { (97.0, 55.0) } else { (6.0, 11.0) };
            let (evictions, misses, hits) = match cache.trouble {
                Some(CacheTrouble::Full) => (14.0, 160.0, 60.0),
                Some(CacheTrouble::FullAtEase) => (0.4, 22.0, 180.0),
                _ => (0.0, 22.0, 180.0),
            };
            let connections = if is(&[CacheTrouble::OutOfConnections]) { 64_990.0 } else { 24.0 };
            for (at, member) in cache.members.iter().enumerate() {
                let of_cluster = [("CacheClusterId", member.as_str())];
                let of_node = [("CacheClusterId", member.as_str()), ("CacheNodeId", "0001")];
                let mut values = vec![
                    ("DatabaseMemoryUsagePercentage", memory + turn.chance.between(-spread, spread)),
                    ("EngineCPUUtilization", engine + turn.chance.between(-2.0, 2.0)),
                    ("CPUUtilization", node + turn.chance.between(-2.0, 2.0)),
                    ("Evictions", evictions),
                    ("CurrConnections", connections + turn.chance.index(4) as f64),
                    ("CacheHits", hits + turn.chance.between(-20.0, 20.0)),
                    ("CacheMisses", misses + turn.chance.between(-6.0, 6.0)),
                    ("GetTypeCmds", 200.0 + turn.chance.between(-20.0, 20.0)),
                    ("SetTypeCmds", 40.0 + turn.chance.between(-8.0, 8.0)),
                ];
                if at > 0 {
                    // Only replicas have it ("ReplicationLag").
                    values.push(("ReplicationLag", if is(&[CacheTrouble::Lagging]) { 45.0 } else { 0.2 }));
                }
                for (name, value) in values {
                    metrics.record("AWS/ElastiCache", name, &of_cluster, value, 1, turn.now);
                    metrics.record("AWS/ElastiCache", name, &of_node, value, 1, turn.now);
                }
            }
        }
    }
}
