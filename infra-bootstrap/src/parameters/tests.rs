#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

const CONFIG: &str = r#"
version = 1
[[service]]
name = "web"
cluster = "main"
target_group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
load_balancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/fedcba9876543210"
cache = "web-redis"
log_group = "/ecs/web"
secrets = ["web/token", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shared-AbCdEf"]
[service.modes]
force_redeploy = "auto"

[[service]]
name = "api"
ecs_service = "api-v2"
cluster = "main"
secrets = ["web/token"]
[service.modes]
force_redeploy = "approve"

[[service]]
name = "watched-only"
cluster = "main"
default_mode = "suggest"
"#;

fn config() -> Config {
    Config::parse(CONFIG, "paramedic.toml").unwrap()
}

fn account() -> Account {
    Account { id: "123456789012".into(), region: "eu-west-1".into(), partition: "aws".into() }
}

fn outputs(pairs: &[(&str, &str)]) -> StackOutputs {
    StackOutputs(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

#[test]
fn only_services_with_an_acting_mode_may_be_written_to() {
    assert_eq!(
        remediable_service_arns(&config(), &account()),
        [
            "arn:aws:ecs:eu-west-1:123456789012:service/main/web",
            "arn:aws:ecs:eu-west-1:123456789012:service/main/api-v2",
        ]
    );
}

#[test]
fn a_configuration_that_only_suggests_gives_the_remediator_nothing() {
    let text = CONFIG.replace("\"auto\"", "\"suggest\"").replace("\"approve\"", "\"off\"");
    let config = Config::parse(&text, "paramedic.toml").unwrap();
    assert_eq!(ops_parameters(&config, &account())["RemediableServiceArns"], "");
}

#[test]
fn only_the_roles_of_tasks_that_may_be_rolled_back_are_passed_on() {
    let roles = "task_roles = [\"web-task\", \"arn:aws:iam::123456789012:role/path/web-execution\"]\n[service.modes]";
    let text = CONFIG.replacen("[service.modes]", roles, 1);
    let config = |text: &str| Config::parse(text, "paramedic.toml").unwrap();
    assert_eq!(task_role_arns(&config(&text), &account()), [] as [&str; 0]);
    let rolled_back = text.replacen("force_redeploy", "roll_back", 1);
    assert_eq!(
        task_role_arns(&config(&rolled_back), &account()),
        ["arn:aws:iam::123456789012:role/path/web-execution", "arn:aws:iam::123456789012:role/web-task"]
    );
}

#[test]
fn scaling_may_be_changed_only_where_some_service_may_grow_and_its_mode_acts() {
    let allowed = |mode: &str, most: &str| {
        let text = CONFIG.replacen("[service.modes]", &format!("{most}\n[service.modes]\nscale_out = \"{mode}\""), 1);
        may_scale_out(&Config::parse(&text, "paramedic.toml").unwrap())
    };
    assert!(allowed("auto", "most_tasks = 12") && allowed("approve", "most_tasks = 12"));
    assert!(!allowed("suggest", "most_tasks = 12") && !allowed("auto", ""));
}

#[test]
fn a_secret_named_twice_is_listed_once_and_its_random_characters_stay_open() {
    assert_eq!(
        watched_secret_arns(&config(), &account()),
        [
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shared-AbCdEf",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web/token-??????",
        ]
    );
}

#[test]
fn arns_are_of_the_accounts_own_partition() {
    let china = Account { partition: "aws-cn".into(), region: "cn-north-1".into(), ..account() };
    assert_eq!(
        watched_log_group_arns(&config(), &china),
        ["arn:aws-cn:logs:cn-north-1:123456789012:log-group:/ecs/web:*"]
    );
    assert!(remediable_service_arns(&config(), &china)[0].starts_with("arn:aws-cn:ecs:cn-north-1:"));
}

#[test]
fn a_watch_stack_gets_dimensions_from_the_arns_of_the_configuration() {
    let ops = outputs(&[("AlarmsTopicArn", "topic"), ("RouterFunctionArn", "router")]);
    let parameters = watch_parameters(&config().services[0], &ops, None);
    assert_eq!(parameters["TargetGroupFullName"], "targetgroup/web/0123456789abcdef");
    assert_eq!(parameters["LoadBalancerFullName"], "app/web/fedcba9876543210");
    assert_eq!(parameters["CacheId"], "web-redis-001");
    assert_eq!(parameters["AlarmsTopicArn"], "topic");
    assert_eq!(parameters["RouterFunctionArn"], "router");
}

#[test]
fn what_the_platform_stack_made_wins_over_the_configuration() {
    let platform = outputs(&[
        ("TargetGroupFullName", "targetgroup/web/made"),
        ("CacheId", "made-001"),
        ("ClusterName", "made-cluster"),
        ("ServiceName", "made"),
    ]);
    let parameters = watch_parameters(&config().services[0], &outputs(&[]), Some(&platform));
    assert_eq!(parameters["TargetGroupFullName"], "targetgroup/web/made");
    assert_eq!(parameters["CacheId"], "made-001");
    assert_eq!(parameters["ClusterName"], "made-cluster");
    assert_eq!(parameters["EcsServiceName"], "made");
    assert_eq!(parameters["ServiceName"], "web");
    assert_eq!(parameters["LogGroupName"], "/ecs/web");
}

#[test]
fn a_service_without_balancer_and_cache_leaves_their_alarms_out() {
    let parameters = watch_parameters(&config().services[1], &outputs(&[]), None);
    assert_eq!(parameters["ServiceName"], "api");
    assert_eq!(parameters["EcsServiceName"], "api-v2");
    for absent in ["TargetGroupFullName", "LoadBalancerFullName", "CacheId"] {
        assert_eq!(parameters[absent], "", "{absent}");
    }
}
