//! The parts of AWS that no emulator models: a synchronous, deterministic model of one account in one region.
//!
//! Time is passed in and randomness comes from a seed, so the whole can be tested without a network. What AWS does is
//! taken from its documentation, which is cited where it is modelled. Every duration is divided by the *pace*; every
//! moment is real.
//!
//! # What is modelled
//!
//! - **ECS**: services with the REPLICA strategy on Fargate and rolling deployments; tasks with their life cycle, stop
//!   codes and reasons; containers that end by themselves or are killed; images and secrets that cannot be had;
//!   containers' own health checks; replacement of what fails a check; Spot interruptions and retirement; capacity that is
//!   lacking; the deployment circuit breaker; service events; EventBridge events of tasks, service actions and
//!   deployments. See [`ecs`].
//! - **Elastic Load Balancing**: target registration, health checks with thresholds, draining, fail open. See [`targets`].
//! - **CloudWatch**: metrics, statistics, metric math and searches, widgets as pictures without text; alarms with M of N, missing data and composite rules;
//!   mute rules; their messages to SNS topics, functions and EventBridge. See [`metrics`] and [`alarms`].
//! - **ElastiCache**: replication groups and clusters, a lost node, failover, a full or busy one, its events and metrics.
//!   See [`cache`].
//! - **Application Auto Scaling**: targets, target tracking with cooldowns, suspension, activities. See [`scaling`].
//! - **The application** that the tasks run, its load, its failures and its logs. See [`application`].
//!
//! What goes wrong is staged in [`staging`](Cloud::afflict), never by writing what an API answers. Time may be lived before
//! it comes: a cloud that [begins again](Cloud::begin_again) a week ago has a history.
//!
//! # What is not
//!
//! Capacity providers beside FARGATE_SPOT by name, blue/green deployments, quotas and task placement on instances are
//! absent; so are step scaling and the alarms that scaling policies make in CloudWatch. Scaling policies scale only where a
//! scenario lets them. IAM is not evaluated. Anomaly detection, action suppressors, boolean operators of searches, trimmed
//! means and percentiles of low sample counts are absent; anomaly detectors and dashboards are only kept. The evaluation
//! range of an alarm is taken as two more than its evaluation periods, since AWS does not say. How long tasks take to
//! start, how soon ECS reacts to an unhealthy one, and how its pauses grow between tasks that do not start, are plausible
//! figures and not AWS's.

mod alarms;
mod application;
mod cache;
mod chance;
mod clock;
mod ecs;
mod emission;
pub(crate) mod fault;
mod journal;
mod metrics;
mod names;
mod past;
pub(crate) mod protocol;
mod provision;
mod scaling;
mod staging;
mod targets;
mod turn;
mod view;

#[cfg(test)]
mod tests;

pub use application::{Ailment, Whom};
pub use cache::CacheTrouble;
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
    /// Whether it is never to be sent.
    pub hangs: bool,
}

/// The modelled cloud: one account in one region. A clone is another account that has lived the same until now.
#[derive(Debug, Clone)]
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
        let hangs = fault::is_next(&self.faults, &action, &FaultKind::Hang);
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
        let answer = protocol::render(&parsed.wire, &request.service, &parsed.operation, &answer, &request_id);
        ApiResponse { hangs, ..answer }
    }

    fn answer(&mut self, service: &str, operation: &str, action: &str, input: &Input, now: Moment) -> Answer {
        let fault = fault::take(&mut self.faults, action);
        if let Some(error) = fault.as_ref().and_then(|kind| kind.before(service)) {
            return Err(error);
        }
        let (pace, names) = (self.pace, &self.names);
        let mut turn = Turn { now, lasts: 0, pace, names, chance: &mut self.chance, outbox: &mut self.outbox };
        let answer = match service {
            "ecs" => ecs::call(&mut self.ecs, &mut self.balancing, operation, input, &mut turn),
            "elasticloadbalancing" => targets::call(&mut self.balancing, operation, input, turn.names),
            "monitoring" => metrics::call(&mut self.metrics, operation, input, &turn)
                .or_else(|| alarms::call(&mut self.alarms, operation, input, &mut turn)),
            "application-autoscaling" => scaling::call(&mut self.scaling, operation, input, &mut turn),
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
        let (pace, names) = (self.pace, &self.names);
        let mut turn = Turn { now, lasts: 0, pace, names, chance: &mut self.chance, outbox: &mut self.outbox };
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
            self.tick(reached, TICK_MILLIS);
        }
        self.reached = Some(reached);
    }

    /// Moves everything to `now`, after so many milliseconds.
    fn tick(&mut self, now: Moment, lasts: i64) {
        let Cloud { names, pace, chance, outbox, ecs, balancing, caches, scaling, metrics, alarms, .. } = self;
        let mut turn = Turn { now, lasts, pace: *pace, names, chance, outbox };
        let is_sampling = now == now.floor(1000);
        caches.tick(&turn);

        let mut probes = std::collections::HashMap::new();
        let clusters = ecs.clusters.clone();
        let has_task_metrics =
            |name: &str| clusters.iter().any(|cluster| cluster.name == name && cluster.insights == "enhanced");
        for service in &mut ecs.services {
            ecs::tick(service, balancing, &mut turn);
            let definition = service.primary().map(|primary| primary.definition.clone());
            let cache = caches.reach(&service.name, definition.as_deref());
            for task in service.tasks.iter().filter(|task| task.is_running()) {
                for group in service.bindings.iter().filter_map(|binding| balancing.group(&binding.group)) {
                    let check = (group.health_check.path.as_str(), group.health_check.timeout_seconds);
                    let probe = service.application.probe(task, check, cache.as_ref(), &turn);
                    probes.insert((group.arn.clone(), task.address.clone()), probe);
                }
            }
            application::tick(service, cache.as_ref(), balancing, metrics, &mut turn);
            application::count_hosts(service, balancing, metrics, &turn);
            if is_sampling {
                let by_task = has_task_metrics(&service.cluster);
                application::sample(service, by_task, cache.as_ref(), metrics, &mut turn);
            }
        }
        let answer = |group: &str, address: &str| probes.get(&(group.to_owned(), address.to_owned())).copied();
        balancing.tick(|group, address| answer(group, address).unwrap_or(targets::Probe::Silent), &turn);
        if is_sampling {
            caches.sample(metrics, &mut turn);
        }
        scaling::tick(scaling, ecs, metrics, &mut turn);
        alarms.tick(metrics, &mut turn);
    }

    /// Every API call served, oldest first.
    pub fn journal(&self) -> &[Call] {
        &self.journal
    }

    /// What a service looks like now.
    pub fn service_view(&self, service: &str) -> Option<ServiceView> {
        let service = self.ecs.service_named(service)?;
        Some(view::service(service, &self.balancing, &self.caches))
    }

    /// The ARN of something of this account and region.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        self.names.arn(service, resource)
    }

    /// The tags of an ECS service or task, by its ARN; none where there is no such thing.
    pub(crate) fn tags_of(&self, arn: &str) -> Vec<(String, String)> {
        self.ecs.tags_of(arn).to_vec()
    }

    /// The roles that a task definition gives to its tasks: their own, and the one they are started with.
    pub(crate) fn roles_of(&self, definition: &str) -> Vec<String> {
        let definition = self.ecs.definition(definition);
        let role = |member: &str| Some(definition.as_ref()?.document.get(member)?.as_str()?.to_owned());
        let mut roles: Vec<String> = ["taskRoleArn", "executionRoleArn"].into_iter().filter_map(role).collect();
        roles.dedup();
        roles
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
