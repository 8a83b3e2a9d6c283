//! What scales the service. "DescribeScalableTargets", Application Auto Scaling API Reference.

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Reading, Scaling};

use super::{Read, count, why};

/// A service that nothing scales has no scalable target, which is no error.
pub(super) async fn read(client: &Client, service: &Service) -> Read<Scaling> {
    let call = client
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_ids(format!("service/{}/{}", service.cluster, service.ecs_service))
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
    let answer = call.send().await.map_err(why)?;
    let Some(target) = answer.scalable_targets().first() else { return Ok(Reading::NotConfigured) };
    let suspended = target.suspended_state().and_then(|state| state.dynamic_scaling_out_suspended());
    Ok(Reading::Read(Scaling {
        min: count(target.min_capacity()),
        max: count(target.max_capacity()),
        scale_out_suspended: suspended.unwrap_or(false),
    }))
}
