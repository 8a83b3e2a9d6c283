//! A service, its incident and a plan, as the tests of the edge need them.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::config::Config;
use paramedic_domain::diagnosis::Cause;
use paramedic_domain::escalation::{EscalationPolicy, Found, Profile, Reach, Route, Sighting};
use paramedic_domain::id::{AccountId, Arn, ClusterName, DeploymentId, EcsServiceName, Region, ServiceName};
use paramedic_domain::incident::{Event, Incident, Policy, apply};
use paramedic_domain::remedy::{Plan, RemedyKind};
use paramedic_domain::severity::Severity;

pub(crate) fn now() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

/// A configuration with both channels at one address.
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
    let sighting = Sighting {
        route: Route::new(ServiceName::from("web"), true, Severity::P0),
        alarm: Arn::new("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-P0-alb-5xx"),
        name: "web-P0-alb-5xx".to_owned(),
        account: AccountId::from("123456789012"),
        region: Region::from("eu-west-1"),
        state: AlarmState::Alarm,
        changed_at: now(),
        reason: "Threshold Crossed: 1 datapoint [33.3] was greater than the threshold (5.0).".to_owned(),
        found: Found::Delivered,
        profile: Profile::default(),
    };
    let policy = Policy {
        reach: Reach { slack: true, pagerduty: true, ..Reach::default() },
        escalation: BTreeMap::new(),
        default: EscalationPolicy::seed(),
        silences: Vec::new(),
        flapping_within: SignedDuration::from_mins(15),
        reopen_within: SignedDuration::from_mins(10),
        look_again_after: SignedDuration::from_mins(1),
    };
    apply(None, &[Event::Seen(Box::new(sighting))], &policy, now()).incident.unwrap()
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
