//! CloudFormation's side: the plug-in in the emulator posts what is to be created, updated or deleted, with properties
//! resolved, and gets the physical id and the attributes (CloudFormation Template Reference: "Return values" of each
//! resource type).

mod balancing;
mod cache;
mod ecs;
mod watch;

use super::alarms::Alarms;
use super::cache::Caches;
use super::ecs::Ecs;
use super::protocol::Input;
use super::scaling::Scaling;
use super::targets::Balancing;
use super::turn::Turn;
use serde_json::{Value, json};

/// What resources are made in.
pub(crate) struct Ground<'a> {
    pub(crate) ecs: &'a mut Ecs,
    pub(crate) balancing: &'a mut Balancing,
    pub(crate) caches: &'a mut Caches,
    pub(crate) scaling: &'a mut Scaling,
    pub(crate) alarms: &'a mut Alarms,
}

/// A resource's properties and where they come from.
pub(crate) struct Wish {
    pub(crate) kind: String,
    pub(crate) logical_id: String,
    pub(crate) stack: String,
    /// The id of the existing resource, for an update.
    pub(crate) existing: Option<String>,
    pub(crate) properties: Input,
}

/// A physical id and attributes; the error is a sentence.
pub(crate) type Provisioned = Result<(String, Value), String>;

impl Wish {
    /// The name a property gives, or one made as CloudFormation makes it: stack, logical id, and a suffix that is the
    /// same for the same resource.
    pub(crate) fn name(&self, property: &str, longest: usize) -> String {
        if let Some(name) = self.properties.text(property) {
            return name;
        }
        let stem = format!("{}-{}", self.stack, self.logical_id);
        let suffix = suffix(&stem);
        let kept: String = stem.chars().take(longest.saturating_sub(suffix.len() + 1)).collect();
        format!("{kept}-{suffix}")
    }
}

/// Twelve characters that follow from a text.
pub(crate) fn suffix(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let hex: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect();
    hex.chars().take(12).collect()
}

/// Serves a callback of the plug-in.
pub(crate) fn provision(ground: &mut Ground<'_>, body: &Value, turn: &mut Turn<'_>) -> Value {
    let request = Input(body.clone());
    let text = |name: &str| request.text(name).unwrap_or_default();
    let wish = Wish {
        kind: text("type"),
        logical_id: text("logical_id"),
        stack: text("stack"),
        existing: request.text("physical_id").filter(|id| !id.is_empty()),
        properties: request.structure("properties"),
    };
    if text("op") == "delete" {
        delete(ground, &wish);
        return json!({"physical_id": wish.existing.unwrap_or_default(), "attributes": {}});
    }
    match create(ground, &wish, turn) {
        Ok((physical_id, attributes)) => json!({"physical_id": physical_id, "attributes": attributes}),
        Err(reason) => json!({"error": format!("{} {}: {reason}", wish.kind, wish.logical_id)}),
    }
}

/// Creates or, where the resource exists, updates.
fn create(ground: &mut Ground<'_>, wish: &Wish, turn: &mut Turn<'_>) -> Provisioned {
    match wish.kind.as_str() {
        "AWS::ECS::Cluster" => ecs::cluster(ground, wish, turn),
        "AWS::ECS::TaskDefinition" => ecs::task_definition(ground, wish, turn),
        "AWS::ECS::Service" => ecs::service(ground, wish, turn),
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => balancing::load_balancer(ground, wish, turn),
        "AWS::ElasticLoadBalancingV2::TargetGroup" => balancing::target_group(ground, wish, turn),
        "AWS::ElasticLoadBalancingV2::Listener" => balancing::listener(ground, wish, turn),
        "AWS::ElasticLoadBalancingV2::ListenerRule" => balancing::rule(ground, wish, turn),
        "AWS::CloudWatch::Alarm" => watch::alarm(ground, wish, turn),
        "AWS::CloudWatch::CompositeAlarm" => watch::composite_alarm(ground, wish, turn),
        "AWS::CloudWatch::Dashboard" => watch::dashboard(ground, wish),
        "AWS::CloudWatch::AnomalyDetector" => {
            let id = suffix(&format!("{}{}", wish.stack, wish.logical_id));
            Ok((id.clone(), json!({"Id": id})))
        }
        "AWS::ApplicationAutoScaling::ScalableTarget" => watch::scalable_target(ground, wish, turn),
        "AWS::ApplicationAutoScaling::ScalingPolicy" => watch::scaling_policy(ground, wish, turn),
        "AWS::ElastiCache::ReplicationGroup" => cache::replication_group(ground, wish, turn),
        "AWS::ElastiCache::CacheCluster" => cache::cache_cluster(ground, wish, turn),
        "AWS::ElastiCache::SubnetGroup" => Ok((wish.name("CacheSubnetGroupName", 255).to_lowercase(), json!({}))),
        "AWS::ElastiCache::ParameterGroup" => {
            let name = wish.name("CacheParameterGroupName", 255).to_lowercase();
            Ok((name.clone(), json!({"CacheParameterGroupName": name})))
        }
        _ => Err("the sandbox does not model this type".to_owned()),
    }
}

/// Deletes at once; a service's tasks vanish with it.
fn delete(ground: &mut Ground<'_>, wish: &Wish) {
    let Some(id) = wish.existing.as_deref() else { return };
    match wish.kind.as_str() {
        "AWS::ECS::Cluster" => ground.ecs.clusters.retain(|cluster| cluster.name != id),
        "AWS::ECS::TaskDefinition" => ground.ecs.definitions.retain(|definition| definition.arn != id),
        "AWS::ECS::Service" => ecs::delete_service(ground, id),
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => ground.balancing.load_balancers.retain(|item| item.arn != id),
        "AWS::ElasticLoadBalancingV2::TargetGroup" => ground.balancing.groups.retain(|item| item.arn != id),
        "AWS::ElasticLoadBalancingV2::Listener" => ground.balancing.listeners.retain(|item| item.arn != id),
        "AWS::ElasticLoadBalancingV2::ListenerRule" => ground.balancing.rules.retain(|item| item.arn != id),
        "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm" => {
            ground.alarms.alarms.retain(|alarm| alarm.name != id);
        }
        "AWS::CloudWatch::Dashboard" => ground.alarms.dashboards.retain(|(name, _)| name != id),
        "AWS::ApplicationAutoScaling::ScalableTarget" => {
            ground.scaling.targets.retain(|target| watch::scalable_target_id(target) != id);
        }
        "AWS::ApplicationAutoScaling::ScalingPolicy" => ground.scaling.policies.retain(|policy| policy.arn != id),
        "AWS::ElastiCache::ReplicationGroup" | "AWS::ElastiCache::CacheCluster" => {
            ground.caches.caches.retain(|cache| cache.id() != id);
        }
        _ => {}
    }
}
