//! A service, its incident and a plan, as the tests of the edge need them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::bulletin::{Bulletin, Subject};
use paramedic_domain::config::Config;
use paramedic_domain::diagnosis::{Cause, diagnose};
use paramedic_domain::escalation::{Found, Profile, Route, Sighting};
use paramedic_domain::evidence::{
    CacheEvent, ContainerEnd, ErrorShape, Evidence, Placement, Reading, Ringing, SecretChange, StoppedTask,
};
use paramedic_domain::id::{
    AccountId, Arn, ClusterName, DeploymentId, EcsServiceName, IncidentId, Region, ServiceName, TaskId,
};
use paramedic_domain::incident::{Event, Incident, Policy, apply};
use paramedic_domain::ledger::Raised;
use paramedic_domain::picture::{Place, draw};
use paramedic_domain::remedy::{Action, Plan};
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

/// The same incident, explained from a reading in which everything that others write is `words`, and very much of it.
pub(crate) fn explained(incident: Incident, words: &str) -> Incident {
    let evidence = full_of(words);
    let diagnosis = diagnose(&evidence);
    let service = config("http://127.0.0.1").services.swap_remove(0);
    let place = Place::new(AccountId::from("123456789012"), Region::from("eu-west-1"));
    let picture = Some(Box::new(draw(&evidence, &diagnosis, &service, &place)));
    let told = Bulletin::Diagnosed { subject: incident.subject(), gathered_at: now(), diagnosis, picture };
    let policy = Policy::of(&config("http://127.0.0.1"), &Standing::default(), now());
    apply(Some(incident), &[Event::Told(Box::new(told))], &policy, now()).incident.unwrap()
}

fn full_of(words: &str) -> Evidence {
    let minutes_ago = |minutes: i64| now() - SignedDuration::from_mins(minutes);
    let stopped = |minutes| StoppedTask {
        id: TaskId::from(words),
        started_at: Some(minutes_ago(minutes + 2)),
        stopped_at: Some(minutes_ago(minutes)),
        started_by: None,
        placement: Placement::default(),
        code: words.to_owned(),
        reason: format!("OutOfMemoryError {words}"),
        containers: vec![ContainerEnd {
            name: words.to_owned(),
            exit_code: Some(137),
            reason: Some(format!("OutOfMemoryError: Container killed due to memory usage {words}")),
        }],
    };
    let shape = |count| ErrorShape {
        shape: words.to_owned(),
        count,
        streams: 1,
        most_in_one: count,
        busiest: words.to_owned(),
        last_at: now(),
    };
    let event = |minutes| CacheEvent { at: minutes_ago(minutes), about: words.to_owned(), message: words.to_owned() };
    let secret = |minutes| SecretChange { name: words.to_owned(), changed_at: minutes_ago(minutes) };
    let ringing = |minutes| Ringing {
        name: words.to_owned(),
        service: Some(ServiceName::from("web")),
        metric: Some(words.to_owned()),
        since: minutes_ago(minutes),
        dimensions: BTreeMap::new(),
    };
    Evidence {
        stopped: Reading::Read((1..=50).map(stopped).collect()),
        errors: Reading::Read((1..=50).map(shape).collect()),
        cache_events: Reading::Read((1..=50).map(event).collect()),
        secrets: Reading::Read((1..=50).map(secret).collect()),
        ringing: Reading::Read((1..=50).map(ringing).collect()),
        ..Evidence::nothing(now(), words)
    }
}

pub(crate) fn plan() -> Plan {
    Plan {
        service: ServiceName::from("web"),
        cluster: ClusterName::from("main"),
        ecs_service: EcsServiceName::from("web"),
        expected_deployment: DeploymentId::from("ecs-svc/1"),
        cause: Cause::StaleTasks,
        because: "every task holds what it read when it started".to_owned(),
        action: Action::ForceRedeploy { task_definition: "web:7".to_owned() },
    }
}

/// The maximum of its scaling was raised from six to nine tasks.
pub(crate) fn raised() -> Raised {
    Raised {
        subject: Subject {
            incident_id: IncidentId::from("inc-1"),
            service: ServiceName::from("web"),
            severity: Severity::P1,
            account: AccountId::from("123456789012"),
            region: Region::from("eu-west-1"),
        },
        cluster: ClusterName::from("main"),
        ecs_service: EcsServiceName::from("web"),
        from: 6,
        to: 9,
        at: Timestamp::UNIX_EPOCH,
        in_vain: false,
        looked_at: None,
    }
}
