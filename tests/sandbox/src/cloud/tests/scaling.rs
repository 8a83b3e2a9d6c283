//! Application Auto Scaling.

use super::world::World;
use crate::cloud::{Ailment, Whom};
use crate::faults::{causes, confusers};
use serde_json::{Value, json};

const RESOURCE: &str = "service/shop-cluster/shop";

/// A service whose policies act: CPU near 60 %, two to four tasks.
fn scaling(seed: u64) -> World {
    let mut world = World::settled(seed);
    let target = world.make(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "Target",
        json!({
            "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "ResourceId": RESOURCE,
            "MinCapacity": "2", "MaxCapacity": "4",
        }),
    );
    world.make(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "Cpu",
        json!({
            "PolicyName": "shop-cpu", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": target["physical_id"],
            "TargetTrackingScalingPolicyConfiguration": {
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                "TargetValue": "60", "ScaleOutCooldown": "60", "ScaleInCooldown": "180",
            },
        }),
    );
    world.cloud.let_policies_act(true);
    world
}

fn activities(world: &mut World) -> Vec<Value> {
    let input = json!({"ServiceNamespace": "ecs", "ResourceId": RESOURCE, "IncludeNotScaledActivities": true});
    let (_, answer) = world.json("application-autoscaling", "DescribeScalingActivities", &input);
    answer["ScalingActivities"].as_array().unwrap().clone()
}

#[test]
fn cpu_above_its_target_scales_out_to_the_maximum_and_then_says_why_not_further() {
    let mut world = scaling(1);
    world.scene().afflict(Whom::All, Ailment::Works { times: 8.0 });
    world.until(30, "four tasks", |world| world.view().running == 4);
    world.run(20.0);
    let activities = activities(&mut world);
    let refused = &activities[0];
    assert_eq!(refused["NotScaledReasons"], json!([{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 4}]));
    assert_eq!(refused["StatusCode"], "Failed");
    let done = activities.last().unwrap();
    assert_eq!(
        (&done["Description"], &done["StatusCode"]),
        (&json!("Setting desired count to 4."), &json!("Successful"))
    );
    let cause = done["Cause"].as_str().unwrap();
    assert!(cause.starts_with("monitor alarm TargetTracking-service/shop-cluster/shop-AlarmHigh-"), "{cause}");
    assert!(cause.ends_with(" in state ALARM triggered policy shop-cpu"), "{cause}");
}

#[test]
fn when_the_load_is_gone_it_scales_in_after_a_quarter_of_an_hour() {
    let mut world = scaling(2);
    world.scene().afflict(Whom::All, Ailment::Works { times: 8.0 });
    world.until(30, "four tasks", |world| world.view().running == 4);
    world.cloud.cure(super::world::SERVICE, world.now);
    world.run(20.0);
    assert_eq!(world.view().desired, 4);
    world.until(60, "two tasks", |world| world.view().desired == 2);
}

#[test]
fn suspended_scaling_does_nothing_and_is_described_as_such() {
    let mut world = scaling(3);
    causes::cpu_saturated_scaling_blocked(&mut world.scene());
    world.run(25.0);
    assert_eq!(world.view().desired, 2);
    assert!(activities(&mut world).is_empty());
    let (_, answer) =
        world.json("application-autoscaling", "DescribeScalableTargets", &json!({"ServiceNamespace": "ecs"}));
    assert_eq!(answer["ScalableTargets"][0]["SuspendedState"]["DynamicScalingOutSuspended"], true);
}

#[test]
fn well_below_its_target_nothing_scales() {
    let mut world = scaling(4);
    confusers::busy_below_the_target(&mut world.scene());
    world.run(25.0);
    assert!(activities(&mut world).is_empty());
}

#[test]
fn a_policy_names_its_alarms_and_its_target() {
    let mut world = scaling(5);
    let (_, answer) =
        world.json("application-autoscaling", "DescribeScalingPolicies", &json!({"ServiceNamespace": "ecs"}));
    let policy = &answer["ScalingPolicies"][0];
    assert_eq!(policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"], 60.0);
    assert!(policy["Alarms"][0]["AlarmName"].as_str().unwrap().contains("-AlarmHigh-"));
}

#[test]
fn a_schedule_can_take_everything_away() {
    let mut world = scaling(6);
    causes::scaled_to_zero_on_schedule(&mut world.scene());
    world.until(20, "nothing", |world| world.view().running == 0);
    world.run(3.0);
    assert!(world.view().error_share > 0.99, "the load balancer has nobody to ask");
    assert_eq!(activities(&mut world)[0]["Description"], "Setting desired count to 0.");
}
