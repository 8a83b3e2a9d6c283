//! `AWS::ElastiCache::*`.

use super::{Ground, Provisioned, Wish, suffix};
use crate::cloud::cache::Cache;
use crate::cloud::turn::Turn;
use serde_json::{Value, json};

pub(super) fn replication_group(ground: &mut Ground<'_>, wish: &Wish, turn: &Turn<'_>) -> Provisioned {
    let properties = &wish.properties;
    let id = wish.existing.clone().unwrap_or_else(|| wish.name("ReplicationGroupId", 40).to_lowercase());
    let replicas = properties.count("ReplicasPerNodeGroup").map(|replicas| replicas + 1);
    let nodes = properties.count("NumCacheClusters").or(replicas).unwrap_or(1).max(1);
    let shape = Cache {
        members: (1..=nodes).map(|number| format!("{id}-{number:03}")).collect(),
        arn: turn.names.arn("elasticache", &format!("replicationgroup:{id}")),
        group: Some(id.clone()),
        ..cache(wish, &id, "ng", turn)
    };
    let attributes = put(ground, shape);
    Ok((id, attributes))
}

pub(super) fn cache_cluster(ground: &mut Ground<'_>, wish: &Wish, turn: &Turn<'_>) -> Provisioned {
    let id = wish.existing.clone().unwrap_or_else(|| wish.name("ClusterName", 50).to_lowercase());
    let shape = Cache {
        members: vec![id.clone()],
        arn: turn.names.arn("elasticache", &format!("cluster:{id}")),
        group: None,
        ..cache(wish, &id, "cfg", turn)
    };
    let attributes = put(ground, shape);
    Ok((id, attributes))
}

fn cache(wish: &Wish, id: &str, kind: &str, turn: &Turn<'_>) -> Cache {
    let properties = &wish.properties;
    let text = |name: &str, default: &str| properties.text(name).unwrap_or_else(|| default.to_owned());
    let mark: String = suffix(id).to_lowercase().chars().take(6).collect();
    let shard = if kind == "ng" { "ng.0001" } else { "0001" };
    Cache {
        group: None,
        members: Vec::new(),
        arn: String::new(),
        description: text("ReplicationGroupDescription", ""),
        engine: text("Engine", "redis"),
        version: text("EngineVersion", "7.1"),
        node_type: text("CacheNodeType", "cache.t4g.micro"),
        address: format!("{id}.{mark}.{shard}.{}.cache.amazonaws.com", turn.names.region_short_code()),
        port: properties.count("Port").unwrap_or(6379),
        created_at: turn.now,
        is_up: true,
        takes_over_at: None,
        trouble: None,
        tags: properties.tags("Tags"),
    }
}

/// Creates or updates; an update leaves a lost cache lost. Gives the attributes.
fn put(ground: &mut Ground<'_>, mut shape: Cache) -> Value {
    let port = shape.port.to_string();
    let attributes = json!({
        "PrimaryEndPoint.Address": shape.address, "PrimaryEndPoint.Port": port,
        "ReaderEndPoint.Address": shape.address, "ReaderEndPoint.Port": port,
        "ConfigurationEndPoint.Address": shape.address, "ConfigurationEndPoint.Port": port,
        "RedisEndpoint.Address": shape.address, "RedisEndpoint.Port": port,
        "ReadEndPoint.Addresses": [shape.address], "ReadEndPoint.Ports": [port],
        "ReplicationGroupId": shape.id(),
    });
    let id = shape.id().to_owned();
    match ground.caches.find_mut(&id) {
        Some(existing) => {
            (shape.is_up, shape.created_at) = (existing.is_up, existing.created_at);
            (shape.takes_over_at, shape.trouble) = (existing.takes_over_at, existing.trouble);
            *existing = shape;
        }
        None => ground.caches.caches.push(shape),
    }
    attributes
}
