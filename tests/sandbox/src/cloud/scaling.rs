//! Application Auto Scaling: scalable targets and policies are kept and described (Application Auto Scaling API
//! reference). Policies do not act here; their alarms are not created.

use super::clock::Moment;
use super::protocol::{Answer, ApiError, Input};
use super::turn::Turn;
use serde_json::{Map, Value, json};

/// A scalable target: a resource, one dimension of it, and the bounds of its capacity.
#[derive(Debug, Clone)]
pub(crate) struct ScalableTarget {
    pub(crate) namespace: String,
    /// `service/<cluster>/<service>`.
    pub(crate) resource: String,
    pub(crate) dimension: String,
    pub(crate) minimum: u32,
    pub(crate) maximum: u32,
    pub(crate) role: String,
    pub(crate) created_at: Moment,
}

/// A scaling policy.
#[derive(Debug, Clone)]
pub(crate) struct ScalingPolicy {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) resource: String,
    pub(crate) dimension: String,
    pub(crate) kind: String,
    /// The policy's configuration as it was given, under the name of its member.
    pub(crate) configuration: Map<String, Value>,
    pub(crate) created_at: Moment,
}

/// Everything Application Auto Scaling knows.
#[derive(Debug, Default)]
pub(crate) struct Scaling {
    pub(crate) targets: Vec<ScalableTarget>,
    pub(crate) policies: Vec<ScalingPolicy>,
}

impl ScalableTarget {
    /// Whether it is of this resource and dimension.
    pub(crate) fn is(&self, resource: &str, dimension: &str) -> bool {
        self.resource == resource && self.dimension == dimension
    }
}

/// Serves an operation; `None` for one that is not modelled.
pub(crate) fn call(scaling: &mut Scaling, operation: &str, input: &Input, turn: &Turn<'_>) -> Option<Answer> {
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
            Ok(json!({"ScalingPolicies": policies.map(described_policy).collect::<Vec<_>>()}))
        }
        "DescribeScalingActivities" => Ok(json!({"ScalingActivities": []})),
        "RegisterScalableTarget" => register(scaling, input, turn),
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
            "DynamicScalingInSuspended": false, "DynamicScalingOutSuspended": false,
            "ScheduledScalingSuspended": false,
        },
        "ScalableTargetARN": turn.names.arn("application-autoscaling", "scalable-target/sandbox"),
    })
}

fn described_policy(policy: &ScalingPolicy) -> Value {
    let mut described = json!({
        "PolicyARN": policy.arn,
        "PolicyName": policy.name,
        "ServiceNamespace": policy.namespace,
        "ResourceId": policy.resource,
        "ScalableDimension": policy.dimension,
        "PolicyType": policy.kind,
        "CreationTime": policy.created_at.value(),
        "Alarms": [],
    });
    if let Value::Object(map) = &mut described {
        map.extend(policy.configuration.clone());
    }
    described
}

/// Changes a target's bounds, or makes the target known.
fn register(scaling: &mut Scaling, input: &Input, turn: &Turn<'_>) -> Answer {
    let missing = |name: &str| ApiError::sender("ValidationException", format!("{name} is required"));
    let resource = input.text("ResourceId").ok_or_else(|| missing("ResourceId"))?;
    let dimension = input.text("ScalableDimension").ok_or_else(|| missing("ScalableDimension"))?;
    let (minimum, maximum) = (input.count("MinCapacity"), input.count("MaxCapacity"));
    match scaling.targets.iter_mut().find(|target| target.is(&resource, &dimension)) {
        Some(target) => {
            target.minimum = minimum.unwrap_or(target.minimum);
            target.maximum = maximum.unwrap_or(target.maximum);
        }
        None => scaling.targets.push(ScalableTarget {
            namespace: input.text("ServiceNamespace").unwrap_or_default(),
            resource,
            dimension,
            minimum: minimum.ok_or_else(|| missing("MinCapacity"))?,
            maximum: maximum.ok_or_else(|| missing("MaxCapacity"))?,
            role: input.text("RoleARN").unwrap_or_default(),
            created_at: turn.now,
        }),
    }
    Ok(json!({}))
}
