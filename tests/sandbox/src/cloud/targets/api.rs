//! Elastic Load Balancing's operations (ELB API reference, version 2015-12-01).

use super::{Balancing, LoadBalancer, Target, TargetGroup};
use crate::cloud::names::Names;
use crate::cloud::protocol::{Answer, ApiError, Input};
use serde_json::{Value, json};

/// Serves an operation; `None` for one that is not modelled.
pub(crate) fn call(balancing: &mut Balancing, operation: &str, input: &Input, names: &Names) -> Option<Answer> {
    Some(match operation {
        "DescribeTargetHealth" => target_health(balancing, input),
        "DescribeTargetGroups" => target_groups(balancing, input),
        "ModifyTargetGroup" => modify_target_group(balancing, input),
        "DescribeLoadBalancers" => load_balancers(balancing, input, names),
        _ => return None,
    })
}

fn not_found(kind: &str, message: &str) -> ApiError {
    ApiError::sender(kind, message)
}

fn target_health(balancing: &Balancing, input: &Input) -> Answer {
    let arn = input.text("TargetGroupArn").unwrap_or_default();
    let group =
        balancing.group(&arn).ok_or_else(|| not_found("TargetGroupNotFound", "One or more target groups not found"))?;
    let asked: Vec<String> = input.items("Targets").iter().filter_map(|target| target.text("Id")).collect();
    let descriptions: Vec<Value> = group
        .targets
        .iter()
        .filter(|target| asked.is_empty() || asked.contains(&target.address))
        .map(|target| described(target, group))
        .collect();
    Ok(json!({"TargetHealthDescriptions": descriptions}))
}

fn described(target: &Target, group: &TargetGroup) -> Value {
    json!({
        "Target": {"Id": target.address, "Port": target.port, "AvailabilityZone": target.zone},
        "HealthCheckPort": group.port.to_string(),
        "TargetHealth": {
            "State": target.state.name(), "Reason": target.reason(), "Description": target.description(),
        },
    })
}

fn target_groups(balancing: &Balancing, input: &Input) -> Answer {
    let (arns, names) = (input.texts("TargetGroupArns"), input.texts("Names"));
    let balancer = input.text("LoadBalancerArn");
    let found: Vec<&TargetGroup> = balancing
        .groups
        .iter()
        .filter(|group| arns.is_empty() || arns.contains(&group.arn))
        .filter(|group| names.is_empty() || names.contains(&group.name))
        .filter(|group| {
            balancer
                .as_ref()
                .is_none_or(|arn| balancing.load_balancers_of(&group.arn).iter().any(|balancer| balancer.arn == *arn))
        })
        .collect();
    if found.is_empty() && !(arns.is_empty() && names.is_empty()) {
        return Err(not_found("TargetGroupNotFound", "One or more target groups not found"));
    }
    let groups: Vec<Value> = found.iter().map(|group| group_described(balancing, group)).collect();
    Ok(json!({"TargetGroups": groups}))
}

fn group_described(balancing: &Balancing, group: &TargetGroup) -> Value {
    let check = &group.health_check;
    let balancers: Vec<&String> =
        balancing.load_balancers_of(&group.arn).into_iter().map(|balancer| &balancer.arn).collect();
    json!({
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": "HTTP",
        "Port": group.port,
        "VpcId": group.vpc,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": true,
        "HealthCheckIntervalSeconds": check.interval_seconds as i64,
        "HealthCheckTimeoutSeconds": check.timeout_seconds as i64,
        "HealthyThresholdCount": check.healthy_threshold,
        "UnhealthyThresholdCount": check.unhealthy_threshold,
        "HealthCheckPath": check.path,
        "Matcher": {"HttpCode": check.matcher},
        "LoadBalancerArns": balancers,
        "TargetType": "ip",
        "ProtocolVersion": "HTTP1",
        "IpAddressType": "ipv4",
    })
}

/// Changes how targets are checked; what is not given stays (`ModifyTargetGroup`).
fn modify_target_group(balancing: &mut Balancing, input: &Input) -> Answer {
    let arn = input.text("TargetGroupArn").unwrap_or_default();
    let group = balancing
        .group_mut(&arn)
        .ok_or_else(|| not_found("TargetGroupNotFound", "One or more target groups not found"))?;
    let check = &mut group.health_check;
    if let Some(path) = input.text("HealthCheckPath") {
        check.path = path;
    }
    if let Some(codes) = input.structure("Matcher").text("HttpCode") {
        check.matcher = codes;
    }
    check.interval_seconds = input.number("HealthCheckIntervalSeconds").unwrap_or(check.interval_seconds);
    check.timeout_seconds = input.number("HealthCheckTimeoutSeconds").unwrap_or(check.timeout_seconds);
    check.healthy_threshold = input.count("HealthyThresholdCount").unwrap_or(check.healthy_threshold);
    check.unhealthy_threshold = input.count("UnhealthyThresholdCount").unwrap_or(check.unhealthy_threshold);
    let group = group.clone();
    Ok(json!({"TargetGroups": [group_described(balancing, &group)]}))
}

fn load_balancers(balancing: &Balancing, input: &Input, names: &Names) -> Answer {
    let (arns, wanted) = (input.texts("LoadBalancerArns"), input.texts("Names"));
    let found: Vec<&LoadBalancer> = balancing
        .load_balancers
        .iter()
        .filter(|balancer| arns.is_empty() || arns.contains(&balancer.arn))
        .filter(|balancer| wanted.is_empty() || wanted.contains(&balancer.name))
        .collect();
    if found.is_empty() && !(arns.is_empty() && wanted.is_empty()) {
        return Err(not_found("LoadBalancerNotFound", "One or more load balancers not found"));
    }
    let balancers: Vec<Value> = found
        .iter()
        .map(|balancer| {
            json!({
                "LoadBalancerArn": balancer.arn,
                "DNSName": balancer.dns_name,
                "CanonicalHostedZoneId": "Z32O12XQLNTSW2",
                "CreatedTime": balancer.created_at.value(),
                "LoadBalancerName": balancer.name,
                "Scheme": balancer.scheme,
                "State": {"Code": "active"},
                "Type": "application",
                "AvailabilityZones": [{"ZoneName": names.zone(0)}, {"ZoneName": names.zone(1)}],
                "IpAddressType": "ipv4",
            })
        })
        .collect();
    Ok(json!({"LoadBalancers": balancers}))
}
