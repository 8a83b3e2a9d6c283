#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::alarm::{Parsed, parse};
use crate::escalation::{SERVICE_TAG, SEVERITY_TAG};

const CONFIG: &str = r#"
version = 1
[[policy]]
name = "calm"
[[policy]]
name = "loud"
[[service]]
name = "web"
cluster = "main"
target_group = "targetgroup/web/0af"
cache = "web-redis"
[[service]]
name = "web-api"
cluster = "main"
"#;

fn config() -> Config {
    Config::parse(CONFIG, "paramedic.toml").unwrap()
}

fn alarm(name: &str, dimensions: &[(&str, &str)]) -> Alarm {
    let dimensions: Vec<_> =
        dimensions.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect();
    let message = serde_json::json!({
        "AlarmName": name,
        "AlarmArn": format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}"),
        "AWSAccountId": "123456789012",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed",
        "OldStateValue": "OK",
        "StateChangeTime": "2026-03-01T03:00:00.000+0000",
        "Region": "EU (Ireland)",
        "Trigger": {"MetricName": "CPUUtilization", "Namespace": "AWS/ECS", "StatisticType": "Statistic",
            "Statistic": "AVERAGE", "Dimensions": dimensions, "Period": 60, "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold", "Threshold": 80.0},
    });
    match parse(&message.to_string()) {
        Ok(Parsed::Alarm(alarm)) => *alarm,
        other => panic!("not an alarm: {other:?}"),
    }
}

#[test]
fn every_way_to_the_service() {
    let cases: &[(&str, &[(&str, &str)], &str, bool)] = &[
        ("cpu", &[("ClusterName", "main"), ("ServiceName", "web")], "web", true),
        ("cpu", &[("ClusterName", "other"), ("ServiceName", "web")], "cpu", false),
        ("hosts", &[("TargetGroup", "targetgroup/web/0af")], "web", true),
        ("memory", &[("CacheClusterId", "web-redis-001")], "web", true),
        ("memory", &[("CacheClusterId", "web-redis-blue")], "memory", false),
        ("memory", &[("CacheClusterId", "web-redis-old")], "memory", false),
        ("memory", &[("CacheClusterId", "web-redis-2025")], "memory", false),
        ("web-P0-alb-5xx", &[], "web", true),
        ("web-api-P1-latency", &[], "web-api", true),
        ("webshop-P0-alb-5xx", &[], "webshop-P0-alb-5xx", false),
        ("anything", &[("ClusterName", "main")], "anything", false),
    ];
    for (name, dimensions, service, configured) in cases {
        let route = route(&alarm(name, dimensions), &config());
        assert_eq!((route.service.as_str(), route.configured), (*service, *configured), "{name} {dimensions:?}");
    }
}

#[test]
fn services_that_share_a_load_balancer_do_not_get_each_others_alarms() {
    let config = Config::parse(
        "version = 1\n\
         [[service]]\nname = \"a\"\ncluster = \"c\"\ntarget_group = \"targetgroup/a/1\"\nload_balancer = \"app/shared/9\"\n\
         [[service]]\nname = \"b\"\ncluster = \"c\"\ntarget_group = \"targetgroup/b/2\"\nload_balancer = \"app/shared/9\"\n",
        "paramedic.toml",
    )
    .unwrap();
    let to = |dimensions: &[(&str, &str)]| route(&alarm("5xx", dimensions), &config).service.as_str().to_owned();
    assert_eq!(to(&[("TargetGroup", "targetgroup/b/2"), ("LoadBalancer", "app/shared/9")]), "b");
    assert_eq!(to(&[("LoadBalancer", "app/shared/9")]), "5xx", "it could be either's, so it is neither's");
}

#[test]
fn an_alarms_own_severity_counts_and_else_somebody_should_look() {
    assert_eq!(route(&alarm("web-P0-alb-5xx", &[]), &config()).severity, Severity::P0);
    assert_eq!(route(&alarm("web-disk", &[]), &config()).severity, Severity::P1);
}

#[test]
fn a_tag_beats_the_dimensions() {
    let mut tagged = alarm("cpu", &[("ClusterName", "main"), ("ServiceName", "web")]);
    tagged.tags.insert("paramedic:service".to_owned(), "web-api".to_owned());
    assert_eq!(route(&tagged, &config()).service.as_str(), "web-api");
}

/// The services of [`CONFIG`] and these rules.
fn with(rules: &str) -> Config {
    Config::parse(&format!("{CONFIG}{rules}"), "paramedic.toml").unwrap()
}

fn ecs(file: &str) -> crate::alarm::EcsEvent {
    match parse(file) {
        Ok(Parsed::EcsEvent(event)) => *event,
        other => panic!("not an event of ECS: {other:?}"),
    }
}

fn impaired() -> crate::alarm::EcsEvent {
    ecs(include_str!("../../../../../tests/fixtures/ecs/service-action-task-start-impaired.json"))
}

fn steady() -> crate::alarm::EcsEvent {
    ecs(include_str!("../../../../../tests/fixtures/ecs/service-action-steady-state.json"))
}

#[test]
fn the_first_rule_that_hits_decides() {
    let config = with(
        "[[route]]\nname = \"disks\"\nmatch = { name = \"*-disk\" }\nseverity = \"P2\"\n\
         [[route]]\nname = \"ours\"\nmatch = { name = \"web-*\" }\nseverity = \"P0\"\nowner = \"team-web\"\n",
    );
    let route = route(&alarm("web-disk", &[]), &config);
    assert_eq!((route.severity, route.owner), (Severity::P2, None), "nothing is taken from the second");
    assert_eq!(route.because.severity, By::Rule(RuleName::from("disks")));
    assert_eq!(route.because.rules, [RuleName::from("disks")]);
}

#[test]
fn after_a_rule_that_goes_on_the_next_fill_in_only_what_is_not_said_yet() {
    let config = with(
        "[[route]]\nname = \"tier\"\nmatch = { namespace = \"AWS/ECS\" }\nseverity = \"P2\"\nlabels = { tier = \"1\", a = \"first\" }\ncontinue = true\n\
         [[route]]\nname = \"other\"\nmatch = { namespace = \"AWS/RDS\" }\nowner = \"nobody\"\ncontinue = true\n\
         [[route]]\nname = \"web\"\nmatch = { name = \"web-*\" }\nseverity = \"P0\"\npolicy = \"loud\"\nlabels = { a = \"second\", b = \"third\" }\n\
         [[route]]\nname = \"rest\"\nmatch = {}\nowner = \"team-rest\"\n",
    );
    let route = route(&alarm("web-disk", &[]), &config);
    assert_eq!(route.severity, Severity::P2);
    assert_eq!(route.policy, Some(PolicyName::from("loud")));
    assert_eq!(route.because.policy, By::Rule(RuleName::from("web")));
    assert_eq!(route.owner, None, "the rule web decided, so rest was not tried");
    assert_eq!(route.because.rules, [RuleName::from("tier"), RuleName::from("web")]);
    let labels: Vec<_> = route.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(labels, [("a", "first"), ("b", "third"), ("tier", "1")]);
}

#[test]
fn each_fact_of_an_alarm_can_be_asked_for() {
    let mut tagged = alarm("web-P0-cpu", &[("ClusterName", "main"), ("ServiceName", "web")]);
    tagged.tags.insert("team".to_owned(), "search".to_owned());
    for (fits, other) in [
        ("name = \"*-P0-*\"", "name = \"*-P1-*\""),
        ("namespace = \"AWS/ECS\"", "namespace = \"AWS/RDS\""),
        ("metric = \"CPU*\"", "metric = \"Memory*\""),
        ("account = \"123456789012\"", "account = \"210987654321\""),
        ("region = \"eu-*\"", "region = \"us-*\""),
        ("service = \"web\"", "service = \"web-api\""),
        ("severity = [\"P0\", \"P1\"]", "severity = \"P2\""),
        ("tags = { team = \"search\" }", "tags = { team = \"shop\" }"),
        ("dimensions = { ClusterName = \"m*\" }", "dimensions = { LoadBalancer = \"*\" }"),
    ] {
        let hits = |ask: &str| {
            let rules = format!("[[route]]\nname = \"asks\"\nmatch = {{ {ask} }}\n");
            !route(&tagged, &with(&rules)).because.rules.is_empty()
        };
        assert!(hits(fits), "{fits}");
        assert!(!hits(other), "{other}");
    }
}

#[test]
fn a_rule_may_name_a_service_that_is_not_configured() {
    let config = with(
        "[[route]]\nname = \"batch\"\nmatch = { name = \"nightly-*\" }\nservice = \"batch\"\n\
         [[route]]\nname = \"api\"\nmatch = { name = \"gateway-*\" }\nservice = \"web-api\"\n",
    );
    let batch = route(&alarm("nightly-import", &[]), &config);
    assert_eq!((batch.service.as_str(), batch.configured), ("batch", false));
    let api = route(&alarm("gateway-5xx", &[]), &config);
    assert_eq!((api.service.as_str(), api.configured), ("web-api", true));
    assert_eq!(api.because.service, By::Rule(RuleName::from("api")));
}

#[test]
fn a_rule_outweighs_what_the_alarm_says_itself() {
    let rules =
        "[[route]]\nname = \"quiet\"\nmatch = { name = \"web-P0-*\" }\nservice = \"web-api\"\nseverity = \"P2\"\n";
    let mut tagged = alarm("web-P0-5xx", &[("ClusterName", "main"), ("ServiceName", "web")]);
    tagged.tags.insert(SEVERITY_TAG.to_owned(), "P0".to_owned());
    tagged.tags.insert(SERVICE_TAG.to_owned(), "web".to_owned());
    let route = route(&tagged, &with(rules));
    assert_eq!((route.service.as_str(), route.severity), ("web-api", Severity::P2));
    let quiet = By::Rule(RuleName::from("quiet"));
    assert_eq!((route.because.service, route.because.severity), (quiet.clone(), quiet));
}

#[test]
fn how_service_and_severity_were_found_is_known() {
    let found = |alarm: &Alarm| {
        let because = route(alarm, &config()).because;
        (because.service.to_string(), because.severity.to_string())
    };
    let mut tagged = alarm("cpu", &[]);
    tagged.tags.insert(SERVICE_TAG.to_owned(), "web".to_owned());
    tagged.tags.insert(SEVERITY_TAG.to_owned(), "P2".to_owned());
    let target_group = alarm("hosts", &[("TargetGroup", "targetgroup/web/0af")]);
    let cases = [
        (tagged, "its tag paramedic:service", "its tag paramedic:severity"),
        (target_group, "its dimension TargetGroup", "default"),
        (alarm("web-P1-latency", &[]), "its name", "its name"),
        (alarm("disk", &[]), "unrouted: no route and no service claims it", "default"),
    ];
    for (alarm, service, severity) in cases {
        assert_eq!(found(&alarm), (service.to_owned(), severity.to_owned()), "{}", alarm.name);
    }
}

#[test]
fn a_severity_tag_that_cannot_be_read_does_not_hide_the_one_in_the_name() {
    let mut tagged = alarm("web-P0-5xx", &[]);
    tagged.tags.insert(SEVERITY_TAG.to_owned(), "critical".to_owned());
    let explained = explain(&tagged, &config());
    assert_eq!((explained.route.severity, &explained.route.because.severity), (Severity::P0, &By::Name));
    assert!(explained.remarks[0].contains("\"critical\", and only P0, P1 and P2"), "{:?}", explained.remarks);
}

#[test]
fn what_no_route_and_no_service_claims_says_so() {
    let route = route(&alarm("disk", &[]), &config());
    assert!(route.is_unrouted());
    assert_eq!(route.sentence(), "unrouted: no route and no service claims it; severity P1 by default");
}

#[test]
fn an_alarm_that_a_rule_hits_is_routed_even_where_no_service_is_found() {
    let config = with("[[route]]\nname = \"rest\"\nmatch = {}\npolicy = \"calm\"\n");
    let route = route(&alarm("disk", &[]), &config);
    assert!(!route.is_unrouted());
    assert_eq!((route.service.as_str(), route.configured), ("disk", false));
    assert_eq!(route.sentence(), "service by default, severity P1 by default, policy calm by route \"rest\"");
}

#[test]
fn a_service_says_what_no_rule_says() {
    let text = "version = 1\n[[service]]\nname = \"web\"\ncluster = \"main\"\nowner = \"team-web\"\npolicy = \"calm\"\n\
                runbook = \"https://runbooks.example.com/web\"\n\
                [[route]]\nname = \"cpu\"\nmatch = { name = \"*-cpu\" }\nrunbook = \"https://runbooks.example.com/cpu\"\npolicy = \"loud\"\n\
                [[policy]]\nname = \"calm\"\n[[policy]]\nname = \"loud\"\n";
    let config = Config::parse(text, "paramedic.toml").unwrap();
    let of = |name: &str| {
        let route = route(&alarm(name, &[]), &config);
        (route.policy.unwrap().as_str().to_owned(), route.owner.unwrap(), route.runbook.unwrap(), route.because.policy)
    };
    let (policy, owner, runbook, by) = of("web-5xx");
    assert_eq!((policy.as_str(), owner.as_str(), by), ("calm", "team-web", By::Service));
    assert_eq!(runbook, "https://runbooks.example.com/web");
    let (policy, owner, runbook, by) = of("web-cpu");
    assert_eq!((policy.as_str(), owner.as_str(), by), ("loud", "team-web", By::Rule(RuleName::from("cpu"))));
    assert_eq!(runbook, "https://runbooks.example.com/cpu");
}

#[test]
fn rules_see_what_the_alarm_says_and_not_what_another_rule_said() {
    let config = with(
        "[[route]]\nname = \"move\"\nmatch = { name = \"gateway-*\" }\nservice = \"web-api\"\nseverity = \"P0\"\ncontinue = true\n\
         [[route]]\nname = \"api\"\nmatch = { service = \"web-api\", severity = \"P0\" }\nowner = \"team-api\"\n",
    );
    assert_eq!(route(&alarm("gateway-5xx", &[]), &config).owner, None);
    assert_eq!(route(&alarm("web-api-P0-5xx", &[]), &config).owner.as_deref(), Some("team-api"));
}

#[test]
fn a_sighting_can_be_matched_by_the_service_and_the_severity_that_were_found() {
    let config =
        with("[[route]]\nname = \"b\"\nmatch = { name = \"nightly-*\" }\nservice = \"batch\"\nseverity = \"P2\"\n");
    let profile = sight(&alarm("nightly-import", &[]), &config).profile;
    assert_eq!(profile.service, Some(ServiceName::from("batch")));
    assert_eq!(profile.severity, Some(Severity::P2));
    assert_eq!(profile.namespace.as_deref(), Some("AWS/ECS"));
}

#[test]
fn an_event_of_ecs_is_routed_like_an_alarm() {
    let event = impaired();
    let (cluster, service) = (event.cluster.clone().unwrap(), event.service.clone().unwrap());
    let config = Config::parse(
        &format!(
            "version = 1\n[[service]]\nname = \"shop\"\ncluster = \"{cluster}\"\necs_service = \"{service}\"\n\
             [[route]]\nname = \"starts\"\nmatch = {{ namespace = \"ECS\", metric = \"SERVICE_TASK_START_*\", dimensions = {{ ServiceName = \"{service}\" }} }}\nseverity = \"P0\"\n"
        ),
        "paramedic.toml",
    )
    .unwrap();
    let sighting = Sighting::of_ecs(&event, &config).unwrap();
    assert_eq!((sighting.route.service.as_str(), sighting.route.configured), ("shop", true));
    assert_eq!(sighting.route.because.service, By::Dimension("ServiceName".to_owned()));
    assert_eq!(sighting.route.severity, Severity::P0);
    assert_eq!(sighting.profile.metric.as_deref(), Some("SERVICE_TASK_START_IMPAIRED"));
    assert_eq!(sighting.profile.dimensions["ClusterName"], cluster.as_str());
}

#[test]
fn an_ecs_service_of_another_cluster_is_never_taken_for_the_configured_one_of_that_name() {
    let service = impaired().service.unwrap();
    let text = format!("version = 1\n[[service]]\nname = \"{service}\"\ncluster = \"another\"\n");
    let config = Config::parse(&text, "paramedic.toml").unwrap();
    let route = Sighting::of_ecs(&impaired(), &config).unwrap().route;
    assert!(!route.configured && route.is_unrouted());
    assert_ne!(route.service.as_str(), service.as_str(), "it must not join that service's incident");
}

#[test]
fn trouble_of_ecs_and_its_end_find_the_same_incident_whatever_rules_ask_for_one_kind_of_event() {
    let config = with(
        "[[route]]\nname = \"starts\"\nmatch = { metric = \"SERVICE_TASK_START_*\" }\nservice = \"starts\"\nowner = \"team\"\ncontinue = true\n\
         [[route]]\nname = \"named\"\nmatch = { name = \"ECS: SERVICE_TASK_*\" }\nservice = \"named\"\n",
    );
    let mut well = steady();
    well.service = impaired().service;
    well.cluster = impaired().cluster;
    let service = |event: &crate::alarm::EcsEvent| Sighting::of_ecs(event, &config).unwrap().route.service;
    assert_eq!(service(&impaired()), service(&well));
    let explained = explain(&impaired(), &config);
    assert_eq!(explained.route.owner.as_deref(), Some("team"), "all else that the rule says is taken");
    assert!(explained.remarks[0].contains("route \"starts\" is not taken"), "{:?}", explained.remarks);
}

#[test]
fn a_tag_that_names_a_configured_service_and_a_severity_leaves_nothing_to_remark() {
    let mut alarm = alarm("errors", &[]);
    for (tag, value) in [(SERVICE_TAG, "web"), (SEVERITY_TAG, "P0")] {
        alarm.tags.insert(tag.to_owned(), value.to_owned());
    }
    assert_eq!(explain(&alarm, &config()).remarks, Vec::<String>::new());
}

#[test]
fn a_rule_whose_service_is_taken_leaves_nothing_to_remark() {
    let config = with("[[route]]\nname = \"db\"\nmatch = { name = \"db-*\" }\nservice = \"db\"\n");
    let explained = explain(&alarm("db-errors", &[]), &config);
    assert_eq!((explained.route.service.as_str(), explained.remarks.len()), ("db", 0), "{:?}", explained.remarks);
}

#[test]
fn a_tag_that_names_no_service_is_remarked_upon() {
    let mut alarm = alarm("errors", &[]);
    alarm.tags.insert(SERVICE_TAG.to_owned(), "wbe".to_owned());
    let remarks = explain(&alarm, &config()).remarks;
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(remarks.iter().all(|remark| remark.contains("\"wbe\"")), "{remarks:?}");
}
