//! What Paramedic would read of a world.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::evidence::{
    Breaker, Cache, ContainerDefinition, Definition, Deployment, ErrorShape, Evidence, Follows, Metrics, Placement,
    Point, Reading, Record, RecordedChange, Rollout as RolloutState, Scaling, ScalingPolicy, SecretChange, Series,
    ServiceState, Source, StoppedTask, Target, TargetHealth, Task, Typical,
};
use paramedic_domain::id::{Arn, DeploymentId, TaskId};

use paramedic_domain::remedy::RemedyKind;

use super::world::{Ailment, CacheState, End, Former, LeftOut, Newcomers, Rollout, Suspended, World};

/// The revision that the service runs.
pub const PRESENT: &str = "web:7";
/// The revision before it.
pub const FORMER: &str = "web:6";
/// What ECS calls the rolling out that is under way.
pub const SERVICE_DEPLOYMENT: &str = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/main/web/abc";
/// The deployment before the present one.
const FORMER_DEPLOYMENT: &str = "ecs-svc/6";
/// The deployment that the service is at.
pub const DEPLOYMENT: &str = "ecs-svc/7";
/// Requests a minute.
const REQUESTS: f64 = 600.0;
/// Minutes that the metrics reach back.
const MINUTES: i64 = 45;
/// What is older than everything else, in minutes.
const LONG_AGO: i64 = 3 * 24 * 60;

/// The moment at which all evidence is gathered: a Sunday at three.
pub fn gathered_at() -> Timestamp {
    Timestamp::from_second(1_772_334_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The task that is wedged, where one is: the last.
pub fn wedged_task(world: &World) -> TaskId {
    TaskId::new(task_id(world.running.saturating_sub(1)))
}

/// Everything that is read.
pub fn of(world: &World) -> Evidence {
    let mut evidence = Evidence {
        gathered_at: gathered_at(),
        service: Reading::Read(service(world)),
        tasks: Reading::Read(tasks(world)),
        stopped: Reading::Read(stopped(world)),
        definition: Reading::Read(present(world)),
        previous: previous(world),
        targets: if world.load_balancer { Reading::Read(targets(world)) } else { Reading::NotConfigured },
        scaling: Reading::Read(Scaling {
            min: 1,
            max: most(world),
            scale_out_suspended: world.suspended == Suspended::ScalingOut,
            scale_in_suspended: false,
            schedule_suspended: world.suspended == Suspended::Schedules,
        }),
        policies: Reading::Read(policies(world)),
        activities: Reading::Read(Vec::new()),
        cache: cache(world),
        cache_events: if has_cache(world) { Reading::Read(Vec::new()) } else { Reading::NotConfigured },
        metrics: Reading::Read(metrics(world)),
        week_before: if released_lately(world) { Reading::NotConfigured } else { Reading::Read(typical()) },
        errors: Reading::Read(lines(world)),
        secrets: Reading::Read(vec![secret(world)]),
        record: Reading::Read(Record { changes: changes(world), ..Record::default() }),
        ringing: Reading::Read(Vec::new()),
    };
    for source in &world.unread {
        withhold(&mut evidence, *source);
    }
    evidence
}

fn minutes_ago(minutes: i64) -> Timestamp {
    gathered_at() - SignedDuration::from_mins(minutes)
}

/// In which minute requests began to fail, counted back from now.
fn began_ago(world: &World) -> i64 {
    world.lasts - 1
}

fn released_lately(world: &World) -> bool {
    matches!(world.ailment, Ailment::BadRelease | Ailment::FailingDeployment)
}

/// The maximum of scaling.
pub fn most(world: &World) -> u32 {
    if world.ailment == Ailment::AtMaximum { world.desired } else { 20 }
}

fn policies(world: &World) -> Vec<ScalingPolicy> {
    let policy = ScalingPolicy {
        name: "web-cpu".to_owned(),
        follows: Follows::Cpu(60.0),
        scale_out_cooldown: Some(SignedDuration::from_secs(60)),
        scale_in_cooldown: Some(SignedDuration::from_secs(180)),
    };
    if world.ailment == Ailment::ScaledByNobody { Vec::new() } else { vec![policy] }
}

/// Who set the bounds of scaling: a person, and Paramedic itself half a minute after each claim of an attempt to scale out.
fn changes(world: &World) -> Vec<RecordedChange> {
    let change = |at: Timestamp, by: &str| RecordedChange {
        at,
        call: "application-autoscaling:RegisterScalableTarget".to_owned(),
        by: by.to_owned(),
        on: "service/main/web".to_owned(),
        tasks: None,
    };
    let now = gathered_at() + SignedDuration::from_secs(world.evidence_ago);
    let ours = world.attempts.iter().filter(|one| one.remedy == RemedyKind::ScaleOut && one.end != End::NotDone);
    let ours = ours.map(|one| change(now - SignedDuration::from_secs(one.ago - 30), "paramedic-remediator"));
    world.bounds_set.map(|ago| change(minutes_ago(ago), "ada")).into_iter().chain(ours).collect()
}

/// How many tasks of a failing deployment run.
fn newcomers(world: &World) -> u32 {
    let run = world.ailment == Ailment::FailingDeployment && world.newcomers == Newcomers::Sick;
    if run { world.newcomers_failed } else { 0 }
}

fn deployed_ago(world: &World) -> i64 {
    match world.ailment {
        Ailment::FailingDeployment => world.lasts,
        Ailment::BadRelease => began_ago(world) + world.after,
        _ => LONG_AGO,
    }
}

fn has_cache(world: &World) -> bool {
    world.cache != CacheState::None
}

fn service(world: &World) -> ServiceState {
    let deployment = |id: &str, revision: &str, rollout: RolloutState, ago: i64, primary: bool| Deployment {
        id: DeploymentId::from(id),
        primary,
        rollout,
        task_definition: revision.to_owned(),
        running: world.running,
        desired: world.desired,
        failed_tasks: 0,
        reason: None,
        created_at: minutes_ago(ago),
    };
    let ago = deployed_ago(world);
    let primary = match world.rollout {
        Rollout::Steady | Rollout::Draining => RolloutState::Completed,
        Rollout::UnderWay => RolloutState::InProgress,
        Rollout::GivenUp => RolloutState::Failed,
    };
    let mut deployments = vec![deployment(DEPLOYMENT, PRESENT, primary, ago, true)];
    let failing = world.ailment == Ailment::FailingDeployment;
    if failing && let Some(primary) = deployments.first_mut() {
        (primary.running, primary.failed_tasks) = match world.newcomers {
            Newcomers::Sick => (world.newcomers_failed, 0),
            Newcomers::NeverHealthy | Newcomers::Crash => (0, world.newcomers_failed),
        };
    }
    if failing || matches!(world.rollout, Rollout::Draining | Rollout::GivenUp) {
        let former = deployment(FORMER_DEPLOYMENT, FORMER, RolloutState::Completed, LONG_AGO + ago, false);
        deployments.push(former);
    }
    if world.left_out == LeftOut::AllDeployments {
        deployments.clear();
    }
    ServiceState {
        status: world.status.to_owned(),
        desired: world.desired,
        running: world.running + newcomers(world),
        pending: world.pending,
        minimum_healthy_percent: world.minimum_healthy,
        maximum_percent: world.maximum,
        deployments,
        service_deployment: (world.rollout == Rollout::UnderWay && world.deployment_named)
            .then(|| Arn::from(SERVICE_DEPLOYMENT)),
        events: Vec::new(),
        opted_in: world.tagged,
        ecs_controls_deployments: world.ecs_deploys,
        breaker: Breaker { enabled: world.circuit_breaker, rolls_back: world.circuit_breaker },
        grace: SignedDuration::from_secs(60),
    }
}

fn task_id(number: u32) -> String {
    format!("task-{number}")
}

fn address(number: u32) -> String {
    format!("10.0.0.{number}")
}

fn zone(number: u32) -> Option<String> {
    Some(if number.is_multiple_of(2) { "eu-west-1a" } else { "eu-west-1b" }.to_owned())
}

/// How many of them an answer names.
fn named(world: &World, all: LeftOut, one: LeftOut) -> u32 {
    match world.left_out {
        left_out if left_out == all => 0,
        // It is the first that is missing, so that the wedged one can be seen.
        left_out if left_out == one => world.running.saturating_sub(1),
        _ => world.running,
    }
}

fn tasks(world: &World) -> Vec<Task> {
    let failing = world.ailment == Ailment::FailingDeployment;
    let (started, by, revision) = match failing {
        true => (minutes_ago(LONG_AGO), FORMER_DEPLOYMENT, FORMER),
        false => (minutes_ago(deployed_ago(world) - 1), DEPLOYMENT, PRESENT),
    };
    let first = world.running - named(world, LeftOut::AllTasks, LeftOut::OneTask);
    let task = |number: u32, started: Timestamp, by: &str, revision: &str| Task {
        id: TaskId::new(task_id(number)),
        status: "RUNNING".to_owned(),
        started_at: Some(started),
        unhealthy: number < world.sick,
        started_by: Some(DeploymentId::from(by)),
        placement: Placement {
            task_definition: revision.to_owned(),
            zone: zone(number),
            address: Some(address(number)),
            capacity: Some("FARGATE".to_owned()),
            images: Vec::new(),
        },
    };
    let new = world.running..world.running + newcomers(world);
    let running = (first..world.running).map(|number| task(number, started, by, revision));
    running.chain(new.map(|number| task(number, minutes_ago(1), DEPLOYMENT, PRESENT))).collect()
}

fn targets(world: &World) -> Vec<Target> {
    let first = world.running - named(world, LeftOut::AllTargets, LeftOut::OneTarget);
    let targets = (first..world.running + newcomers(world)).map(|number| {
        let sick = number < world.sick || number >= world.running;
        Target {
            id: address(number),
            health: if sick { TargetHealth::Unhealthy } else { TargetHealth::Healthy },
            reason: sick.then(|| "Target.ResponseCodeMismatch".to_owned()),
            description: None,
            zone: zone(number),
        }
    });
    targets.collect()
}

/// The tasks of the revision before a release, or those of a failing deployment that ended.
fn stopped(world: &World) -> Vec<StoppedTask> {
    if world.ailment == Ailment::FailingDeployment {
        let crashed = if world.newcomers == Newcomers::Crash { world.newcomers_failed } else { 0 };
        return (0..crashed).map(crashed_newcomer).collect();
    }
    let (lived, code, reason) = match world.former {
        Former::RanWell => (300, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/7)"),
        Former::RanShortly => (4, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/7)"),
        Former::Crashed => (300, "EssentialContainerExited", "Essential container in task exited"),
        Former::None => return Vec::new(),
    };
    if !released_lately(world) {
        return Vec::new();
    }
    let ago = deployed_ago(world) - 1;
    vec![StoppedTask {
        id: TaskId::from("former"),
        started_at: Some(minutes_ago(ago + lived)),
        stopped_at: Some(minutes_ago(ago)),
        started_by: Some(DeploymentId::from(FORMER_DEPLOYMENT)),
        placement: Placement { task_definition: FORMER.to_owned(), ..Placement::default() },
        code: code.to_owned(),
        reason: reason.to_owned(),
        containers: Vec::new(),
    }]
}

fn crashed_newcomer(number: u32) -> StoppedTask {
    let ended = gathered_at() - SignedDuration::from_secs(20 + 10 * i64::from(number));
    StoppedTask {
        id: TaskId::new(format!("crashed-{number}")),
        started_at: Some(ended - SignedDuration::from_secs(5)),
        stopped_at: Some(ended),
        started_by: Some(DeploymentId::from(DEPLOYMENT)),
        placement: Placement { task_definition: PRESENT.to_owned(), ..Placement::default() },
        code: "EssentialContainerExited".to_owned(),
        reason: "Essential container in task exited".to_owned(),
        containers: Vec::new(),
    }
}

fn present(world: &World) -> Definition {
    let mut definition = definition(world, PRESENT, image("1.4", world.pinned));
    if world.other_definition {
        definition.name = "web:8".to_owned();
    }
    definition
}

fn previous(world: &World) -> Reading<Definition> {
    if !released_lately(world) || world.former == Former::None {
        return Reading::NotConfigured;
    }
    let image = if world.release_changed { image("1.3", world.former_pinned) } else { image("1.4", world.pinned) };
    Reading::Read(definition(world, FORMER, image))
}

fn image(version: &str, pinned: bool) -> String {
    if pinned { format!("shop/web@sha256:{version:0>64}") } else { format!("shop/web:{version}") }
}

fn definition(world: &World, name: &str, image: String) -> Definition {
    let container = |name: &str, image: String| ContainerDefinition {
        name: name.to_owned(),
        image,
        essential: true,
        memory_mib: None,
        health_check: None,
        stop_timeout: None,
        secrets: BTreeMap::new(),
        environment: BTreeMap::new(),
        command: String::new(),
    };
    let mut containers = vec![container("web", image)];
    if world.sidecar_by_tag {
        containers.push(container("proxy", "shop/proxy:latest".to_owned()));
    }
    Definition {
        name: name.to_owned(),
        registered_at: Some(minutes_ago(LONG_AGO + 10)),
        cpu: Some(512),
        memory_mib: Some(1024),
        containers,
    }
}

fn cache(world: &World) -> Reading<Cache> {
    let status = match world.cache {
        CacheState::None => return Reading::NotConfigured,
        CacheState::Well | CacheState::OutOfReach => "available",
        CacheState::Away => "rebooting cluster nodes",
    };
    Reading::Read(Cache {
        id: "web-redis".to_owned(),
        status: status.to_owned(),
        endpoint: Some("web-redis.abc.cache.amazonaws.com".to_owned()),
        nodes: 1,
        fails_over: false,
    })
}

/// Requests a minute that fail.
fn failures(world: &World) -> f64 {
    match world.ailment {
        Ailment::Nothing | Ailment::SickTasks => 0.0,
        Ailment::FailingDeployment | Ailment::AtMaximum | Ailment::ScaledByNobody => 0.0,
        Ailment::WedgedTask => REQUESTS / f64::from(world.running.max(1)),
        Ailment::BadRelease | Ailment::StaleTasks | Ailment::CacheAway => REQUESTS / 3.0,
        Ailment::Unexplained => REQUESTS * 0.8,
    }
}

fn metrics(world: &World) -> Metrics {
    let lately =
        |value: f64, minutes: i64| Series::new((0..minutes).map(|ago| Point { at: minutes_ago(ago), value }).collect());
    let all = |value: f64| lately(value, MINUTES);
    let busy = matches!(world.ailment, Ailment::AtMaximum | Ailment::ScaledByNobody);
    let cpu = |ago: i64| if busy && ago < world.lasts { 94.0 } else { 55.0 };
    let cpu = (0..MINUTES).map(|ago| Point { at: minutes_ago(ago), value: cpu(ago) });
    let mut metrics = Metrics { cpu: Series::new(cpu.collect()), memory: all(50.0), ..Metrics::default() };
    if world.load_balancer && world.left_out != LeftOut::AllRequests {
        metrics.requests = all(REQUESTS);
        metrics.latency_p50 = all(0.05);
        metrics.latency_p95 = all(0.2);
        metrics.latency_p99 = all(0.4);
        let failures = failures(world);
        if failures > 0.0 && world.running > 0 {
            metrics.target_5xx = lately(failures, world.lasts);
        }
    }
    if has_cache(world) {
        let connections = if world.cache == CacheState::Away { 5 } else { 0 };
        let points = (connections..MINUTES).map(|ago| Point { at: minutes_ago(ago), value: 30.0 });
        metrics.cache_connections = Series::new(points.collect());
        metrics.cache_memory = all(40.0);
        metrics.cache_cpu = all(8.0);
        metrics.cache_engine_cpu = all(6.0);
    }
    metrics
}

fn typical() -> Typical {
    Typical {
        requests: Some(REQUESTS),
        error_share: Some(0.0),
        latency_p50: Some(0.05),
        latency_p95: Some(0.2),
        latency_p99: Some(0.4),
        cpu: Some(35.0),
        memory: Some(50.0),
    }
}

fn lines(world: &World) -> Vec<ErrorShape> {
    let mut lines = Vec::new();
    let stream = |number: u32| format!("web/web/{}", task_id(number));
    if world.ailment == Ailment::WedgedTask {
        lines.push(ErrorShape {
            shape: "ERROR worker is stuck".to_owned(),
            count: world.lines + world.lines_of_others,
            streams: if world.lines_of_others > 0 { 2 } else { 1 },
            most_in_one: world.lines.max(world.lines_of_others),
            busiest: stream(world.running.saturating_sub(1)),
            last_at: minutes_ago(world.lines_ago),
        });
    }
    if world.cache == CacheState::OutOfReach {
        lines.push(ErrorShape {
            shape: "Error: connect ETIMEDOUT web-redis.abc.cache.amazonaws.com".to_owned(),
            count: 5,
            streams: 1,
            most_in_one: 5,
            busiest: stream(0),
            last_at: minutes_ago(0),
        });
    }
    lines
}

/// The one secret: it changed when the tasks became stale, or between a release and its trouble, or long ago.
fn secret(world: &World) -> SecretChange {
    let half_a_minute = SignedDuration::from_secs(30);
    let changed_at = match world.ailment {
        Ailment::StaleTasks => minutes_ago(began_ago(world) + world.after),
        Ailment::BadRelease if world.secret_between => minutes_ago(deployed_ago(world)) + half_a_minute,
        _ => minutes_ago(10 * LONG_AGO),
    };
    SecretChange { name: "web/token".to_owned(), changed_at }
}

fn withhold(evidence: &mut Evidence, source: Source) {
    fn take<T>(reading: &mut Reading<T>) {
        // What the configuration does not name is not asked for.
        if matches!(reading, Reading::Read(_)) {
            *reading = Reading::Unread { why: "ThrottlingException".to_owned() };
        }
    }
    match source {
        Source::Service => take(&mut evidence.service),
        Source::Tasks => take(&mut evidence.tasks),
        Source::StoppedTasks => take(&mut evidence.stopped),
        Source::Definition => take(&mut evidence.definition),
        Source::Previous => take(&mut evidence.previous),
        Source::Targets => take(&mut evidence.targets),
        Source::Scaling => take(&mut evidence.scaling),
        Source::Policies => take(&mut evidence.policies),
        Source::Activities => take(&mut evidence.activities),
        Source::Cache => take(&mut evidence.cache),
        Source::CacheEvents => take(&mut evidence.cache_events),
        Source::Metrics => take(&mut evidence.metrics),
        Source::WeekBefore => take(&mut evidence.week_before),
        Source::Logs => take(&mut evidence.errors),
        Source::Secrets => take(&mut evidence.secrets),
        Source::Recorder => take(&mut evidence.record),
        Source::Alarms => take(&mut evidence.ringing),
    }
}
