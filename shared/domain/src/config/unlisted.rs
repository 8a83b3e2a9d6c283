//! A service that is not in the configuration, as far as its alarms name it.

use super::Service;
use crate::evidence::Ringing;
use crate::id::{EcsServiceName, ServiceName};

/// The dimensions that name what a service consists of, as the namespaces AWS/ECS, AWS/ApplicationELB and AWS/ElastiCache
/// call them.
pub const TELLING_DIMENSIONS: [&str; 6] =
    ["ClusterName", "ServiceName", "TargetGroup", "LoadBalancer", "ReplicationGroupId", "CacheClusterId"];

impl Service {
    /// The ECS service that these alarms watch, with what else they name; `None` if they do not name one. It bears the name of
    /// its incident, and nothing may be done to it.
    pub fn watched_by(name: &ServiceName, alarms: &[Ringing]) -> Option<Self> {
        let (cluster, ecs_service) = alarms.iter().find_map(|alarm| {
            let named = |dimension| alarm.dimensions.get(dimension).filter(|value| is_ecs_name(value));
            Some((named("ClusterName")?, named("ServiceName")?))
        })?;
        let any = |dimension| alarms.iter().find_map(|alarm| alarm.dimensions.get(dimension).cloned());
        let mut service = Self::new(name.as_str(), cluster);
        service.ecs_service = EcsServiceName::from(ecs_service.as_str());
        service.target_group = any("TargetGroup");
        service.load_balancer = any("LoadBalancer");
        service.cache = any("ReplicationGroupId").or_else(|| any("CacheClusterId").map(|n| cache_group(&n).to_owned()));
        Some(service)
    }
}

/// Names of clusters and services have up to 255 letters, digits, hyphens and underscores ("CreateService", Amazon ECS API
/// Reference). Anything else was written by nobody who watches one.
fn is_ecs_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// The replication group of a node: nodes are called by its id and a number, `web-redis-001` ("Creating a replication group",
/// Amazon ElastiCache User Guide).
pub(crate) fn cache_group(node: &str) -> &str {
    let is_number = |rest: &str| rest.len() == 3 && rest.chars().all(|c| c.is_ascii_digit());
    node.rsplit_once('-').filter(|(_, rest)| is_number(rest)).map_or(node, |(group, _)| group)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn alarm(dimensions: &[(&str, &str)]) -> Ringing {
        Ringing {
            name: "billing-cpu".to_owned(),
            service: None,
            metric: None,
            since: jiff::Timestamp::UNIX_EPOCH,
            dimensions: dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    fn watched_by(alarms: &[Ringing]) -> Option<Service> {
        Service::watched_by(&ServiceName::from("billing-cpu"), alarms)
    }

    #[test]
    fn an_alarm_that_names_cluster_and_service_tells_what_to_look_at() {
        let found = watched_by(&[alarm(&[("ClusterName", "main"), ("ServiceName", "billing")])]).unwrap();
        let mut expected = Service::new("billing-cpu", "main");
        expected.ecs_service = EcsServiceName::from("billing");
        assert_eq!(found, expected);
    }

    #[test]
    fn what_the_other_alarms_of_the_incident_name_belongs_to_it() {
        let group = "targetgroup/billing/73e2d6bc24d8a067";
        let ecs = alarm(&[("ClusterName", "main"), ("ServiceName", "billing")]);
        let balancer = alarm(&[("TargetGroup", group), ("LoadBalancer", "app/shop/50dc6c495c0c9188")]);
        let node = alarm(&[("CacheClusterId", "billing-redis-001")]);
        let found = watched_by(&[node, balancer, ecs]).unwrap();
        assert_eq!(found.target_group.as_deref(), Some(group));
        assert_eq!(found.load_balancer.as_deref(), Some("app/shop/50dc6c495c0c9188"));
        assert_eq!(found.cache.as_deref(), Some("billing-redis"));
    }

    #[test]
    fn a_node_that_is_no_member_of_a_group_is_asked_for_by_its_own_name() {
        for (node, group) in
            [("web-redis-001", "web-redis"), ("web-redis", "web-redis"), ("node-1", "node-1"), ("x", "x")]
        {
            assert_eq!(cache_group(node), group);
        }
    }

    #[test]
    fn nothing_is_asked_of_ecs_by_a_name_that_it_could_not_have() {
        for (case, dimensions) in [
            ("no dimensions", &[][..]),
            ("no service", &[("ClusterName", "main")]),
            ("no cluster", &[("ServiceName", "billing")]),
            ("an empty name", &[("ClusterName", ""), ("ServiceName", "billing")]),
            ("a path", &[("ClusterName", "main"), ("ServiceName", "../billing")]),
            ("a cut name", &[("ClusterName", "main"), ("ServiceName", "billing…")]),
        ] {
            assert_eq!(watched_by(&[alarm(dimensions)]), None, "{case}");
        }
    }
}
