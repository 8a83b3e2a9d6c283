//! Snapshots of evidence for tests: a healthy service, to which each test does its damage.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};

use crate::evidence::{
    Cache, Deployment, Evidence, Metrics, Point, Reading, Rollout, Scaling, SecretChange, Series, ServiceState, Target,
    TargetHealth, Task,
};
use crate::id::{DeploymentId, TaskId};

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
                failed_tasks: 0,
                created_at: minutes_ago(60),
            }],
            events: Vec::new(),
            opted_in: true,
            ecs_controls_deployments: true,
        }),
        tasks: Reading::Read(
            ["a1", "b2", "c3"]
                .map(|id| Task {
                    id: TaskId::from(id),
                    status: "RUNNING".to_owned(),
                    started_at: Some(minutes_ago(59)),
                    unhealthy: false,
                    started_by: Some(deployment.clone()),
                })
                .to_vec(),
        ),
        stopped: Reading::Read(Vec::new()),
        targets: Reading::Read(
            ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
                .map(|id| Target { id: id.to_owned(), health: TargetHealth::Healthy, reason: None })
                .to_vec(),
        ),
        scaling: Reading::Read(Scaling { min: 2, max: 6, scale_out_suspended: false }),
        cache: Reading::Read(Cache {
            id: "web-redis".to_owned(),
            status: "available".to_owned(),
            endpoint: Some("web-redis.abc.cache.amazonaws.com".to_owned()),
        }),
        metrics: Reading::Read(Metrics {
            requests: series(&[600.0; 15]),
            cache_connections: series(&[30.0; 15]),
            ..Metrics::default()
        }),
        errors: Reading::Read(Vec::new()),
        secrets: Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(600) }]),
    }
}

/// A secret changed five minutes ago; since then a third of the requests fail while every health check passes.
pub(crate) fn stale() -> Evidence {
    let mut evidence = healthy();
    evidence.secrets = Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(5) }]);
    errors(&mut evidence, 5);
    evidence
}

/// The cache is away: every target is sick, requests fail and the tasks say why.
pub(crate) fn cache_away() -> Evidence {
    let mut evidence = healthy();
    evidence.cache = Reading::Read(Cache {
        id: "web-redis".to_owned(),
        status: "rebooting cluster nodes".to_owned(),
        endpoint: Some("web-redis.abc.cache.amazonaws.com".to_owned()),
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
