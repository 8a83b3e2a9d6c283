//! `AWS::CloudWatch::*` and `AWS::ApplicationAutoScaling::*`.

use super::{Ground, Provisioned, Wish, suffix};
use crate::cloud::alarms::Alarm;
use crate::cloud::protocol::Input;
use crate::cloud::scaling::{ScalableTarget, ScalingPolicy, Suspended};
use crate::cloud::turn::Turn;
use serde_json::{Map, Value, json};

pub(super) fn alarm(ground: &mut Ground<'_>, wish: &Wish, turn: &Turn<'_>) -> Provisioned {
    put(ground, wish, Alarm::metric, turn)
}

pub(super) fn composite_alarm(ground: &mut Ground<'_>, wish: &Wish, turn: &Turn<'_>) -> Provisioned {
    put(ground, wish, Alarm::composite, turn)
}

type Reader = fn(&str, &Input, &Turn<'_>) -> Result<Alarm, String>;

fn put(ground: &mut Ground<'_>, wish: &Wish, read: Reader, turn: &Turn<'_>) -> Provisioned {
    let name = wish.existing.clone().unwrap_or_else(|| wish.name("AlarmName", 255));
    let alarm = read(&name, &wish.properties, turn)?;
    let arn = alarm.arn.clone();
    ground.alarms.put(alarm);
    Ok((name, json!({"Arn": arn})))
}

pub(super) fn dashboard(ground: &mut Ground<'_>, wish: &Wish) -> Provisioned {
    let name = wish.existing.clone().unwrap_or_else(|| wish.name("DashboardName", 255));
    let body = wish.properties.text("DashboardBody").ok_or("DashboardBody is required")?;
    if let Err(error) = serde_json::from_str::<Value>(&body) {
        return Err(format!("DashboardBody is not JSON: {error}"));
    }
    ground.alarms.dashboards.retain(|(existing, _)| *existing != name);
    ground.alarms.dashboards.push((name.clone(), body));
    Ok((name, json!({})))
}

/// `Ref` of a scalable target: resource, dimension and namespace.
pub(super) fn scalable_target_id(target: &ScalableTarget) -> String {
    format!("{}|{}|{}", target.resource, target.dimension, target.namespace)
}

pub(super) fn scalable_target(ground: &mut Ground<'_>, wish: &Wish, turn: &Turn<'_>) -> Provisioned {
    let properties = &wish.properties;
    let required = |name: &str| properties.text(name).ok_or_else(|| format!("{name} is required"));
    let minimum = properties.count("MinCapacity").ok_or("MinCapacity is required")?;
    let maximum = properties.count("MaxCapacity").ok_or("MaxCapacity is required")?;
    let target = ScalableTarget {
        namespace: required("ServiceNamespace")?,
        resource: required("ResourceId")?,
        dimension: required("ScalableDimension")?,
        minimum,
        maximum,
        provisioned: (minimum, maximum),
        role: properties.text("RoleARN").unwrap_or_default(),
        created_at: turn.now,
        suspended: Suspended::default(),
        scaled_out_at: None,
        scaled_in_at: None,
    };
    let id = scalable_target_id(&target);
    ground.scaling.targets.retain(|existing| !existing.is(&target.resource, &target.dimension));
    ground.scaling.targets.push(target);
    Ok((id.clone(), json!({"Id": id})))
}

pub(super) fn scaling_policy(ground: &mut Ground<'_>, wish: &Wish, turn: &Turn<'_>) -> Provisioned {
    let properties = &wish.properties;
    let name = wish.name("PolicyName", 255);
    // A policy names its target by Ref, or by resource and dimension.
    let reference = properties.text("ScalingTargetId").unwrap_or_default();
    let mut parts = reference.split('|').map(str::to_owned);
    let mut part = |property: &str| {
        let of_reference = parts.next().filter(|text| !text.is_empty());
        properties.text(property).or(of_reference).ok_or_else(|| format!("{property} is required"))
    };
    let (resource, dimension) = (part("ResourceId")?, part("ScalableDimension")?);
    let namespace = part("ServiceNamespace")?;
    if !ground.scaling.targets.iter().any(|target| target.is(&resource, &dimension)) {
        return Err(format!("no scalable target is registered for {resource}"));
    }
    let mark = suffix(&format!("{resource}{name}")).to_lowercase();
    let path = format!("scalingPolicy:{mark}:resource/{namespace}/{resource}:policyName/{name}");
    let arn = turn.names.arn("autoscaling", &path);
    let configuration: Map<_, _> = ["TargetTrackingScalingPolicyConfiguration", "StepScalingPolicyConfiguration"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), with_numbers(properties.member(name)?.clone()))))
        .collect();
    let kind = properties.text("PolicyType").unwrap_or_else(|| "TargetTrackingScaling".to_owned());
    ground.scaling.policies.retain(|existing| existing.arn != arn);
    ground.scaling.policies.push(ScalingPolicy {
        arn: arn.clone(),
        name: name.clone(),
        namespace,
        resource,
        dimension,
        kind,
        configuration,
        created_at: turn.now,
    });
    Ok((arn.clone(), json!({"Arn": arn, "PolicyName": name})))
}

/// Templates may write numbers as text; the API does not.
fn with_numbers(value: Value) -> Value {
    const NUMBERS: [&str; 6] = [
        "TargetValue",
        "ScaleInCooldown",
        "ScaleOutCooldown",
        "Cooldown",
        "ScalingAdjustment",
        "MinAdjustmentMagnitude",
    ];
    let Value::Object(map) = value else { return value };
    let member = |(name, value): (String, Value)| match value {
        Value::String(text) if name == "TargetValue" => {
            let number = text.parse::<f64>().map_or(Value::String(text), Value::from);
            (name, number)
        }
        Value::String(text) if NUMBERS.contains(&name.as_str()) => {
            let number = text.parse::<i64>().map_or(Value::String(text), Value::from);
            (name, number)
        }
        other => (name, with_numbers(other)),
    };
    Value::Object(map.into_iter().map(member).collect())
}
