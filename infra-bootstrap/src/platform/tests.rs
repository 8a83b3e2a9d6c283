#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use paramedic_domain::config::Mode;
use paramedic_domain::remedy::RemedyKind;

use super::*;

fn service() -> Service {
    let mut service = Service::new("web", "web-cluster");
    service.target_group = Some("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/01".to_owned());
    service.load_balancer = Some("app/web/01".to_owned());
    service.cache = Some("web-redis".to_owned());
    service.log_group = Some("/ecs/web".to_owned());
    service
}

fn made(target_group: &str) -> StackOutputs {
    let outputs = [
        ("ClusterName", "web-cluster"),
        ("ServiceName", "web"),
        ("TargetGroupFullName", target_group),
        ("LoadBalancerFullName", "app/web/01"),
        ("CacheReplicationGroupId", "web-redis"),
        ("LogGroupName", "/ecs/web"),
    ];
    StackOutputs(outputs.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

#[test]
fn a_service_that_went_back_to_suggesting_loses_its_tag() {
    let tag = |service: &Service| platform_stack(service, &BTreeMap::new()).parameters["RemediationTag"].clone();
    assert_eq!(tag(&service().with_mode(RemedyKind::ForceRedeploy, Mode::Auto)), "remediate");
    assert_eq!(tag(&service()), "");
}

#[test]
fn exactly_what_the_template_has_no_default_for_is_required() {
    let parameters = StackKind::Platform.template().split("\nParameters:\n").nth(1).unwrap();
    let parameters = parameters.split("\nConditions:\n").next().unwrap();
    let mut without_default: Vec<&str> = Vec::new();
    for line in parameters.lines() {
        match line.strip_prefix("  ").filter(|rest| !rest.starts_with([' ', '#'])) {
            Some(name) if !name.contains("Default:") => without_default.push(name.trim_end_matches(':')),
            None if line.trim_start().starts_with("Default:") => drop(without_default.pop()),
            _ => {}
        }
    }
    assert_eq!(without_default, [["ServiceName"].as_slice(), REQUIRED.as_slice()].concat());
}

#[test]
fn a_stack_that_is_there_keeps_what_is_not_said_again() {
    let request = platform_stack(&service(), &BTreeMap::from([("Image".to_owned(), "web:2".to_owned())]));
    let missing = ["VpcId", "PublicSubnetIds", "PrivateSubnetIds", "CertificateArn"];
    assert_eq!(missing_parameters(&request, None), missing);
    let held = missing.map(|key| Parameter::builder().parameter_key(key).parameter_value("held").build());
    let existing = Stack::builder().set_parameters(Some(held.to_vec())).build();
    assert_eq!(missing_parameters(&request, Some(&existing)), Vec::<&str>::new());
}

#[test]
fn a_configuration_that_names_what_was_made_needs_no_line() {
    assert_eq!(lines_to_configure(&service(), &made("targetgroup/web/01")), None);
}

#[test]
fn what_the_functions_do_not_know_is_given_as_lines_for_the_configuration() {
    let warning = lines_to_configure(&service(), &made("targetgroup/web/02")).unwrap();
    let (_, hint) = warning.split_once("\nhint: ").unwrap();
    assert_eq!(hint.lines().skip(1).collect::<Vec<_>>(), ["  target_group = \"targetgroup/web/02\""]);
    let bare = lines_to_configure(&Service::new("web", "main"), &made("targetgroup/web/02")).unwrap();
    for line in ["cluster = \"web-cluster\"", "cache = \"web-redis\"", "log_group = \"/ecs/web\""] {
        assert!(bare.contains(line), "{bare}");
    }
}
