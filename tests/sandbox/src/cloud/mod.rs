//! The parts of AWS that no emulator models: a synchronous, deterministic model of one account in one region.
//!
//! Time is passed in and randomness comes from a seed, so the whole can be tested without a network. What AWS does is
//! taken from its documentation, which is cited where it is modelled. Every duration is divided by the *pace*; every
//! moment is real.
//!
//! # What is modelled
//!
//! - **ECS**: services with the REPLICA strategy on Fargate and rolling deployments; tasks with their life cycle, stop
//!   codes and reasons; replacement of tasks that fail target health checks; the deployment circuit breaker; service
//!   events; EventBridge events of tasks, service actions and deployments. See [`ecs`].
//! - **Elastic Load Balancing**: target registration, health checks with thresholds, draining, fail open. See [`targets`].
//! - **CloudWatch**: metrics, statistics and metric math; alarms with M of N, missing data and composite rules; mute rules;
//!   their messages to SNS topics, functions and EventBridge. See [`metrics`] and [`alarms`].
//! - **ElastiCache**: replication groups and clusters, a lost node, its events and metrics. See [`cache`].
//! - **Application Auto Scaling**: targets and policies as data. See [`scaling`].
//! - **The application** that the tasks run, its load, its failures and its logs. See [`application`].
//!
//! # What is not
//!
//! Scaling policies do not scale. Container health checks, Spot, capacity providers, blue/green deployments, placement,
//! quotas and containers that exit by themselves are absent. IAM is not evaluated. Anomaly detection, action suppressors, search
//! expressions, trimmed means and percentiles of low sample counts are absent; anomaly detectors and dashboards are only
//! kept. The evaluation range of an alarm is taken as two more than its evaluation periods, since AWS does not say. How
//! long tasks take to start, and how soon ECS reacts to an unhealthy one, are plausible figures and not AWS's.

mod alarms;
mod application;
mod cache;
mod chance;
mod clock;
mod ecs;
mod emission;
mod fault;
mod journal;
mod metrics;
mod names;
mod protocol;
mod provision;
mod scaling;
mod targets;
mod turn;
mod view;

#[cfg(test)]
mod tests;

pub use emission::Emission;
pub use fault::{ApiFault, FaultKind};
pub use journal::Call;
pub use view::{AlarmView, DeploymentView, ServiceView, TargetView, TaskView};

use chance::Chance;
use clock::{Moment, Pace};
use jiff::Timestamp;
use names::Names;
use protocol::{Answer, ApiError, Input};
use serde_json::Value;
use turn::Turn;

/// How finely the model moves, in milliseconds of real time.
const TICK_MILLIS: i64 = 100;
/// A longer pause than this, in milliseconds, is not caught up with tick by tick: the machine was asleep.
const LONGEST_CATCH_UP_MILLIS: i64 = 600_000;

/// What distinguishes one cloud from another.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The twelve-digit account id.
    pub account: String,
    /// The region's code, such as `eu-west-1`.
    pub region: String,
    /// Every modelled duration is divided by this; 1 is real time.
    pub pace: u32,
    /// Decides names, ids and jitter.
    pub seed: u64,
}

/// A call of an AWS API, as it arrived over HTTP.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    /// The signing name of the credential scope, such as `ecs` or `monitoring`.
    pub service: String,
    /// The access key id that signed the request.
    pub caller: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The request's path.
    pub path: String,
    /// The request's body.
    pub body: Vec<u8>,
}

/// The answer to an [`ApiRequest`], to be sent as it is.
#[derive(Debug, Clone)]
pub struct ApiResponse {
    /// HTTP status.
    pub status: u16,
    /// Value of `content-type`.
    pub content_type: String,
    /// Further headers, in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The modelled cloud: one account in one region.
#[derive(Debug)]
pub struct Cloud {
    names: Names,
    pace: Pace,
    chance: Chance,
    /// The last tick; `None` before the first.
    reached: Option<Moment>,
    outbox: Vec<Emission>,
    journal: Vec<Call>,
    faults: Vec<ApiFault>,
    ecs: ecs::Ecs,
    balancing: targets::Balancing,
    caches: cache::Caches,
    scaling: scaling::Scaling,
    metrics: metrics::Metrics,
    alarms: alarms::Alarms,
}

impl Cloud {
    /// An empty account.
    pub fn new(settings: Settings) -> Cloud {
        Cloud {
            names: Names { account: settings.account, region: settings.region },
            pace: Pace::new(settings.pace),
            chance: Chance::new(settings.seed),
            reached: None,
            outbox: Vec::new(),
            journal: Vec::new(),
            faults: Vec::new(),
            ecs: ecs::Ecs::default(),
            balancing: targets::Balancing::default(),
            caches: cache::Caches::default(),
            scaling: scaling::Scaling::default(),
            metrics: metrics::Metrics::default(),
            alarms: alarms::Alarms::default(),
        }
    }

    /// Serves an API call of an owned service (`ecs`, `elasticloadbalancing`, `monitoring`, `application-autoscaling`,
    /// `elasticache`) and records it. An operation that is not modelled is answered with `UnknownOperationException`.
    pub fn call(&mut self, request: &ApiRequest, now: Timestamp) -> ApiResponse {
        let now = Moment::from(now);
        self.advance(now);
        let parsed = protocol::parse(request);
        let action = journal::action(&request.service, &parsed.operation);
        let answer = match parsed.input {
            Ok(input) => {
                let answer = self.answer(&request.service, &parsed.operation, &action, &input, now);
                let target = journal::target(&input);
                self.record(request, &action, target, &answer, now);
                answer
            }
            Err(error) => {
                let answer = Err(error);
                self.record(request, &action, String::new(), &answer, now);
                answer
            }
        };
        let request_id = self.chance.uuid();
        protocol::render(&parsed.wire, &request.service, &parsed.operation, &answer, &request_id)
    }

    fn answer(&mut self, service: &str, operation: &str, action: &str, input: &Input, now: Moment) -> Answer {
        let fault = fault::take(&mut self.faults, action);
        if let Some(error) = fault.as_ref().and_then(|kind| kind.before(service)) {
            return Err(error);
        }
        let mut turn =
            Turn { now, pace: self.pace, names: &self.names, chance: &mut self.chance, outbox: &mut self.outbox };
        let answer = match service {
            "ecs" => ecs::call(&mut self.ecs, &mut self.balancing, operation, input, &mut turn),
            "elasticloadbalancing" => targets::call(&self.balancing, operation, input, turn.names),
            "monitoring" => metrics::call(&mut self.metrics, operation, input, &turn)
                .or_else(|| alarms::call(&mut self.alarms, operation, input, &mut turn)),
            "application-autoscaling" => scaling::call(&mut self.scaling, operation, input, &turn),
            "elasticache" => cache::call(&self.caches, operation, input, &turn),
            _ => None,
        };
        let answer = answer.unwrap_or_else(|| {
            let message = format!("The sandbox does not model {service} {operation}.");
            Err(ApiError::sender("UnknownOperationException", message))
        });
        match fault {
            Some(FaultKind::AnswerLost) => Err(fault::internal_error(service)),
            _ => answer,
        }
    }

    fn record(&mut self, request: &ApiRequest, action: &str, target: String, answer: &Answer, now: Moment) {
        self.journal.push(Call {
            at: now.timestamp(),
            caller: request.caller.clone(),
            action: action.to_owned(),
            target,
            outcome: answer.as_ref().map_or_else(|error| error.code.clone(), |_| "ok".to_owned()),
            is_write: journal::is_write(action),
        });
    }

    /// Serves a CloudFormation callback of the plug-in: `{"op", "type", "logical_id", "physical_id", "stack",
    /// "properties", "old_properties"}`. The answer is `{"physical_id", "attributes"}` or `{"error"}`.
    pub fn provision(&mut self, body: &Value, now: Timestamp) -> Value {
        let now = Moment::from(now);
        self.advance(now);
        let mut turn =
            Turn { now, pace: self.pace, names: &self.names, chance: &mut self.chance, outbox: &mut self.outbox };
        let mut ground = provision::Ground {
            ecs: &mut self.ecs,
            balancing: &mut self.balancing,
            caches: &mut self.caches,
            scaling: &mut self.scaling,
            alarms: &mut self.alarms,
        };
        provision::provision(&mut ground, body, &mut turn)
    }

    /// Advances the model to `now` and returns what the cloud has sent of its own accord since the last step.
    pub fn step(&mut self, now: Timestamp) -> Vec<Emission> {
        self.advance(Moment::from(now));
        std::mem::take(&mut self.outbox)
    }

    fn advance(&mut self, now: Moment) {
        let start = now.floor(TICK_MILLIS);
        let mut reached = self.reached.unwrap_or(start);
        if now.since(reached) > LONGEST_CATCH_UP_MILLIS {
            reached = start;
        }
        while now.since(reached) >= TICK_MILLIS {
            reached = reached.after(TICK_MILLIS);
            self.tick(reached);
        }
        self.reached = Some(reached);
    }

    fn tick(&mut self, now: Moment) {
        let Cloud { names, pace, chance, outbox, ecs, balancing, caches, metrics, alarms, .. } = self;
        let mut turn = Turn { now, pace: *pace, names, chance, outbox };
        let is_sampling = now == now.floor(1000);

        let mut probes = std::collections::HashMap::new();
        for service in &mut ecs.services {
            ecs::tick(service, balancing, &mut turn);
            let definition = service.primary().map(|primary| primary.definition.clone());
            let cache = caches.reach(&service.name, definition.as_deref());
            for task in service.tasks.iter().filter(|task| task.is_running()) {
                for binding in &service.bindings {
                    let probe = application::Application::probe(task, cache.as_ref());
                    probes.insert((binding.group.clone(), task.address.clone()), probe);
                }
            }
            application::tick(service, cache.as_ref(), balancing, metrics, &mut turn);
            application::count_hosts(service, balancing, metrics, &turn);
            if is_sampling {
                application::sample(service, cache.as_ref(), metrics, &mut turn);
            }
        }
        let answer = |group: &str, address: &str| probes.get(&(group.to_owned(), address.to_owned())).copied();
        balancing.tick(|group, address| answer(group, address).unwrap_or(targets::Probe::Silent), &turn);
        if is_sampling {
            caches.sample(metrics, &mut turn);
        }
        alarms.tick(metrics, &mut turn);
    }

    /// Every API call served, oldest first.
    pub fn journal(&self) -> &[Call] {
        &self.journal
    }

    /// Lets the next matching calls fail.
    pub fn inject(&mut self, fault: ApiFault) {
        self.faults.push(fault);
    }

    /// From now on requests fail in every task of the service that started before; those tasks still pass `/healthz`.
    pub fn rotate_credential(&mut self, service: &str, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(service) = self.ecs.service_named_mut(service) {
            service.application.rotated_at = Some(Moment::from(now));
        }
    }

    /// From now on one healthy running task of the service fails its health check; returns its id.
    pub fn break_task(&mut self, service: &str, now: Timestamp) -> Option<String> {
        self.advance(Moment::from(now));
        let service = self.ecs.service_named_mut(service)?;
        let candidates: Vec<String> =
            service.tasks.iter().filter(|task| task.is_running() && !task.sick).map(|task| task.id.clone()).collect();
        let id = self.chance.pick(&candidates)?.clone();
        service.tasks.iter_mut().filter(|task| task.id == id).for_each(|task| task.sick = true);
        Some(id)
    }

    /// From now on every running task of a deployment fails its health check.
    pub fn break_deployment(&mut self, service: &str, deployment: &str, now: Timestamp) {
        self.advance(Moment::from(now));
        if let Some(service) = self.ecs.service_named_mut(service) {
            let ours = service.tasks.iter_mut().filter(|task| task.deployment == deployment);
            ours.for_each(|task| task.sick = true);
        }
    }

    /// Takes the cache away that the service uses.
    pub fn cache_down(&mut self, service: &str, now: Timestamp) {
        self.switch_cache(service, false, now);
    }

    /// Gives the cache back.
    pub fn cache_up(&mut self, service: &str, now: Timestamp) {
        self.switch_cache(service, true, now);
    }

    fn switch_cache(&mut self, service: &str, is_up: bool, now: Timestamp) {
        self.advance(Moment::from(now));
        let definition =
            self.ecs.service_named(service).and_then(ecs::Service::primary).map(|primary| &primary.definition);
        let used = self.caches.used_by(service, definition.map(std::sync::Arc::as_ref));
        if let Some(id) = used.map(|cache| cache.id().to_owned()) {
            self.caches.switch(&id, is_up, Moment::from(now));
        }
    }

    /// What a service looks like now.
    pub fn service_view(&self, service: &str) -> Option<ServiceView> {
        let service = self.ecs.service_named(service)?;
        Some(view::service(service, &self.balancing, &self.caches))
    }

    /// All alarms, sorted by name.
    pub fn alarms_view(&self) -> Vec<AlarmView> {
        view::alarms(&self.alarms)
    }

    /// The names of all services.
    pub fn services(&self) -> Vec<String> {
        self.ecs.services.iter().map(|service| service.name.clone()).collect()
    }
}
