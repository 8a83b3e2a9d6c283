//! A replication group and its members, by their names. Members are called `GROUP-001`, and `GROUP-0001-001` in a group
//! with shards ("Metrics for Valkey and Redis OSS", Amazon ElastiCache User Guide).

/// The group of a member `GROUP-001`, for configurations that name the member, as alarms do.
pub(super) fn group_of(id: &str) -> Option<&str> {
    let (group, number) = id.rsplit_once('-')?;
    (number.len() == 3 && number.bytes().all(|digit| digit.is_ascii_digit())).then_some(group)
}

/// Whether something that ElastiCache names is the configured group, or a member of it.
pub(super) fn belongs(named: &str, configured: &str) -> bool {
    let group = group_of(configured).unwrap_or(configured);
    named == configured
        || named == group
        || named
            .strip_prefix(group)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

/// The member by which the metrics of a cache are kept: CloudWatch has `CacheClusterId`, and the first node of a group
/// without shards is `GROUP-001`.
pub(in crate::evidence) fn first(configured: &str) -> String {
    match group_of(configured) {
        Some(_) => configured.to_owned(),
        None => format!("{configured}-001"),
    }
}

/// The second member, which as long as nothing failed over is a replica.
pub(in crate::evidence) fn second(configured: &str) -> String {
    format!("{}-002", group_of(configured).unwrap_or(configured))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_stands_for_its_group() {
        assert_eq!(group_of("web-redis-001"), Some("web-redis"));
        assert_eq!(group_of("web-redis"), None);
        assert_eq!((first("web-redis").as_str(), second("web-redis").as_str()), ("web-redis-001", "web-redis-002"));
        assert_eq!(
            (first("web-redis-001").as_str(), second("web-redis-001").as_str()),
            ("web-redis-001", "web-redis-002")
        );
    }

    #[test]
    fn a_group_whose_name_only_begins_alike_is_another_one() {
        for named in ["web-redis", "web-redis-001", "web-redis-0001-002"] {
            assert!(belongs(named, "web-redis") && belongs(named, "web-redis-001"), "{named}");
        }
        for named in ["web-redis-blue", "web-redisx", "web-redis-blue-001", "web"] {
            assert!(!belongs(named, "web-redis"), "{named}");
        }
    }
}
