//! The policies that scale the service. "DescribeScalingPolicies", Application Auto Scaling API Reference.

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{
    self, MetricType, ScalableDimension, ServiceNamespace, TargetTrackingScalingPolicyConfiguration,
};
use jiff::SignedDuration;
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Follows, Reading, ScalingPolicy};

use super::resource;
use crate::evidence::{Read, why};

/// The longest name of a policy or a metric ("PolicyName" and "MetricName" there).
const NAME: usize = 256;

pub(in crate::evidence) async fn read(client: &Client, service: &Service) -> Read<Vec<ScalingPolicy>> {
    let call = client
        .describe_scaling_policies()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_id(resource(service))
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
    let answer = call.send().await.map_err(why)?;
    if answer.next_token().is_some() {
        return Err("the service has more scaling policies than one page holds".to_owned());
    }
    Ok(Reading::Read(answer.scaling_policies().iter().map(policy).collect()))
}

fn policy(described: &types::ScalingPolicy) -> ScalingPolicy {
    let name = text::escaped(described.policy_name(), NAME);
    if let Some(tracking) = described.target_tracking_scaling_policy_configuration() {
        return ScalingPolicy {
            name,
            follows: follows(tracking),
            scale_out_cooldown: tracking.scale_out_cooldown().map(seconds),
            scale_in_cooldown: tracking.scale_in_cooldown().map(seconds),
        };
    }
    if let Some(forecast) = described.predictive_scaling_policy_configuration() {
        let metric = "a forecast".to_owned();
        let target = forecast.metric_specifications().first().map_or(0.0, |metric| metric.target_value());
        let follows = Follows::Other { metric, target };
        return ScalingPolicy { name, follows, scale_out_cooldown: None, scale_in_cooldown: None };
    }
    // A policy of steps has one cooldown, and its alarms decide in which direction it scales.
    let cooldown = described.step_scaling_policy_configuration().and_then(|steps| steps.cooldown()).map(seconds);
    ScalingPolicy { name, follows: Follows::Steps, scale_out_cooldown: cooldown, scale_in_cooldown: cooldown }
}

fn follows(tracking: &TargetTrackingScalingPolicyConfiguration) -> Follows {
    let target = tracking.target_value();
    let predefined = tracking.predefined_metric_specification().map(|metric| metric.predefined_metric_type());
    match predefined {
        Some(
            MetricType::EcsServiceAverageCpuUtilization | MetricType::EcsServiceAverageCpuUtilizationHighResolution,
        ) => Follows::Cpu(target),
        Some(
            MetricType::EcsServiceAverageMemoryUtilization
            | MetricType::EcsServiceAverageMemoryUtilizationHighResolution,
        ) => Follows::Memory(target),
        Some(MetricType::AlbRequestCountPerTarget) => Follows::RequestsPerTarget(target),
        Some(other) => Follows::Other { metric: other.as_str().to_owned(), target },
        None => {
            let custom = tracking.customized_metric_specification().and_then(|metric| metric.metric_name());
            Follows::Other { metric: text::escaped(custom.unwrap_or("a metric of its own"), NAME), target }
        }
    }
}

fn seconds(seconds: i32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(seconds))
}
