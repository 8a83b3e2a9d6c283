#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::remedy::RemedyKind;

const SMALLEST: &str = "version = 1\n[[service]]\nname = \"web\"\ncluster = \"main\"\n";

fn refusal(text: &str) -> String {
    Config::parse(text, "paramedic.toml").unwrap_err().to_string()
}

#[test]
fn two_lines_make_a_service_that_is_never_touched() {
    let config = Config::parse(SMALLEST, "paramedic.toml").unwrap();
    let service = config.service(&ServiceName::from("web")).unwrap();
    assert_eq!(service.ecs_service.as_str(), "web");
    assert_eq!(service.mode(RemedyKind::ForceRedeploy), Mode::Suggest);
    assert!(!service.may_be_touched());
}

#[test]
fn a_mode_of_its_own_beats_the_default() {
    let text = format!("{SMALLEST}default_mode = \"off\"\n[service.modes]\nforce_redeploy = \"auto\"\n");
    let config = Config::parse(&text, "paramedic.toml").unwrap();
    assert_eq!(config.services[0].mode(RemedyKind::ForceRedeploy), Mode::Auto);
    assert_eq!(config.services[0].mode(RemedyKind::ReplaceTask), Mode::Off);
    assert!(config.services[0].may_be_touched());
}

#[test]
fn the_reference_configuration_is_valid() {
    let config = Config::parse(include_str!("../../../../paramedic.toml"), "paramedic.toml").unwrap();
    assert_eq!(config.services[0].name.as_str(), "angular-piza");
    assert_eq!(config.timing, Timing::default(), "the reference file states the defaults");
    assert_eq!(config.velocity, Velocity::default());
    assert_eq!(
        config.policies.values().next(),
        Some(&EscalationPolicy::seed()),
        "the reference file states the default"
    );
}

#[test]
fn what_the_reference_configuration_shows_as_an_example_is_valid() {
    let reference = include_str!("../../../../paramedic.toml");
    // A comment that begins like a key or a table is an example; the others are sentences.
    let example = |line: &str| line.starts_with("[[") || line.split(" = ").next().is_some_and(|key| !key.contains(' '));
    let lines = reference.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if example(rest) && rest.contains(['=', '[']) => rest,
        _ => line,
    });
    let config = Config::parse(&lines.collect::<Vec<_>>().join("\n"), "paramedic.toml").unwrap();
    assert_eq!((config.persons.len(), config.rotations.len(), config.maintenance.len()), (2, 1, 2));
}

#[test]
fn a_misspelt_key_is_named_with_its_line_and_what_is_allowed() {
    let message = refusal(&format!("{SMALLEST}runbok = \"https://x\"\n"));
    assert!(message.starts_with("paramedic.toml:5: unknown field `runbok`"), "{message}");
    assert!(message.contains("hint: expected one of `name`, `cluster`"), "{message}");
}

#[test]
fn an_unknown_mode_is_refused_with_the_modes_there_are() {
    let message = refusal(&format!("{SMALLEST}default_mode = \"yes\"\n"));
    assert!(message.starts_with("paramedic.toml:5: unknown variant `yes`"), "{message}");
    assert!(message.contains("`off`, `suggest`, `approve`, `auto`"), "{message}");
}

#[test]
fn a_duration_needs_a_unit_and_must_be_positive() {
    for bad in ["\"5\"", "\"-5m\"", "\"0s\"", "\"soon\""] {
        let message = refusal(&format!("version = 1\n[timing]\ncooldown = {bad}\n"));
        assert!(message.starts_with("paramedic.toml:3:") && message.contains("\"90s\""), "{bad}: {message}");
    }
}

#[test]
fn two_services_of_one_name_are_refused_at_the_second() {
    let message = refusal(&format!("{SMALLEST}[[service]]\nname = \"web\"\ncluster = \"other\"\n"));
    assert!(message.starts_with("paramedic.toml:6: there are two services called \"web\""), "{message}");
}

#[test]
fn a_token_is_never_sent_unencrypted_off_this_machine() {
    let slack = |url: &str| format!("version = 1\n[slack]\nsecret = \"s\"\nchannel = \"#c\"\napi_url = \"{url}\"\n");
    for bad in ["http://slack.com/api", "http://127.0.0.1.example.com/api", "ftp://x"] {
        assert!(refusal(&slack(bad)).starts_with("paramedic.toml:5:"), "{bad}");
    }
    for good in ["https://slack.com/api/", "http://127.0.0.1:8080/api"] {
        let config = Config::parse(&slack(good), "paramedic.toml").unwrap();
        assert_eq!(config.slack.unwrap().api_url(), good.trim_end_matches('/'));
    }
}

#[test]
fn another_format_version_is_refused() {
    assert!(refusal("version = 2\n").starts_with("paramedic.toml:1: version 2 is not known"));
}

#[test]
fn broken_toml_names_its_line() {
    assert!(refusal("version = 1\n[slack\n").starts_with("paramedic.toml:2:"));
}

#[test]
fn dimensions_come_from_full_names_and_from_arns_alike() {
    let text = format!(
        "{SMALLEST}target_group = \"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0af\"\n\
         load_balancer = \"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1bc\"\n"
    );
    let config = Config::parse(&text, "paramedic.toml").unwrap();
    assert_eq!(config.services[0].target_group_dimension(), Some("targetgroup/web/0af"));
    assert_eq!(config.services[0].target_group_name(), Some("web"));
    assert_eq!(config.services[0].load_balancer_dimension(), Some("app/web/1bc"));
}
