//! Application Auto Scaling's operations (Application Auto Scaling API reference).

use super::{Activity, Outcome, ScalableTarget, Scaling, ScalingPolicy, Suspended};
use crate::cloud::clock::Moment;
use crate::cloud::protocol::{Answer, ApiError, Input};
use crate::cloud::turn::Turn;
use serde_json::{Value, json};

/// Serves an operation; `None` for one that is not modelled.
pub(crate) fn call(scaling: &mut Scaling, operation: &str, input: &Input, turn: &mut Turn<'_>) -> Option<Answer> {
    let namespace = input.text("ServiceNamespace").unwrap_or_default();
    let dimension = input.text("ScalableDimension");
    let is_wanted = |of: &str, item_dimension: &str| {
        of == namespace && dimension.as_ref().is_none_or(|dimension| dimension == item_dimension)
    };
    Some(match operation {
        "DescribeScalableTargets" => {
            let ids = input.texts("ResourceIds");
            let targets = scaling
                .targets
                .iter()
                .filter(|target| is_wanted(&target.namespace, &target.dimension))
                .filter(|target| ids.is_empty() || ids.contains(&target.resource));
            Ok(json!({"ScalableTargets": targets.map(|target| described_target(target, turn)).collect::<Vec<_>>()}))
        }
        "DescribeScalingPolicies" => {
            let (id, names) = (input.text("ResourceId"), input.texts("PolicyNames"));
            let policies = scaling
                .policies
                .iter()
                .filter(|policy| is_wanted(&policy.namespace, &policy.dimension))
                .filter(|policy| id.as_ref().is_none_or(|id| *id == policy.resource))
                .filter(|policy| names.is_empty() || names.contains(&policy.name));
            Ok(json!({"ScalingPolicies": policies.map(|policy| described_policy(policy, turn)).collect::<Vec<_>>()}))
        }
        "DescribeScalingActivities" => {
            let id = input.text("ResourceId");
            let with_not_scaled = input.flag("IncludeNotScaledActivities").unwrap_or(false);
            // Newest first.
            let activities = scaling
                .activities
                .iter()
                .rev()
                .filter(|activity| is_wanted(&activity.namespace, &activity.dimension))
                .filter(|activity| id.as_ref().is_none_or(|id| *id == activity.resource))
                .filter(|activity| with_not_scaled || matches!(activity.outcome, Outcome::Set { .. }))
                .take(50);
            Ok(json!({"ScalingActivities": activities.map(described_activity).collect::<Vec<_>>()}))
        }
        "RegisterScalableTarget" => register(scaling, input, turn),
        "DeleteScalingPolicy" => {
            let (id, name) = (input.text("ResourceId"), input.text("PolicyName"));
            let is_meant = |policy: &mut ScalingPolicy| {
                is_wanted(&policy.namespace, &policy.dimension)
                    && id.as_ref() == Some(&policy.resource)
                    && name.as_ref() == Some(&policy.name)
            };
            let gone: Vec<ScalingPolicy> = scaling.policies.extract_if(.., is_meant).collect();
            if gone.is_empty() {
                return Some(Err(ApiError::sender("ObjectNotFoundException", "No scaling policy found.")));
            }
            scaling.deleted.extend(gone);
            Ok(json!({}))
        }
        _ => return None,
    })
}

fn described_target(target: &ScalableTarget, turn: &Turn<'_>) -> Value {
    json!({
        "ServiceNamespace": target.namespace,
        "ResourceId": target.resource,
        "ScalableDimension": target.dimension,
        "MinCapacity": target.minimum,
        "MaxCapacity": target.maximum,
        "RoleARN": target.role,
        "CreationTime": target.created_at.value(),
        "SuspendedState": {
            "DynamicScalingInSuspended": target.suspended.scaling_in,
            "DynamicScalingOutSuspended": target.suspended.scaling_out,
            "ScheduledScalingSuspended": target.suspended.scheduled,
        },
        "ScalableTargetARN": turn.names.arn("application-autoscaling", "scalable-target/sandbox"),
    })
}

/// The words are those of the examples in the User Guide ("Scaling activities for Application Auto Scaling").
fn described_activity(activity: &Activity) -> Value {
    let mut described = json!({
        "ActivityId": activity.id,
        "ServiceNamespace": activity.namespace,
        "ResourceId": activity.resource,
        "ScalableDimension": activity.dimension,
        "Cause": activity.cause,
        "StartTime": activity.started_at.value(),
    });
    let outcome = match &activity.outcome {
        Outcome::Set { to, reached_at } => json!({
            "Description": format!("Setting desired count to {to}."),
            "EndTime": reached_at.map(Moment::value),
            "StatusCode": if reached_at.is_some() { "Successful" } else { "InProgress" },
            "StatusMessage": match reached_at {
                Some(_) => format!("Successfully set desired count to {to}. Change successfully fulfilled by ecs."),
                None => format!("Successfully set desired count to {to}. Waiting for change to be fulfilled by ecs."),
            },
        }),
        Outcome::NotScaled { code, minimum, maximum } => json!({
            "Description": "Attempting to scale due to alarm triggered",
            "StatusCode": "Failed",
            "NotScaledReasons": [{"Code": code, "MinCapacity": minimum, "MaxCapacity": maximum}],
        }),
    };
    if let (Value::Object(all), Value::Object(more)) = (&mut described, outcome) {
        all.extend(more);
    }
    described
}

fn described_policy(policy: &ScalingPolicy, turn: &Turn<'_>) -> Value {
    let alarm = |side| {
        let name = policy.alarm(side);
        json!({"AlarmARN": turn.names.arn("cloudwatch", &format!("alarm:{name}")), "AlarmName": name})
    };
    let alarms = match policy.kind.as_str() {
        "TargetTrackingScaling" => vec![alarm("AlarmHigh"), alarm("AlarmLow")],
        _ => Vec::new(),
    };
    let mut described = json!({
        "PolicyARN": policy.arn,
        "PolicyName": policy.name,
        "ServiceNamespace": policy.namespace,
        "ResourceId": policy.resource,
        "ScalableDimension": policy.dimension,
        "PolicyType": policy.kind,
        "CreationTime": policy.created_at.value(),
        "Alarms": alarms,
    });
    if let Value::Object(map) = &mut described {
        map.extend(policy.configuration.clone());
    }
    described
}

/// Changes a target's bounds, or makes the target known.
fn register(scaling: &mut Scaling, input: &Input, turn: &mut Turn<'_>) -> Answer {
    let missing = |name: &str| ApiError::sender("ValidationException", format!("{name} is required"));
    let resource = input.text("ResourceId").ok_or_else(|| missing("ResourceId"))?;
    let dimension = input.text("ScalableDimension").ok_or_else(|| missing("ScalableDimension"))?;
    let (minimum, maximum) = (input.count("MinCapacity"), input.count("MaxCapacity"));
    match scaling.targets.iter_mut().find(|target| target.is(&resource, &dimension)) {
        Some(target) => {
            target.minimum = minimum.unwrap_or(target.minimum);
            target.maximum = maximum.unwrap_or(target.maximum);
            let state = input.structure("SuspendedState");
            let was = target.suspended;
            target.suspended = Suspended {
                scaling_in: state.flag("DynamicScalingInSuspended").unwrap_or(was.scaling_in),
                scaling_out: state.flag("DynamicScalingOutSuspended").unwrap_or(was.scaling_out),
                scheduled: state.flag("ScheduledScalingSuspended").unwrap_or(was.scheduled),
            };
        }
        None => scaling.targets.push(ScalableTarget {
            namespace: input.text("ServiceNamespace").unwrap_or_default(),
            resource,
            dimension,
            minimum: minimum.ok_or_else(|| missing("MinCapacity"))?,
            maximum: maximum.ok_or_else(|| missing("MaxCapacity"))?,
            provisioned: (minimum.unwrap_or_default(), maximum.unwrap_or_default()),
            role: input.text("RoleARN").unwrap_or_default(),
            created_at: turn.now,
            suspended: Suspended::default(),
            scaled_out_at: None,
            scaled_in_at: None,
        }),
    }
    Ok(json!({}))
}
