//! ElastiCache's operations (ElastiCache API reference, version 2015-02-02).

use super::{Cache, Caches};
use crate::cloud::protocol::{Answer, ApiError, Input};
use crate::cloud::turn::Turn;
use serde_json::{Value, json};

/// Serves an operation; `None` for one that is not modelled.
pub(crate) fn call(caches: &Caches, operation: &str, input: &Input, turn: &Turn<'_>) -> Option<Answer> {
    Some(match operation {
        "DescribeReplicationGroups" => replication_groups(caches, input, turn),
        "DescribeCacheClusters" => cache_clusters(caches, input, turn),
        "DescribeEvents" => events(caches, input, turn),
        "ListTagsForResource" => list_tags(caches, input),
        _ => return None,
    })
}

fn replication_groups(caches: &Caches, input: &Input, turn: &Turn<'_>) -> Answer {
    let wanted = input.text("ReplicationGroupId");
    let groups: Vec<Value> = caches
        .caches
        .iter()
        .filter_map(|cache| Some((cache.group.as_ref()?, cache)))
        .filter(|(id, _)| wanted.as_ref().is_none_or(|wanted| wanted == *id))
        .map(|(id, cache)| replication_group(id, cache, turn))
        .collect();
    match wanted {
        Some(id) if groups.is_empty() => {
            let message = format!("ReplicationGroup {id} not found.");
            Err(ApiError { status: 404, ..ApiError::sender("ReplicationGroupNotFoundFault", message) })
        }
        _ => Ok(json!({"ReplicationGroups": groups})),
    }
}

fn replication_group(id: &str, cache: &Cache, turn: &Turn<'_>) -> Value {
    let status = if cache.is_up { "available" } else { "modifying" };
    let endpoint = json!({"Address": cache.address, "Port": cache.port});
    let members: Vec<Value> = cache
        .members
        .iter()
        .enumerate()
        .map(|(at, member)| {
            json!({
                "CacheClusterId": member,
                "CacheNodeId": "0001",
                "ReadEndpoint": endpoint,
                "PreferredAvailabilityZone": turn.names.zone(at),
                "CurrentRole": if at == 0 { "primary" } else { "replica" },
            })
        })
        .collect();
    json!({
        "ReplicationGroupId": id,
        "Description": cache.description,
        "Status": status,
        "PendingModifiedValues": {},
        "MemberClusters": cache.members,
        "NodeGroups": [{
            "NodeGroupId": "0001", "Status": status, "PrimaryEndpoint": endpoint, "ReaderEndpoint": endpoint,
            "NodeGroupMembers": members,
        }],
        "AutomaticFailover": if cache.members.len() > 1 { "enabled" } else { "disabled" },
        "MultiAZ": if cache.members.len() > 1 { "enabled" } else { "disabled" },
        "ClusterEnabled": false,
        "CacheNodeType": cache.node_type,
        "ARN": cache.arn,
        "ReplicationGroupCreateTime": cache.created_at.value(),
        "Engine": cache.engine,
    })
}

fn cache_clusters(caches: &Caches, input: &Input, turn: &Turn<'_>) -> Answer {
    let wanted = input.text("CacheClusterId");
    let with_nodes = input.flag("ShowCacheNodeInfo").unwrap_or(false);
    let mut clusters = Vec::new();
    for cache in &caches.caches {
        for (at, member) in cache.members.iter().enumerate() {
            if wanted.as_ref().is_none_or(|wanted| wanted == member) {
                clusters.push(cache_cluster(member, at, cache, with_nodes, turn));
            }
        }
    }
    match wanted {
        Some(id) if clusters.is_empty() => {
            let message = format!("CacheCluster not found: {id}");
            Err(ApiError { status: 404, ..ApiError::sender("CacheClusterNotFound", message) })
        }
        _ => Ok(json!({"CacheClusters": clusters})),
    }
}

fn cache_cluster(id: &str, at: usize, cache: &Cache, with_nodes: bool, turn: &Turn<'_>) -> Value {
    let node = json!([{
        "CacheNodeId": "0001",
        "CacheNodeStatus": if cache.is_up { "available" } else { "rebooting" },
        "CacheNodeCreateTime": cache.created_at.value(),
        "Endpoint": {"Address": cache.address, "Port": cache.port},
        "ParameterGroupStatus": "in-sync",
        "CustomerAvailabilityZone": turn.names.zone(at),
    }]);
    json!({
        "CacheClusterId": id,
        "CacheNodeType": cache.node_type,
        "Engine": cache.engine,
        "EngineVersion": cache.version,
        "CacheClusterStatus": if cache.is_up { "available" } else { "rebooting cluster nodes" },
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": turn.names.zone(at),
        "CacheClusterCreateTime": cache.created_at.value(),
        "PendingModifiedValues": {},
        "CacheNodes": if with_nodes { node } else { Value::Null },
        "ReplicationGroupId": cache.group,
        "ARN": turn.names.arn("elasticache", &format!("cluster:{id}")),
    })
}

/// Without a start, the last `Duration` minutes: 60, as in AWS. Without a type, events of every type; an identifier needs
/// one (ElastiCache API reference, `DescribeEvents`).
fn events(caches: &Caches, input: &Input, turn: &Turn<'_>) -> Answer {
    let minutes = input.number("Duration").unwrap_or(60.0);
    let from = input.moment("StartTime").unwrap_or_else(|| turn.now.after(-(minutes * 60_000.0) as i64));
    let to = input.moment("EndTime").unwrap_or(turn.now);
    let (source, kind) = (input.text("SourceIdentifier"), input.text("SourceType"));
    if source.is_some() && kind.is_none() {
        let message = "SourceType is required when SourceIdentifier is specified.";
        return Err(ApiError::sender("InvalidParameterCombination", message));
    }
    let found: Vec<Value> = caches
        .events
        .iter()
        .filter(|event| event.at >= from && event.at <= to)
        .filter(|event| kind.as_ref().is_none_or(|kind| kind == event.kind))
        .filter(|event| source.as_ref().is_none_or(|id| *id == event.source))
        .map(|event| {
            json!({
                "SourceIdentifier": event.source,
                "SourceType": event.kind,
                "Message": event.message,
                "Date": event.at.value(),
            })
        })
        .collect();
    Ok(json!({"Events": found}))
}

fn list_tags(caches: &Caches, input: &Input) -> Answer {
    let arn = input.text("ResourceName").unwrap_or_default();
    match caches.caches.iter().find(|cache| cache.arn == arn) {
        Some(cache) => {
            let tags: Vec<Value> = cache.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
            Ok(json!({"TagList": tags}))
        }
        None => Err(ApiError { status: 404, ..ApiError::sender("CacheClusterNotFound", format!("{arn} not found")) }),
    }
}
