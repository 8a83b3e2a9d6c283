//! The load balancer's view of the tasks. "DescribeTargetHealth", Elastic Load Balancing API Reference (2015-12-01).

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{TargetHealthDescription, TargetHealthStateEnum};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Reading, Target, TargetHealth};

use super::{Read, why};

pub(super) async fn read(client: &Client, service: &Service) -> Read<Vec<Target>> {
    let Some(configured) = service.target_group.as_deref() else { return Ok(Reading::NotConfigured) };
    let arn = if configured.starts_with("arn:") { configured.to_owned() } else { arn(client, service).await? };
    let answer = client.describe_target_health().target_group_arn(arn).send().await.map_err(why)?;
    Ok(Reading::Read(answer.target_health_descriptions().iter().filter_map(target).collect()))
}

/// The ARN of a target group whose full name is configured. Names are used again, the id at the end of the full name is
/// not: a group made anew under the same name is another one.
async fn arn(client: &Client, service: &Service) -> Result<String, String> {
    let full = service.target_group_dimension().unwrap_or_default();
    let name = service.target_group_name().ok_or("the configured target group is no full name, targetgroup/NAME/ID")?;
    let answer = client.describe_target_groups().names(name).send().await.map_err(why)?;
    let arns = answer.target_groups().iter().filter_map(|group| group.target_group_arn());
    let ours = arns.into_iter().find(|arn| arn.rsplit(':').next() == Some(full));
    ours.map(str::to_owned).ok_or_else(|| format!("there is no target group {full}"))
}

fn target(described: &TargetHealthDescription) -> Option<Target> {
    let health = described.target_health()?;
    Some(Target {
        id: described.target()?.id()?.to_owned(),
        health: match health.state()? {
            TargetHealthStateEnum::Healthy => TargetHealth::Healthy,
            TargetHealthStateEnum::Unhealthy => TargetHealth::Unhealthy,
            TargetHealthStateEnum::Initial => TargetHealth::Initial,
            TargetHealthStateEnum::Draining => TargetHealth::Draining,
            _ => TargetHealth::Other,
        },
        reason: health.reason().map(|reason| reason.as_str().to_owned()),
    })
}
