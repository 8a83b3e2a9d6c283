//! Something went wrong and is over, or goes on beside what matters: the cause is the other one.

use paramedic_domain::diagnosis::Cause::{
    AppErrors5xx, BadDeployment, ClientErrors4xx, CpuSaturatedScalingBlocked, RedisCpuSaturated, RedisUnreachable,
    SlowDependency, StaleTasks, TrafficSurge, Unknown,
};

use crate::causes::{Incident, incident};
use crate::cloud::{Ailment, Whom};
use crate::faults::{Scene, causes};

/// Something happens, and some minutes later something else.
fn then(scene: &mut Scene<'_>, first: fn(&mut Scene<'_>), minutes: f64, second: fn(&mut Scene<'_>)) {
    first(scene);
    scene.minutes(minutes);
    second(scene);
}

/// Something happens, is mended, and some minutes later something else happens.
fn cured(scene: &mut Scene<'_>, first: fn(&mut Scene<'_>), lasts: f64, well: f64, second: fn(&mut Scene<'_>)) {
    then(scene, first, lasts, |scene| scene.cloud.cure(&scene.service, scene.now));
    scene.minutes(well);
    second(scene);
}

fn slow(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Waits { seconds: 2.4, on: "payments.example.net".to_owned() });
}

fn previous_revision(scene: &mut Scene<'_>) -> u32 {
    let revision = scene.definition().get("revision").and_then(serde_json::Value::as_u64);
    revision.and_then(|revision| u32::try_from(revision).ok()).unwrap_or_default()
}

pub(super) const INCIDENTS: &[Incident] = &[
    incident(
        "a release was given up, and half an hour later requests fail",
        AppErrors5xx,
        |scene| then(scene, causes::bad_deployment, 45.0, causes::app_errors_5xx),
        45.0,
        5.0,
    ),
    incident(
        "a release was given up, and half an hour later many people come",
        TrafficSurge,
        |scene| then(scene, causes::bad_deployment, 45.0, causes::traffic_surge),
        45.0,
        8.0,
    ),
    incident(
        "a release was given up, and half an hour later the credential was rotated",
        StaleTasks,
        |scene| then(scene, causes::bad_deployment, 45.0, causes::stale_tasks),
        45.0,
        6.0,
    ),
    incident(
        "a release was given up, and half an hour later something is slow",
        SlowDependency,
        |scene| then(scene, causes::bad_deployment, 45.0, causes::slow_dependency),
        45.0,
        6.0,
    ),
    incident(
        "ECS went back from a release whose containers fail, and half an hour later requests fail",
        AppErrors5xx,
        |scene| then(scene, causes::container_health_check_misconfigured, 40.0, causes::app_errors_5xx),
        40.0,
        5.0,
    ),
    incident(
        "a release's image is not there, and half an hour later requests fail",
        AppErrors5xx,
        |scene| then(scene, causes::image_pull_failed, 40.0, causes::app_errors_5xx),
        40.0,
        5.0,
    ),
    incident(
        "a release's image is not there, and half an hour later the cache's node is gone",
        RedisUnreachable,
        |scene| then(scene, causes::image_pull_failed, 40.0, causes::redis_unreachable),
        40.0,
        5.0,
    ),
    incident(
        "tasks ran out of memory and were replaced, and something is slow",
        SlowDependency,
        |scene| cured(scene, causes::oom_killed, 8.0, 5.0, causes::slow_dependency),
        13.0,
        6.0,
    ),
    incident(
        "tasks ran out of memory and were replaced, and the cache's engine is busy",
        RedisCpuSaturated,
        |scene| cured(scene, causes::oom_killed, 8.0, 4.0, causes::redis_cpu_saturated),
        12.0,
        6.0,
    ),
    incident(
        "tasks crashed and do so no more, and requests fail",
        AppErrors5xx,
        |scene| cured(scene, causes::crash_loop, 5.0, 5.0, causes::app_errors_5xx),
        10.0,
        4.0,
    ),
    incident(
        "many people come, and AWS retires a host besides",
        TrafficSurge,
        |scene| then(scene, causes::traffic_surge, 6.0, causes::task_retirement),
        6.0,
        3.5,
    ),
    incident(
        "clients send what the service refuses, and AWS retires a host besides",
        ClientErrors4xx,
        |scene| then(scene, causes::client_errors_4xx, 8.0, causes::task_retirement),
        8.0,
        3.5,
    ),
    incident(
        "something is slow, and AWS retires a host besides",
        SlowDependency,
        |scene| then(scene, slow, 8.0, causes::task_retirement),
        8.0,
        3.5,
    ),
    incident(
        "the CPU is used up with scaling suspended, and AWS retires a host besides",
        CpuSaturatedScalingBlocked,
        |scene| then(scene, causes::cpu_saturated_scaling_blocked, 12.0, causes::task_retirement),
        12.0,
        3.5,
    ),
    incident(
        "AWS retires a host, and right after requests fail in every task",
        AppErrors5xx,
        |scene| then(scene, causes::task_retirement, 1.5, causes::app_errors_5xx),
        1.5,
        3.0,
    ),
    incident(
        "clients send what the service refuses, and a deployment kills tasks besides",
        ClientErrors4xx,
        |scene| then(scene, causes::client_errors_4xx, 6.0, causes::stop_timeout_kill),
        6.0,
        9.0,
    ),
    incident(
        "a deployment killed tasks, is over, and requests fail",
        AppErrors5xx,
        |scene| then(scene, causes::stop_timeout_kill, 9.0, causes::app_errors_5xx),
        9.0,
        5.0,
    ),
    incident(
        "clients send what the service refuses, and one task is sick besides",
        ClientErrors4xx,
        |scene| then(scene, causes::client_errors_4xx, 6.0, causes::ecs_is_repairing),
        6.0,
        2.5,
    ),
    incident(
        "the cache was away, and all has been well for ten minutes",
        Unknown,
        |scene| then(scene, causes::redis_unreachable, 4.0, |scene| scene.cloud.cache_up(&scene.service, scene.now)),
        4.0,
        10.0,
    ),
    incident(
        "memory grows, and the credential was rotated",
        StaleTasks,
        |scene| then(scene, causes::memory_leak, 0.0, |scene| scene.rotate_credential()),
        60.0,
        5.0,
    ),
    incident(
        "a release fails requests, and somebody goes back from it",
        BadDeployment,
        |scene| {
            let before = previous_revision(scene);
            causes::bad_deployment_fails_requests(scene);
            scene.minutes(10.0);
            scene.deploy(before);
        },
        10.0,
        1.0,
    ),
];
