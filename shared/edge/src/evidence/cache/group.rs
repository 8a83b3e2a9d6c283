//! The state of the replication group. "DescribeReplicationGroups", Amazon ElastiCache API Reference.

use aws_sdk_elasticache::Client;
use aws_sdk_elasticache::error::SdkError;
use aws_sdk_elasticache::operation::describe_replication_groups::DescribeReplicationGroupsError;
use aws_sdk_elasticache::types::{AutomaticFailoverStatus, ReplicationGroup};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Cache, Reading};

use super::member;
use crate::evidence::{Read, why};

/// The status of a replication group of which ElastiCache says that there is none.
const GONE: &str = "not found";

/// One call, and a second one where the configuration names a member instead of its group.
pub(in crate::evidence) async fn read(client: &Client, service: &Service) -> Read<Cache> {
    let Some(configured) = service.cache.as_deref() else { return Ok(Reading::NotConfigured) };
    if let Some(cache) = group(client, configured).await? {
        return Ok(Reading::Read(cache));
    }
    if let Some(group_id) = member::group_of(configured)
        && let Some(cache) = group(client, group_id).await?
    {
        return Ok(Reading::Read(cache));
    }
    // A cache that is gone is a fact about the dependency, and the strongest there is.
    let (id, status) = (configured.to_owned(), GONE.to_owned());
    Ok(Reading::Read(Cache { id, status, endpoint: None, nodes: 0, fails_over: false }))
}

/// The replication group; none if ElastiCache says that there is none.
async fn group(client: &Client, id: &str) -> Result<Option<Cache>, String> {
    match client.describe_replication_groups().replication_group_id(id).send().await {
        Ok(answer) => {
            let group = answer.replication_groups().first();
            group.map(cache).map(Some).ok_or_else(|| format!("ElastiCache answered without replication group {id}"))
        }
        Err(SdkError::ServiceError(answer)) if is_not_found(answer.err()) => Ok(None),
        Err(error) => Err(why(error)),
    }
}

fn is_not_found(error: &DescribeReplicationGroupsError) -> bool {
    matches!(error, DescribeReplicationGroupsError::ReplicationGroupNotFoundFault(_))
}

fn cache(group: &ReplicationGroup) -> Cache {
    let node_groups = group.node_groups();
    let endpoint = group
        .configuration_endpoint()
        .or_else(|| node_groups.first().and_then(|nodes| nodes.primary_endpoint()))
        .and_then(|endpoint| endpoint.address());
    Cache {
        id: group.replication_group_id().unwrap_or_default().to_owned(),
        status: group.status().unwrap_or("unknown").to_owned(),
        endpoint: endpoint.map(str::to_owned),
        nodes: u32::try_from(group.member_clusters().len()).unwrap_or(u32::MAX),
        fails_over: group.automatic_failover() == Some(&AutomaticFailoverStatus::Enabled),
    }
}
