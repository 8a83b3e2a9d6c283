//! The cache.

use super::world::{SERVICE, World};
use crate::cloud::CacheTrouble;
use crate::faults::causes;
use serde_json::json;

#[test]
fn a_cache_that_is_too_small_evicts_and_misses_and_requests_wait() {
    let mut world = World::settled(1);
    causes::redis_memory_full(&mut world.scene());
    world.run(10.0);
    let xml = world.query("elasticache", "Action=DescribeReplicationGroups").1;
    assert!(xml.contains("<Status>available</Status>"));
    assert_eq!((world.view().error_share, world.view().cache_up), (0.0, Some(true)));
    let of_node = [("CacheClusterId", "shop-redis-001")];
    let (evicted, missed, found) = (
        world.lately("AWS/ElastiCache", "Evictions", &of_node, "Sum"),
        world.lately("AWS/ElastiCache", "CacheMisses", &of_node, "Sum"),
        world.lately("AWS/ElastiCache", "CacheHits", &of_node, "Sum"),
    );
    assert!(evicted > 10.0 && missed > found, "{evicted} evicted, {missed} missed, {found} found");
    assert!(world.lately("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", &of_node, "Maximum") > 98.0);
    let (balancer, _) = world.full_names();
    let median = world.lately("AWS/ApplicationELB", "TargetResponseTime", &[("LoadBalancer", balancer)], "p50");
    assert!(median > 0.5, "{median}");
}

#[test]
fn a_cache_that_refuses_fails_requests_in_its_own_words() {
    let mut world = World::settled(2);
    causes::redis_refuses_writes(&mut world.scene());
    world.run(10.0);
    assert!(world.view().error_share > 0.2);
    assert!(world.lines().iter().any(|line| line.contains("OOM command not allowed")));
}

#[test]
fn with_a_replica_a_lost_primary_is_replaced_and_the_events_tell() {
    let mut world = World::settled(3);
    world.make(
        "AWS::ElastiCache::ReplicationGroup",
        "Cache",
        json!({"ReplicationGroupId": "shop-redis", "NumCacheClusters": "2"}),
    );
    causes::redis_fails_over(&mut world.scene());
    assert_eq!(world.view().cache_up, Some(false));
    world.until(5, "the failover", |world| world.view().cache_up == Some(true));
    let (_, xml) =
        world.query("elasticache", "Action=DescribeEvents&SourceType=replication-group&SourceIdentifier=shop-redis");
    let message = "Failover from primary node shop-redis-001 to replica node shop-redis-002 completed";
    assert!(xml.contains(message), "{xml}");
    let (_, xml) = world.query("elasticache", "Action=DescribeEvents");
    assert_eq!(xml.matches("<Event>").count(), 4, "both types, recovery included: {xml}");
    let (_, xml) = world.query("elasticache", "Action=DescribeReplicationGroups");
    let primary = xml.find("shop-redis-002").unwrap();
    assert!(primary < xml.find("shop-redis-001").unwrap(), "the members begin with the primary: {xml}");
}

#[test]
fn a_trouble_ends() {
    let mut world = World::settled(4);
    world.cloud.trouble_cache(SERVICE, Some(CacheTrouble::FullAndRefusing), world.now);
    world.run(5.0);
    world.cloud.trouble_cache(SERVICE, None, world.now);
    world.run(8.0);
    assert_eq!(world.view().error_share, 0.0);
}
