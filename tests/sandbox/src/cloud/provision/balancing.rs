//! `AWS::ElasticLoadBalancingV2::*`.

use super::{Ground, Provisioned, Wish};
use crate::cloud::protocol::Input;
use crate::cloud::targets::{Forwarding, HealthCheck, LoadBalancer, TargetGroup};
use crate::cloud::turn::Turn;
use serde_json::json;

pub(super) fn load_balancer(ground: &mut Ground<'_>, wish: &Wish, turn: &mut Turn<'_>) -> Provisioned {
    let existing = wish.existing.as_ref();
    let known = ground.balancing.load_balancers.iter().find(|item| Some(&item.arn) == existing).cloned();
    let item = match known {
        Some(item) => item,
        None => {
            let name = wish.name("Name", 32);
            let full_name = format!("app/{name}/{}", turn.chance.hex(16));
            let scheme = wish.properties.text("Scheme").unwrap_or_else(|| "internet-facing".to_owned());
            let number = turn.chance.digits(10);
            let item = LoadBalancer {
                arn: turn.names.arn("elasticloadbalancing", &format!("loadbalancer/{full_name}")),
                dns_name: format!("{name}-{number}.{}.elb.amazonaws.com", turn.names.region),
                name,
                full_name,
                scheme,
                created_at: turn.now,
            };
            ground.balancing.load_balancers.push(item.clone());
            item
        }
    };
    Ok((
        item.arn.clone(),
        json!({
            "LoadBalancerArn": item.arn,
            "LoadBalancerFullName": item.full_name,
            "LoadBalancerName": item.name,
            "DNSName": item.dns_name,
            "CanonicalHostedZoneID": "Z32O12XQLNTSW2",
            "SecurityGroups": wish.properties.texts("SecurityGroups"),
        }),
    ))
}

pub(super) fn target_group(ground: &mut Ground<'_>, wish: &Wish, turn: &mut Turn<'_>) -> Provisioned {
    let properties = &wish.properties;
    let number = |name: &str, default: f64| properties.number(name).unwrap_or(default);
    // The defaults are those of a target group of type `ip` behind an Application Load Balancer.
    let health_check = HealthCheck {
        path: properties.text("HealthCheckPath").unwrap_or_else(|| "/".to_owned()),
        interval_seconds: number("HealthCheckIntervalSeconds", 30.0),
        timeout_seconds: number("HealthCheckTimeoutSeconds", 5.0),
        healthy_threshold: properties.count("HealthyThresholdCount").unwrap_or(5),
        unhealthy_threshold: properties.count("UnhealthyThresholdCount").unwrap_or(2),
        matcher: properties.structure("Matcher").text("HttpCode").unwrap_or_else(|| "200".to_owned()),
    };
    let attributes = properties.items("TargetGroupAttributes");
    let deregistration_seconds = attributes
        .iter()
        .find(|attribute| attribute.text("Key").as_deref() == Some("deregistration_delay.timeout_seconds"))
        .and_then(|attribute| attribute.number("Value"))
        .unwrap_or(300.0);
    let existing = wish.existing.as_ref();
    let position = ground.balancing.groups.iter().position(|group| Some(&group.arn) == existing);
    if position.is_none() {
        let name = wish.name("Name", 32);
        let full_name = format!("targetgroup/{name}/{}", turn.chance.hex(16));
        ground.balancing.groups.push(TargetGroup {
            arn: turn.names.arn("elasticloadbalancing", &full_name),
            name,
            full_name,
            port: properties.count("Port").unwrap_or(80),
            vpc: properties.text("VpcId").unwrap_or_default(),
            health_check: health_check.clone(),
            templated_check: health_check.clone(),
            deregistration_seconds,
            targets: Vec::new(),
        });
    }
    let position = position.unwrap_or(ground.balancing.groups.len().saturating_sub(1));
    let group = ground.balancing.groups.get_mut(position).ok_or("the target group was not made")?;
    group.templated_check = health_check.clone();
    group.health_check = health_check;
    group.deregistration_seconds = deregistration_seconds;
    let (arn, name, full_name) = (group.arn.clone(), group.name.clone(), group.full_name.clone());
    let balancers: Vec<String> =
        ground.balancing.load_balancers_of(&arn).into_iter().map(|balancer| balancer.arn.clone()).collect();
    Ok((
        arn.clone(),
        json!({
            "TargetGroupArn": arn, "TargetGroupFullName": full_name, "TargetGroupName": name,
            "LoadBalancerArns": balancers,
        }),
    ))
}

/// The target groups that actions forward to, in either of the ways a template can say it.
fn forwarded_to(actions: &[Input]) -> Vec<String> {
    let of_action = |action: &Input| {
        let several = action.structure("ForwardConfig").items("TargetGroups");
        let several = several.iter().filter_map(|group| group.text("TargetGroupArn")).collect::<Vec<_>>();
        action.text("TargetGroupArn").into_iter().chain(several).collect::<Vec<_>>()
    };
    actions.iter().flat_map(of_action).collect()
}

pub(super) fn listener(ground: &mut Ground<'_>, wish: &Wish, turn: &mut Turn<'_>) -> Provisioned {
    let parent = wish.properties.text("LoadBalancerArn").ok_or("LoadBalancerArn is required")?;
    let path = parent.replace(":loadbalancer/", ":listener/");
    let arn = wish.existing.clone().unwrap_or_else(|| format!("{path}/{}", turn.chance.hex(16)));
    let groups = forwarded_to(&wish.properties.items("DefaultActions"));
    put(&mut ground.balancing.listeners, Forwarding { arn: arn.clone(), parent, groups });
    Ok((arn.clone(), json!({"ListenerArn": arn})))
}

pub(super) fn rule(ground: &mut Ground<'_>, wish: &Wish, turn: &mut Turn<'_>) -> Provisioned {
    let parent = wish.properties.text("ListenerArn").ok_or("ListenerArn is required")?;
    let path = parent.replace(":listener/", ":listener-rule/");
    let arn = wish.existing.clone().unwrap_or_else(|| format!("{path}/{}", turn.chance.hex(16)));
    let groups = forwarded_to(&wish.properties.items("Actions"));
    put(&mut ground.balancing.rules, Forwarding { arn: arn.clone(), parent, groups });
    Ok((arn.clone(), json!({"RuleArn": arn, "IsDefault": false})))
}

fn put(list: &mut Vec<Forwarding>, item: Forwarding) {
    match list.iter_mut().find(|existing| existing.arn == item.arn) {
        Some(existing) => *existing = item,
        None => list.push(item),
    }
}
