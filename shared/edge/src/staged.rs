//! A service, its incident and a plan, as the tests of the edge need them.

#![allow(clippy::unwrap_used)]

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

use crate::place::Environment;
use crate::stub::patient;

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
