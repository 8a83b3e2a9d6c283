//! The service's scalable target. "DescribeScalableTargets", Application Auto Scaling API Reference.

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace, SuspendedState};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Reading, Scaling};

use super::resource;
use crate::evidence::{Read, count, why};

/// A service that nothing scales has no scalable target, which is no error.
pub(in crate::evidence) async fn read(client: &Client, service: &Service) -> Read<Scaling> {
    let call = client
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_ids(resource(service))
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
    let answer = call.send().await.map_err(why)?;
    let Some(target) = answer.scalable_targets().first() else { return Ok(Reading::NotConfigured) };
    let suspended = |which: fn(&SuspendedState) -> Option<bool>| target.suspended_state().and_then(which) == Some(true);
    Ok(Reading::Read(Scaling {
        min: count(target.min_capacity()),
        max: count(target.max_capacity()),
        scale_out_suspended: suspended(SuspendedState::dynamic_scaling_out_suspended),
        scale_in_suspended: suspended(SuspendedState::dynamic_scaling_in_suspended),
        schedule_suspended: suspended(SuspendedState::scheduled_scaling_suspended),
    }))
}
