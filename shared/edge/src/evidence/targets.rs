//! The load balancer's view of the tasks. "DescribeTargetHealth", Elastic Load Balancing API Reference (2015-12-01).

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{TargetHealthDescription, TargetHealthStateEnum};
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Reading, Target, TargetHealth};

use super::{Read, Site, why};

/// The longest description that is kept.
const DESCRIPTION: usize = 200;

pub(super) async fn read(client: &Client, service: &Service, site: &Site) -> Read<Vec<Target>> {
    let Some(configured) = service.target_group.as_deref() else { return Ok(Reading::NotConfigured) };
    let arn = if configured.starts_with("arn:") {
        configured.to_owned()
    } else {
        // The full name is the last part of the ARN ("Resource types defined by AWS Elastic Load Balancing V2", Service
        // Authorization Reference). A group made anew under the same name has another id in it, and is another group.
        let arn = site.landmark.beside("elasticloadbalancing", configured);
        arn.ok_or("the account of the target group is not known")?.to_string()
    };
    let answer = client.describe_target_health().target_group_arn(arn).send().await.map_err(why)?;
    Ok(Reading::Read(answer.target_health_descriptions().iter().filter_map(target).collect()))
}

fn target(described: &TargetHealthDescription) -> Option<Target> {
    let health = described.target_health()?;
    let target = described.target()?;
    Some(Target {
        id: target.id()?.to_owned(),
        health: match health.state()? {
            TargetHealthStateEnum::Healthy => TargetHealth::Healthy,
            TargetHealthStateEnum::Unhealthy => TargetHealth::Unhealthy,
            TargetHealthStateEnum::Initial => TargetHealth::Initial,
            TargetHealthStateEnum::Draining => TargetHealth::Draining,
            _ => TargetHealth::Other,
        },
        reason: health.reason().map(|reason| reason.as_str().to_owned()),
        description: health.description().map(|words| text::escaped(words, DESCRIPTION)),
        zone: target.availability_zone().map(str::to_owned),
    })
}
