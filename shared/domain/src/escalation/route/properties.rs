//! What holds for routing whatever the alarm is and whatever the rules are.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::alarm::{Parsed, parse};

const NAMES: [&str; 6] = ["web-P0-5xx", "web-api-P1-latency", "web", "nightly import", "shop-P2-disk", "cpu"];
const SERVICES: [&str; 4] = ["web", "web-api", "batch", "shop"];
const SEVERITIES: [&str; 4] = ["P0", "P1", "P2", "critical"];

/// What an alarm says of itself.
#[derive(Clone, Debug)]
struct Said {
    name: &'static str,
    ecs_service: Option<&'static str>,
    service_tag: Option<&'static str>,
    severity_tag: Option<&'static str>,
}

fn said() -> impl Strategy<Value = Said> {
    let name = proptest::sample::select(&NAMES[..]);
    let of = |texts: &'static [&'static str]| proptest::option::of(proptest::sample::select(texts));
    (name, of(&SERVICES), of(&SERVICES), of(&SEVERITIES)).prop_map(|(name, ecs_service, service_tag, severity_tag)| {
        Said { name, ecs_service, service_tag, severity_tag }
    })
}

impl Said {
    fn alarm(&self) -> Alarm {
        let dimensions = |service: &str| serde_json::json!([{"name": "ClusterName", "value": "main"}, {"name": "ServiceName", "value": service}]);
        let message = serde_json::json!({
            "AlarmName": self.name,
            "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{}", self.name),
            "AWSAccountId": "123456789012",
            "NewStateValue": "ALARM",
            "NewStateReason": "Threshold Crossed",
            "StateChangeTime": "2026-03-01T03:00:00.000+0000",
            "Region": "EU (Ireland)",
            "Trigger": {"MetricName": "CPUUtilization", "Namespace": "AWS/ECS",
                "Dimensions": self.ecs_service.map_or(serde_json::json!([]), dimensions)},
        });
        let Ok(Parsed::Alarm(mut alarm)) = parse(&message.to_string()) else { panic!("not an alarm") };
        let tags = [("paramedic:service", self.service_tag), ("paramedic:severity", self.severity_tag)];
        let tags = tags.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
        alarm.tags = tags.collect();
        *alarm
    }
}

/// One rule as it stands in the file, without its name.
fn rule() -> impl Strategy<Value = String> {
    let asks = proptest::sample::select(
        &[
            "name = \"web-*\"",
            "name = [\"*-P0-*\", \"cpu\"]",
            "service = \"web*\"",
            "severity = \"P0\"",
            "tags = { \"paramedic:severity\" = \"*\" }",
            "dimensions = { ServiceName = \"shop\" }",
            "namespace = \"AWS/ECS\"",
        ][..],
    );
    let line = |key: &'static str, texts: &'static [&'static str]| {
        proptest::option::of(proptest::sample::select(texts))
            .prop_map(move |value| value.map_or(String::new(), |value| format!("{key} = \"{value}\"\n")))
    };
    (asks, line("service", &SERVICES), line("severity", &SEVERITIES[..3]), line("policy", &["calm"]), any::<bool>())
        .prop_map(|(asks, service, severity, policy, goes_on)| {
            format!("match = {{ {asks} }}\nowner = \"team\"\n{service}{severity}{policy}continue = {goes_on}\n")
        })
}

fn config() -> impl Strategy<Value = Config> {
    proptest::collection::vec(rule(), 0..5).prop_map(|rules| {
        let services = "[[service]]\nname = \"web\"\ncluster = \"main\"\npolicy = \"calm\"\n\
                        [[service]]\nname = \"web-api\"\ncluster = \"main\"\n";
        let routes = rules.iter().enumerate().map(|(n, rule)| format!("[[route]]\nname = \"r{n}\"\n{rule}"));
        let text = format!("version = 1\n[[policy]]\nname = \"calm\"\n{services}{}", routes.collect::<String>());
        Config::parse(&text, "paramedic.toml").unwrap()
    })
}

proptest! {
    #[test]
    fn a_service_is_marked_as_configured_exactly_if_it_is(said in said(), config in config()) {
        let route = route(&said.alarm(), &config);
        prop_assert!(!route.service.as_str().is_empty());
        prop_assert_eq!(route.configured, config.service(&route.service).is_some());
    }

    #[test]
    fn the_same_alarm_goes_the_same_way_whether_it_fires_or_recovers(said in said(), config in config()) {
        let alarm = said.alarm();
        let recovered = Alarm { state: AlarmState::Ok, reason: "well again".to_owned(), ..alarm.clone() };
        prop_assert_eq!(route(&alarm, &config), route(&recovered, &config));
    }

    #[test]
    fn a_tag_that_says_p0_pages_unless_a_rule_says_another_severity(said in said(), config in config()) {
        let said = Said { severity_tag: Some("P0"), ..said };
        let route = route(&said.alarm(), &config);
        if route.severity != Severity::P0 {
            let By::Rule(name) = &route.because.severity else { panic!("{:?}", route.because) };
            let rule = config.routes.iter().find(|rule| rule.name == *name).unwrap();
            prop_assert_eq!(rule.severity, Some(route.severity));
        }
    }

    #[test]
    fn the_rules_that_hit_are_told_and_only_the_last_of_them_decided(said in said(), config in config()) {
        let explained = explain(&said.alarm(), &config);
        let hits: Vec<_> = explained.tried.iter()
            .filter(|tried| matches!(tried.verdict, Verdict::Hit | Verdict::HitAndWentOn))
            .map(|tried| tried.rule.clone())
            .collect();
        prop_assert_eq!(&hits, &explained.route.because.rules);
        let decided = explained.tried.iter().position(|tried| tried.verdict == Verdict::Hit);
        for (index, tried) in explained.tried.iter().enumerate() {
            let after = decided.is_some_and(|decided| index > decided);
            prop_assert_eq!(matches!(tried.verdict, Verdict::NotTried { .. }), after);
            let fits = tried.asked.iter().all(|asked| asked.fits);
            prop_assert!(after || fits == (tried.verdict != Verdict::Missed));
        }
    }

    #[test]
    fn what_is_unrouted_no_rule_hits_and_no_service_claims(said in said(), config in config()) {
        let route = route(&said.alarm(), &config);
        if route.is_unrouted() {
            prop_assert!(route.because.rules.is_empty() && !route.configured);
        }
    }
}
