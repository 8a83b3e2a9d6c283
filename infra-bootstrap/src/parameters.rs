//! Template parameters that follow from `paramedic.toml`.

use std::collections::BTreeMap;

use paramedic_domain::config::{Config, Mode, Service};
use paramedic_domain::remedy::RemedyKind;

use crate::{Account, StackOutputs};

/// The ECS services whose configuration lets some remedy act (`approve` or `auto`): the only ones the remediator's role
/// may write to. None means that the role has no write permission at all.
pub fn remediable_service_arns(config: &Config, account: &Account) -> Vec<String> {
    let Account { id, region, partition } = account;
    config
        .services
        .iter()
        .filter(|service| service.may_be_touched())
        .map(|service| {
            let (cluster, name) = (service.cluster.as_str(), service.ecs_service.as_str());
            format!("arn:{partition}:ecs:{region}:{id}:service/{cluster}/{name}")
        })
        .collect()
}

/// The roles of tasks that may be rolled back, without duplicates: whoever names a revision passes its roles on.
pub fn task_role_arns(config: &Config, account: &Account) -> Vec<String> {
    let Account { id, partition, .. } = account;
    let acts = |service: &&Service| matches!(service.mode(RemedyKind::RollBack), Mode::Approve | Mode::Auto);
    let mut arns: Vec<String> = config
        .services
        .iter()
        .filter(acts)
        .flat_map(|service| &service.task_roles)
        .map(|role| match role.starts_with("arn:") {
            true => role.clone(),
            false => format!("arn:{partition}:iam::{id}:role/{role}"),
        })
        .collect();
    arns.sort();
    arns.dedup();
    arns
}

/// Whether the maximum of some service's scaling may be raised.
pub(crate) fn may_scale_out(config: &Config) -> bool {
    config.services.iter().any(|service| {
        service.most_tasks.is_some() && matches!(service.mode(RemedyKind::ScaleOut), Mode::Approve | Mode::Auto)
    })
}

/// The secrets whose last change may be read to tell stale tasks, without duplicates. A name becomes an ARN with the six
/// characters Secrets Manager appends left open (its user guide, "Example: permission to read a secret by name").
pub fn watched_secret_arns(config: &Config, account: &Account) -> Vec<String> {
    let Account { id, region, partition } = account;
    let mut arns: Vec<String> = config
        .services
        .iter()
        .flat_map(|service| &service.secrets)
        .map(|secret| match secret.starts_with("arn:") {
            true => secret.clone(),
            false => format!("arn:{partition}:secretsmanager:{region}:{id}:secret:{secret}-??????"),
        })
        .collect();
    arns.sort();
    arns.dedup();
    arns
}

/// The log groups whose error lines may be read, in the form IAM wants for reading events: with `:*` at the end.
pub fn watched_log_group_arns(config: &Config, account: &Account) -> Vec<String> {
    let Account { id, region, partition } = account;
    let groups = config.services.iter().filter_map(|service| service.log_group.as_deref());
    let mut arns: Vec<String> =
        groups.map(|group| format!("arn:{partition}:logs:{region}:{id}:log-group:{group}:*")).collect();
    arns.sort();
    arns.dedup();
    arns
}

/// The ops stack's parameters that follow from the configuration.
pub fn ops_parameters(config: &Config, account: &Account) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("RemediableServiceArns".to_owned(), remediable_service_arns(config, account).join(",")),
        ("MayScaleOut".to_owned(), may_scale_out(config).to_string()),
        ("TaskRoleArns".to_owned(), task_role_arns(config, account).join(",")),
        ("WatchedLogGroupArns".to_owned(), watched_log_group_arns(config, account).join(",")),
        ("WatchedSecretArns".to_owned(), watched_secret_arns(config, account).join(",")),
    ])
}

/// The watch stack's parameters for one service. What the service's platform stack says wins over the configuration,
/// since it is what is really there; what neither knows is left empty, and the template leaves those alarms out.
pub fn watch_parameters(
    service: &Service,
    ops: &StackOutputs,
    platform: Option<&StackOutputs>,
) -> BTreeMap<String, String> {
    let from_platform = |key: &str| platform.and_then(|outputs| outputs.get(key)).map(str::to_owned);
    let configured = |value: Option<&str>| value.unwrap_or_default().to_owned();
    // The first member carries the group's metrics: CloudWatch knows cache clusters, not replication groups.
    let cache = service.cache.as_ref().map(|group| format!("{group}-001")).unwrap_or_default();
    let of_ops = |key: &str| ops.get(key).unwrap_or_default().to_owned();
    BTreeMap::from([
        ("ServiceName".to_owned(), service.name.as_str().to_owned()),
        (
            "EcsServiceName".to_owned(),
            from_platform("ServiceName").unwrap_or_else(|| service.ecs_service.as_str().to_owned()),
        ),
        ("ClusterName".to_owned(), from_platform("ClusterName").unwrap_or_else(|| service.cluster.as_str().to_owned())),
        (
            "LoadBalancerFullName".to_owned(),
            from_platform("LoadBalancerFullName").unwrap_or_else(|| configured(service.load_balancer_dimension())),
        ),
        (
            "TargetGroupFullName".to_owned(),
            from_platform("TargetGroupFullName").unwrap_or_else(|| configured(service.target_group_dimension())),
        ),
        ("CacheId".to_owned(), from_platform("CacheId").unwrap_or(cache)),
        (
            "LogGroupName".to_owned(),
            from_platform("LogGroupName").unwrap_or_else(|| configured(service.log_group.as_deref())),
        ),
        ("AlarmsTopicArn".to_owned(), of_ops("AlarmsTopicArn")),
        ("RouterFunctionArn".to_owned(), of_ops("RouterFunctionArn")),
    ])
}

#[cfg(test)]
mod tests;
