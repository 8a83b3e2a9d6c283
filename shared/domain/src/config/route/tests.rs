#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::config::Config;

fn parse(routes: &str) -> Result<Config, ConfigError> {
    Config::parse(&format!("version = 1\n{routes}"), "paramedic.toml")
}

fn refusal(routes: &str) -> String {
    parse(routes).unwrap_err().to_string()
}

#[test]
fn a_route_may_say_everything_there_is_to_say() {
    let config = parse(
        r#"
        [[route]]
        name = "payments"
        match = { name = ["pay-*", "ledger-*"], tags = { team = "payments" }, dimensions = { ClusterName = "main" } }
        service = "ledger"
        severity = "P0"
        policy = "payments"
        labels = { tier = "1" }
        runbook = "https://runbooks.example.com/payments"
        owner = "team-payments"
        continue = true
        [[policy]]
        name = "payments"
        "#,
    )
    .unwrap();
    let rule = &config.routes[0];
    assert_eq!(rule.matcher.to_string(), "name=pay-* | ledger-* tags.team=payments dimensions.ClusterName=main");
    assert_eq!(rule.service, Some(ServiceName::from("ledger")));
    assert_eq!(rule.severity, Some(Severity::P0));
    assert_eq!(rule.policy, Some(PolicyName::from("payments")));
    assert_eq!(rule.labels["tier"], "1");
    assert_eq!(rule.runbook.as_deref(), Some("https://runbooks.example.com/payments"));
    assert_eq!(rule.owner.as_deref(), Some("team-payments"));
    assert!(rule.goes_on);
}

#[test]
fn a_route_for_every_alarm_may_stand_at_the_end_and_nowhere_else() {
    let rest = "[[route]]\nname = \"rest\"\nmatch = {}\n";
    let ecs = "[[route]]\nname = \"ecs\"\nmatch = { namespace = \"ECS\" }\n";
    assert_eq!(parse(&format!("{ecs}{rest}")).unwrap().routes.len(), 2);
    let why = refusal(&format!("{rest}{ecs}"));
    assert!(why.starts_with("paramedic.toml:4: this route matches every alarm"), "{why}");
    assert!(why.contains("hint: ask something"), "{why}");
}

#[test]
fn each_mistake_is_named_with_its_line_and_what_would_be_right() {
    let route = |rest: &str| format!("[[route]]\nname = \"a\"\n{rest}\n");
    let cases = [
        (route(""), 2, "missing field `match`", "hint:"),
        (route("match = { nmae = \"x\" }"), 4, "unknown field `nmae`", "expected one of `name`, `namespace`"),
        (route("match = { name = \"x\" }\nserverity = \"P0\""), 5, "unknown field `serverity`", "`severity`"),
        (route("match = { name = \"x\" }\nseverity = \"P3\""), 5, "unknown variant `P3`", "`P0`"),
        (route("match = { severity = \"critical\" }"), 4, "no severity fits \"critical\"", "P0, P1 and P2"),
        (route("match = { name = [] }"), 4, "nothing can fit name", "leave it out"),
        (route("match = { tags = { team = \"\" } }"), 4, "nothing can fit tags.team", "leave it out"),
        (route("match = { account = 123456789012 }"), 4, "this is no pattern", "expected text such as \"web-*\""),
        (route("match = { name = \"x\" }\nservice = \"our shop\""), 5, "\"our shop\" is not a service name", "A-Z"),
        (route("match = { name = \"x\" }\nrunbook = \"http://x\""), 5, "\"http://x\" is not usable here", "https://"),
        (route("match = { name = \"x\" }\ncontinue = true"), 3, "says nothing and goes on", "leave out continue"),
        (route("match = { name = \"x\" }\nlabels = { \"a b\" = \"c\" }"), 5, "\"a b\" is not a label name", "A-Z"),
        (route("match = { name = \"x\" }\nlabels = { a = \"\" }"), 5, "label \"a\" is empty", "256 characters"),
    ];
    for (text, line, problem, allowed) in cases {
        let why = refusal(&text);
        assert!(why.starts_with(&format!("paramedic.toml:{line}: ")), "{text}{why}");
        assert!(why.contains(problem) && why.contains(allowed), "{text}{why}");
    }
}

#[test]
fn more_labels_than_an_incident_should_carry_are_refused() {
    let labels: Vec<String> = (0..21).map(|number| format!("l{number} = \"x\"")).collect();
    let route = |labels: &[String]| {
        format!("[[route]]\nname = \"a\"\nmatch = {{ name = \"x\" }}\nlabels = {{ {} }}\n", labels.join(", "))
    };
    assert!(refusal(&route(&labels)).contains("route \"a\" gives 21 labels\n  hint: at most 20"));
    assert!(parse(&route(&labels[..20])).is_ok());
}

#[test]
fn two_routes_of_one_name_are_refused_at_the_second() {
    let route = "[[route]]\nname = \"a\"\nmatch = { name = \"x\" }\n";
    assert!(refusal(&format!("{route}{route}")).starts_with("paramedic.toml:6: there are two routes called \"a\""));
}

#[test]
fn a_policy_that_does_not_exist_is_refused_where_it_is_named() {
    let text = "version = 1\n\
                [[service]]\nname = \"web\"\ncluster = \"main\"\npolicy = \"calm\"\n\
                [[route]]\nname = \"a\"\nmatch = {}\npolicy = \"loud\"\n";
    #[derive(Deserialize)]
    struct File {
        service: Vec<service::Entry>,
        route: Vec<Entry>,
    }
    let file: File = toml::from_str(text).unwrap();
    let place = Place { text, file: "paramedic.toml" };
    let require = |known: &[&str]| {
        let exists = |name: &PolicyName| known.contains(&name.as_str());
        require_policies(&file.route, &file.service, exists, &place).map_err(|error| error.to_string())
    };
    assert!(require(&[]).unwrap_err().starts_with("paramedic.toml:5: there is no policy called \"calm\""));
    assert!(require(&["calm"]).unwrap_err().starts_with("paramedic.toml:9: there is no policy called \"loud\""));
    assert_eq!(require(&["calm", "loud"]), Ok(()));
}

#[test]
fn the_example_in_the_reference_configuration_is_valid() {
    let reference = include_str!("../../../../../paramedic.toml");
    let (_, example) = reference.split_once("# [[route]]").unwrap();
    let example: Vec<_> = example.lines().map(|line| line.trim_start_matches("# ").trim_start_matches('#')).collect();
    let config = parse(&format!("[[route]]{}", example.join("\n"))).unwrap();
    let names: Vec<_> = config.routes.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["nightly-jobs", "rest"]);
}
