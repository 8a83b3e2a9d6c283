//! Snapshots of evidence for tests: a healthy service, to which each test does its damage.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::evidence::{
    Breaker, Cache, ContainerDefinition, ContainerEnd, Definition, Deployment, ErrorShape, Evidence, Follows, Metrics,
    Placement, Point, Reading, Record, Rollout, Scaling, ScalingPolicy, SecretChange, Series, ServiceState,
    StoppedTask, Target, TargetHealth, Task, Typical,
};
use crate::id::{Arn, DeploymentId, TaskId};

/// The moment at which staged evidence is gathered.
pub(crate) fn now() -> Timestamp {
    "2026-03-01T03:00:00Z".parse().unwrap()
}

pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

/// A series with one value a minute; the last is that of now.
pub(crate) fn series(values: &[f64]) -> Series {
    let last = values.len() as i64 - 1;
    Series::new(
        values.iter().enumerate().map(|(i, value)| Point { at: minutes_ago(last - i as i64), value: *value }).collect(),
    )
}

/// Three healthy tasks an hour old, a cache that is well, a steady deployment, no errors.
pub(crate) fn healthy() -> Evidence {
    let deployment = DeploymentId::from("ecs-svc/1000000000000000001");
    Evidence {
        gathered_at: now(),
        service: Reading::Read(ServiceState {
            status: "ACTIVE".to_owned(),
            desired: 3,
            running: 3,
            pending: 0,
            minimum_healthy_percent: 50,
            maximum_percent: 200,
            deployments: vec![Deployment {
                id: deployment.clone(),
                primary: true,
                rollout: Rollout::Completed,
                task_definition: "web:7".to_owned(),
                running: 3,
                desired: 3,
                failed_tasks: 0,
                reason: None,
                created_at: minutes_ago(60),
            }],
            service_deployment: None,
            events: Vec::new(),
            opted_in: true,
            ecs_controls_deployments: true,
            breaker: Breaker { enabled: true, rolls_back: true },
            grace: SignedDuration::from_secs(60),
        }),
        tasks: Reading::Read(
            [("a1", "10.0.0.1", "a"), ("b2", "10.0.0.2", "b"), ("c3", "10.0.0.3", "a")]
                .map(|(id, address, zone)| Task {
                    id: TaskId::from(id),
                    status: "RUNNING".to_owned(),
                    started_at: Some(minutes_ago(59)),
                    unhealthy: false,
                    started_by: Some(deployment.clone()),
                    placement: Placement {
                        task_definition: "web:7".to_owned(),
                        zone: Some(format!("eu-west-1{zone}")),
                        address: Some(address.to_owned()),
                        capacity: Some("FARGATE".to_owned()),
                        images: Vec::new(),
                    },
                })
                .to_vec(),
        ),
        stopped: Reading::Read(Vec::new()),
        targets: Reading::Read(
            [("10.0.0.1", "a"), ("10.0.0.2", "b"), ("10.0.0.3", "a")]
                .map(|(id, zone)| Target {
                    id: id.to_owned(),
                    health: TargetHealth::Healthy,
                    reason: None,
                    description: None,
                    zone: Some(format!("eu-west-1{zone}")),
                })
                .to_vec(),
        ),
        definition: Reading::Read(definition()),
        previous: Reading::NotConfigured,
        scaling: Reading::Read(Scaling {
            min: 2,
            max: 6,
            scale_out_suspended: false,
            scale_in_suspended: false,
            schedule_suspended: false,
        }),
        policies: Reading::Read(vec![ScalingPolicy {
            name: "web-cpu".to_owned(),
            follows: Follows::Cpu(60.0),
            scale_out_cooldown: Some(SignedDuration::from_secs(60)),
            scale_in_cooldown: Some(SignedDuration::from_secs(180)),
        }]),
        activities: Reading::Read(Vec::new()),
        cache: Reading::Read(Cache {
            id: "web-redis".to_owned(),
            status: "available".to_owned(),
            endpoint: Some("web-redis.abc.cache.amazonaws.com".to_owned()),
            nodes: 1,
            fails_over: false,
        }),
        cache_events: Reading::Read(Vec::new()),
        metrics: Reading::Read(Metrics {
            requests: series(&[600.0; 75]),
            latency_p50: series(&[0.05; 75]),
            latency_p95: series(&[0.2; 75]),
            latency_p99: series(&[0.4; 75]),
            cpu: series(&[35.0; 75]),
            memory: series(&[50.0; 75]),
            cache_connections: series(&[30.0; 75]),
            cache_memory: series(&[40.0; 75]),
            cache_cpu: series(&[8.0; 75]),
            cache_engine_cpu: series(&[6.0; 75]),
            ..Metrics::default()
        }),
        week_before: Reading::Read(Typical {
            requests: Some(600.0),
            error_share: Some(0.0),
            latency_p50: Some(0.05),
            latency_p95: Some(0.2),
            latency_p99: Some(0.4),
            cpu: Some(35.0),
            memory: Some(50.0),
        }),
        errors: Reading::Read(Vec::new()),
        secrets: Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(600) }]),
        record: Reading::Read(Record::default()),
        ringing: Reading::Read(Vec::new()),
    }
}

/// What the healthy service runs.
pub(crate) fn definition() -> Definition {
    Definition {
        name: "web:7".to_owned(),
        registered_at: Some(minutes_ago(70)),
        cpu: Some(512),
        memory_mib: Some(1024),
        containers: vec![ContainerDefinition {
            name: "web".to_owned(),
            image: "shop/web:1.4".to_owned(),
            essential: true,
            memory_mib: None,
            health_check: None,
            stop_timeout: None,
            secrets: BTreeMap::from([("TOKEN".to_owned(), "web/token".to_owned())]),
            environment: BTreeMap::new(),
            command: String::new(),
        }],
    }
}

/// A secret changed five minutes ago; since then a third of the requests fail while every health check passes.
pub(crate) fn stale() -> Evidence {
    let mut evidence = healthy();
    evidence.secrets = Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(5) }]);
    errors(&mut evidence, 5);
    evidence
}

/// One of three tasks answers its requests with errors for five minutes, and passes its health check.
pub(crate) fn wedged() -> Evidence {
    let mut evidence = healthy();
    errors(&mut evidence, 5);
    evidence.errors = Reading::Read(vec![ErrorShape {
        shape: "ERROR worker is stuck".to_owned(),
        count: 30,
        streams: 1,
        most_in_one: 30,
        busiest: "web/web/b2".to_owned(),
        last_at: now(),
    }]);
    evidence
}

/// Lets the present deployment have begun that long ago, and its tasks a minute later.
pub(crate) fn deployed(evidence: &mut Evidence, minutes: i64) {
    if let Reading::Read(service) = &mut evidence.service {
        service.deployments.iter_mut().for_each(|deployment| deployment.created_at = minutes_ago(minutes));
    }
    if let Reading::Read(tasks) = &mut evidence.tasks {
        tasks.iter_mut().for_each(|task| task.started_at = Some(minutes_ago(minutes - 1)));
    }
}

/// A deployment of another image completed eight minutes ago, and since then a third of the requests fail in every task.
pub(crate) fn replaced_by_a_worse() -> Evidence {
    let mut evidence = healthy();
    errors(&mut evidence, 9);
    let mut before = definition();
    before.name = "web:6".to_owned();
    for container in &mut before.containers {
        container.image = "shop/web:1.3".to_owned();
    }
    evidence.previous = Reading::Read(before);
    evidence.week_before = Reading::NotConfigured;
    deployed(&mut evidence, 10);
    evidence.stopped = Reading::Read(vec![StoppedTask {
        started_at: Some(minutes_ago(300)),
        started_by: Some(DeploymentId::from("ecs-svc/0")),
        placement: Placement { task_definition: "web:6".to_owned(), ..Placement::default() },
        code: "ServiceSchedulerInitiated".to_owned(),
        reason: "Scaling activity initiated by (deployment ecs-svc/1000000000000000001)".to_owned(),
        containers: Vec::new(),
        ..ended("old", 8)
    }]);
    evidence
}

/// A deployment of another image began two minutes ago: two of its tasks failed, and those from before it are well.
pub(crate) fn failing_deployment() -> Evidence {
    let mut evidence = replaced_by_a_worse();
    errors(&mut evidence, 0);
    let Reading::Read(service) = &mut evidence.service else { return evidence };
    let former = DeploymentId::from("ecs-svc/0");
    if let Some(primary) = service.deployments.first_mut() {
        *primary = Deployment {
            rollout: Rollout::InProgress,
            running: 0,
            failed_tasks: 2,
            created_at: minutes_ago(2),
            ..primary.clone()
        };
        let drained = Deployment {
            id: former.clone(),
            primary: false,
            rollout: Rollout::Completed,
            task_definition: "web:6".to_owned(),
            running: 3,
            failed_tasks: 0,
            created_at: minutes_ago(600),
            ..primary.clone()
        };
        service.deployments.push(drained);
    }
    service.pending = 1;
    service.breaker = Breaker::default();
    service.service_deployment = Some(Arn::from("arn:aws:ecs:eu-west-1:123456789012:service-deployment/main/web/abc"));
    if let Reading::Read(tasks) = &mut evidence.tasks {
        for task in tasks {
            task.started_by = Some(former.clone());
            task.started_at = Some(minutes_ago(590));
            task.placement.task_definition = "web:6".to_owned();
        }
    }
    evidence.stopped = Reading::Read(Vec::new());
    evidence
}

/// The tasks' CPU is used up for eight minutes, and there are as many tasks as scaling may start.
pub(crate) fn at_maximum() -> Evidence {
    let mut evidence = healthy();
    if let Reading::Read(metrics) = &mut evidence.metrics {
        let busy: Vec<f64> = (0..75).map(|minute| if minute < 67 { 55.0 } else { 94.0 }).collect();
        metrics.cpu = series(&busy);
    }
    if let Reading::Read(scaling) = &mut evidence.scaling {
        scaling.max = 3;
    }
    evidence
}

/// The same, with room for more tasks and no policy that adds any.
pub(crate) fn scaled_by_nobody() -> Evidence {
    let mut evidence = at_maximum();
    if let Reading::Read(scaling) = &mut evidence.scaling {
        scaling.max = 8;
    }
    evidence.policies = Reading::Read(Vec::new());
    evidence
}

/// Names every image of the present and of the former revision by its digest.
pub(crate) fn pin_images(evidence: &mut Evidence) {
    for definition in [&mut evidence.definition, &mut evidence.previous] {
        if let Reading::Read(definition) = definition {
            for container in &mut definition.containers {
                let digest = format!("{:064x}", container.image.bytes().map(u64::from).sum::<u64>());
                container.image = format!("shop/web@sha256:{digest}");
            }
        }
    }
}

/// The cache is away: every target is sick, requests fail and the tasks say why.
pub(crate) fn cache_away() -> Evidence {
    let mut evidence = healthy();
    evidence.cache = Reading::Read(Cache {
        id: "web-redis".to_owned(),
        status: "rebooting cluster nodes".to_owned(),
        endpoint: Some("web-redis.abc.cache.amazonaws.com".to_owned()),
        nodes: 1,
        fails_over: false,
    });
    sicken(&mut evidence, 3);
    errors(&mut evidence, 4);
    if let Reading::Read(metrics) = &mut evidence.metrics {
        metrics.cache_connections = Series::new(vec![Point { at: minutes_ago(5), value: 30.0 }]);
    }
    evidence
}

/// Lets the first `count` targets fail their health check.
pub(crate) fn sicken(evidence: &mut Evidence, count: usize) {
    if let Reading::Read(targets) = &mut evidence.targets {
        for target in targets.iter_mut().take(count) {
            target.health = TargetHealth::Unhealthy;
            target.reason = Some("Target.ResponseCodeMismatch".to_owned());
        }
    }
}

/// Lets a third of the requests of the last `minutes` fail.
pub(crate) fn errors(evidence: &mut Evidence, minutes: usize) {
    if let Reading::Read(metrics) = &mut evidence.metrics {
        metrics.target_5xx = series(&vec![200.0; minutes]);
    }
}

/// A task that ended by itself that long ago with exit code 1.
pub(crate) fn ended(id: &str, minutes: i64) -> StoppedTask {
    StoppedTask {
        id: TaskId::from(id),
        started_at: Some(minutes_ago(minutes + 1)),
        stopped_at: Some(minutes_ago(minutes)),
        started_by: Some(DeploymentId::from("ecs-svc/1000000000000000001")),
        placement: Placement::default(),
        code: "EssentialContainerExited".to_owned(),
        reason: "Essential container in task exited".to_owned(),
        containers: vec![ContainerEnd { name: "web".to_owned(), exit_code: Some(1), reason: None }],
    }
}
