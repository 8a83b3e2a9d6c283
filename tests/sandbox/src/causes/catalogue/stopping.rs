//! Tasks that end, and what ECS does about it.

use paramedic_domain::diagnosis::Cause::{
    CrashLoop, EcsIsRepairing, OomKilled, SpotInterruption, StopTimeoutKill, TaskRetirement,
};

use crate::causes::{Incident, incident};
use crate::cloud::{Ailment, Whom};
use crate::faults::{causes, confusers};

pub(super) const INCIDENTS: &[Incident] = &[
    incident("every task fills its memory", OomKilled, causes::oom_killed, 0.0, 12.0),
    incident("every task has filled its memory again and again", OomKilled, causes::oom_killed, 0.0, 35.0),
    incident("a release needs more memory than its tasks have", OomKilled, causes::oom_killed_after_release, 0.0, 10.0),
    incident(
        "the killed process was a child, so the exit code is 0",
        OomKilled,
        confusers::oom_with_exit_code_zero,
        0.0,
        12.0,
    ),
    incident(
        "memory fills within three minutes of a start",
        OomKilled,
        |scene| scene.afflict(Whom::All, Ailment::Leaks { percent_a_minute: 25.0, exit_code: 137 }),
        0.0,
        9.0,
    ),
    incident("tasks end soon after their start", CrashLoop, causes::crash_loop, 0.0, 6.0),
    incident("they have ended so for half an hour", CrashLoop, causes::crash_loop, 0.0, 30.0),
    incident("tasks end with 137 by a watchdog of their own", CrashLoop, confusers::exit_137_without_oom, 0.0, 9.0),
    incident(
        "tasks end with 0 as if their work were done",
        CrashLoop,
        |scene| {
            let last_words = "no more work, leaving".to_owned();
            scene.afflict(Whom::All, Ailment::Exits { after_seconds: 20.0, code: 0, last_words });
        },
        0.0,
        8.0,
    ),
    incident(
        "tasks end with a segmentation fault",
        CrashLoop,
        |scene| {
            let last_words = "Segmentation fault (core dumped)".to_owned();
            scene.afflict(Whom::All, Ailment::Exits { after_seconds: 30.0, code: 139, last_words });
        },
        0.0,
        8.0,
    ),
    incident("tasks do not heed SIGTERM in a deployment", StopTimeoutKill, causes::stop_timeout_kill, 0.0, 8.0),
    incident("the same, a little later", StopTimeoutKill, causes::stop_timeout_kill, 0.0, 11.0),
    incident("the same, when it is nearly over", StopTimeoutKill, causes::stop_timeout_kill, 0.0, 14.0),
    incident("Spot takes two tasks back", SpotInterruption, causes::spot_interruption, 12.0, 2.0),
    incident("Spot took two tasks back a minute ago", SpotInterruption, causes::spot_interruption, 12.0, 1.0),
    incident("Spot took two tasks back a few minutes ago", SpotInterruption, causes::spot_interruption, 12.0, 4.0),
    incident("AWS retires the host of a task", TaskRetirement, causes::task_retirement, 0.0, 2.0),
    incident(
        "AWS retires the hosts of all tasks",
        TaskRetirement,
        |scene| {
            scene.cloud.retire_tasks(&scene.service, 10, scene.now);
        },
        0.0,
        2.0,
    ),
    incident("AWS retired the host of a task a few minutes ago", TaskRetirement, causes::task_retirement, 0.0, 4.0),
    incident("one task fails its health check", EcsIsRepairing, causes::ecs_is_repairing, 0.0, 2.0),
    incident(
        "one task has failed its health check and is replaced",
        EcsIsRepairing,
        causes::ecs_is_repairing,
        0.0,
        3.0,
    ),
    incident("the replacement of a sick task starts", EcsIsRepairing, causes::ecs_is_repairing, 0.0, 2.5),
];
