//! A service, its incident and a plan, as the tests of the edge need them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::config::Config;
use paramedic_domain::diagnosis::Cause;
use paramedic_domain::escalation::{Found, Profile, Route, Sighting};
use paramedic_domain::id::{AccountId, Arn, ClusterName, DeploymentId, EcsServiceName, Region, ServiceName};
use paramedic_domain::incident::{Event, Incident, Policy, apply};
use paramedic_domain::remedy::{Plan, RemedyKind};
use paramedic_domain::severity::Severity;
use paramedic_domain::standing::Standing;
use serde_json::json;

use crate::http::Https;
use crate::notifier::Notifiers;
use crate::place::Environment;
use crate::secrets::Secrets;
use crate::stub::{Asked, Reply, Stub, patient};

/// Every notifier, with its receiver and Secrets Manager behind one address. The n-th reading of a secret gives `keys[n]` in
/// this field, or the last of them.
pub(crate) async fn with_secret(
    field: &'static str,
    keys: &'static [&'static str],
    script: fn(&Asked) -> Reply,
) -> (Stub, Notifiers) {
    let reads = AtomicUsize::new(0);
    let stub = Stub::start(move |asked, _| match asked.operation().as_str() {
        "GetSecretValue" => {
            let key = keys[reads.fetch_add(1, Ordering::SeqCst).min(keys.len() - 1)];
            Reply::json(200, &json!({ "SecretString": json!({ field: key }).to_string() }))
        }
        _ => script(asked),
    })
    .await;
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&patient(&stub.url)));
    let notifiers = Notifiers::new(&config(&stub.url), &environment(), sns(&stub.url), Https::new().unwrap(), secrets);
    (stub, notifiers)
}

pub(crate) fn now() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

/// What the ops stack says.
pub(crate) fn environment() -> Environment {
    let topic = |name: &str| format!("arn:aws:sns:eu-west-1:123456789012:{name}");
    Environment {
        table: "table".to_owned(),
        alarms_topic: topic("alarms"),
        incidents_topic: topic("incidents"),
        pages_topic: topic("pages"),
        mail_topic: topic("mail"),
        people_topic: topic("people"),
        recorder: Some("/aws/events/paramedic-recorder".to_owned()),
        config_path: "paramedic.toml".into(),
    }
}

/// SNS at that address.
pub(crate) fn sns(url: &str) -> aws_sdk_sns::Client {
    aws_sdk_sns::Client::new(&patient(url))
}

/// A configuration with every channel at one address.
pub(crate) fn config(url: &str) -> Config {
    let text = format!(
        r##"
        version = 1
        [slack]
        secret = "paramedic/slack"
        channel = "#ops-alerts"
        api_url = "{url}/api"
        [pagerduty]
        secret = "paramedic/pagerduty"
        events_url = "{url}"
        [[webhook]]
        name = "chatops"
        url = "{url}/in?token=do-not-show-this-either"
        secret = "paramedic/chatops"
        [[service]]
        name = "web"
        cluster = "main"
        target_group = "targetgroup/web/0123456789abcdef"
        load_balancer = "app/web/0123456789abcdef"
        cache = "web-redis"
        log_group = "/ecs/web"
        secrets = ["web/token", "web/key"]
        runbook = "https://runbooks.example.com/web"
        "##
    );
    Config::parse(&text, "paramedic.toml").unwrap()
}

/// An incident that a P0 alarm opened just now.
pub(crate) fn incident() -> Incident {
    let reason = "Threshold Crossed: 1 datapoint [33.3] was greater than the threshold (5.0).";
    incident_of("web", &[("web-P0-alb-5xx", reason)])
}

/// An incident of that service that these P0 alarms, by name and reason, opened just now.
pub(crate) fn incident_of(service: &str, alarms: &[(&str, &str)]) -> Incident {
    let sighting = |(name, reason): &(&str, &str)| Sighting {
        route: Route::new(ServiceName::from(service), true, Severity::P0),
        alarm: Arn::new(format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}")),
        name: (*name).to_owned(),
        account: AccountId::from("123456789012"),
        region: Region::from("eu-west-1"),
        state: AlarmState::Alarm,
        changed_at: now(),
        reason: (*reason).to_owned(),
        found: Found::Delivered,
        profile: Profile::default(),
    };
    let policy = Policy::of(&config("http://127.0.0.1"), &Standing::default(), now());
    let events: Vec<Event> = alarms.iter().map(|alarm| Event::Seen(Box::new(sighting(alarm)))).collect();
    apply(None, &events, &policy, now()).incident.unwrap()
}

pub(crate) fn plan() -> Plan {
    Plan {
        remedy: RemedyKind::ForceRedeploy,
        service: ServiceName::from("web"),
        cluster: ClusterName::from("main"),
        ecs_service: EcsServiceName::from("web"),
        expected_deployment: DeploymentId::from("ecs-svc/1"),
        task_definition: "web:7".to_owned(),
        cause: Cause::StaleTasks,
    }
}
