//! The cache that the service depends on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The cache's replication group. Source: `DescribeReplicationGroups` in the Amazon ElastiCache API reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// Its id.
    pub id: String,
    /// `available`, `modifying`, `create-failed` and so on.
    pub status: String,
    /// Where it is reached.
    pub endpoint: Option<String>,
    /// How many nodes it has.
    pub nodes: u32,
    /// Whether a replica takes over when its primary fails.
    pub fails_over: bool,
}

/// One line that ElastiCache wrote about the cache (`DescribeEvents`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheEvent {
    /// When.
    pub at: Timestamp,
    /// About which cluster or group.
    pub about: String,
    /// What, in ElastiCache's words.
    pub message: String,
}

impl Cache {
    /// Whether its status is one in which it answers; a change or a snapshot under way does not interrupt it.
    pub fn serving(&self) -> bool {
        matches!(self.status.as_str(), "available" | "modifying" | "snapshotting")
    }
}
