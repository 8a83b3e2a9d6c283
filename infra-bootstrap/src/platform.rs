//! What the platform stack of a service is asked for, and what the configuration has to say about what it made.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Parameter, Stack};
use paramedic_domain::config::Service;

use crate::{StackKind, StackOutputs, StackRequest};

/// The parameters of `stacks/platform.yaml` without a default, except the name, which the configuration has.
const REQUIRED: [&str; 5] = ["VpcId", "PublicSubnetIds", "PrivateSubnetIds", "Image", "CertificateArn"];

pub(crate) fn platform_stack(service: &Service, extra: &BTreeMap<String, String>) -> StackRequest {
    // Always said, since a parameter that is not named keeps its value: empty takes the tag back.
    let tag = if service.may_be_touched() { "remediate" } else { "" };
    let mut parameters = BTreeMap::from([
        ("ServiceName".to_owned(), service.name.as_str().to_owned()),
        ("RemediationTag".to_owned(), tag.to_owned()),
    ]);
    parameters.extend(extra.clone());
    StackRequest {
        kind: StackKind::Platform,
        stack_name: StackKind::Platform.name_for(service.name.as_str()),
        parameters,
        template: StackKind::Platform.template().to_owned(),
    }
}

/// The required parameters that neither the request nor the stack as it is has a value for.
pub(crate) fn missing_parameters(request: &StackRequest, existing: Option<&Stack>) -> Vec<&'static str> {
    let held = existing.map(Stack::parameters).unwrap_or_default();
    let known = |key: &str| {
        let given = request.parameters.get(key).is_some_and(|value| !value.is_empty());
        given || held.iter().filter_map(Parameter::parameter_key).any(|name| name == key)
    };
    REQUIRED.into_iter().filter(|key| !known(key)).collect()
}

/// A warning with the lines that `paramedic.toml` lacks or has otherwise than the platform stack made them. The functions
/// were packaged with what the file said, and learn of the rest only when they are deployed with the corrected file.
pub(crate) fn lines_to_configure(service: &Service, platform: &StackOutputs) -> Option<String> {
    let lines: Vec<String> = [
        ("cluster", "ClusterName", Some(service.cluster.as_str())),
        ("ecs_service", "ServiceName", Some(service.ecs_service.as_str())),
        ("target_group", "TargetGroupFullName", service.target_group_dimension()),
        ("load_balancer", "LoadBalancerFullName", service.load_balancer_dimension()),
        ("cache", "CacheReplicationGroupId", service.cache.as_deref()),
        ("log_group", "LogGroupName", service.log_group.as_deref()),
    ]
    .into_iter()
    .filter_map(|(key, output, configured)| {
        let made = platform.get(output)?;
        (configured != Some(made)).then(|| format!("\n  {key} = {made:?}"))
    })
    .collect();
    let name = service.name.as_str();
    (!lines.is_empty()).then(|| {
        format!(
            "the functions do not know the platform of {name} as it is: the configuration they carry says otherwise\n\
             hint: put these lines into the [[service]] table of {name:?} in paramedic.toml, then run `up` again:{}",
            lines.concat()
        )
    })
}

#[cfg(test)]
mod tests;
