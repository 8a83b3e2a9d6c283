//! The causes by name, and where each stands in the book of troubleshooting.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a service is unwell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The cache it depends on cannot be reached.
    RedisUnreachable,
    /// Its image cannot be pulled.
    ImagePullFailed,
    /// Its secrets cannot be read at start.
    SecretsUnavailable,
    /// Its containers are killed for lack of memory.
    OomKilled,
    /// Its tasks hold what a secret was before it changed.
    StaleTasks,
    /// ECS is replacing sick tasks by itself.
    EcsIsRepairing,
    /// Its tasks fail their health check.
    HealthCheckFailing,
    /// Its tasks answer requests with errors.
    #[serde(rename = "app_errors_5xx")]
    AppErrors5xx,
    /// Its tasks end by themselves again and again.
    CrashLoop,
    /// A deployment made it unwell.
    BadDeployment,
    /// ECS finds no place for its tasks.
    PlacementFailed,
    /// Its CPU is used up and it may not have more tasks.
    CpuSaturatedAtMaxCapacity,
    /// Its CPU is used up and scaling, which could help, does not.
    CpuSaturatedScalingBlocked,
    /// Its tasks use more and more memory.
    MemoryLeak,
    /// The cache has no memory left and puts out what is needed.
    RedisMemoryFull,
    /// The cache's CPU is used up.
    RedisCpuSaturated,
    /// Far more requests come than usual.
    TrafficSurge,
    /// Its clients send requests that it refuses.
    #[serde(rename = "client_errors_4xx")]
    ClientErrors4xx,
    /// Something it waits for, and which is not its cache, is slow.
    SlowDependency,
    /// Its health check is wrong, not its tasks.
    HealthCheckMisconfigured,
    /// One availability zone is unwell and the others are not.
    AzImpaired,
    /// Its tasks did not end in time when they were asked to, and were killed.
    StopTimeoutKill,
    /// AWS retired the hosts of its tasks.
    TaskRetirement,
    /// Spot capacity was taken back.
    SpotInterruption,
    /// Somebody or something set its desired count to zero.
    ScaledToZero,
    /// The facts do not decide.
    Unknown,
}

/// A chapter of the troubleshooting that every on-call engineer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chapter {
    /// Tasks won't start.
    TasksWontStart,
    /// Health checks failing.
    HealthChecksFailing,
    /// Auto-scaling not working.
    ScalingNotWorking,
}

impl Chapter {
    /// All of them, in the book's order.
    pub const ALL: [Self; 3] = [Self::TasksWontStart, Self::HealthChecksFailing, Self::ScalingNotWorking];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::TasksWontStart => "tasks won't start",
            Self::HealthChecksFailing => "health checks failing",
            Self::ScalingNotWorking => "auto-scaling not working",
        }
    }
}

impl fmt::Display for Chapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// The chapter that a cause is found in, if it is in one: what only shows in requests is in none.
pub fn chapter(cause: Cause) -> Option<Chapter> {
    match cause {
        Cause::ImagePullFailed
        | Cause::SecretsUnavailable
        | Cause::PlacementFailed
        | Cause::CrashLoop
        | Cause::OomKilled
        | Cause::ScaledToZero
        | Cause::SpotInterruption
        | Cause::TaskRetirement
        | Cause::BadDeployment => Some(Chapter::TasksWontStart),
        Cause::HealthCheckFailing
        | Cause::HealthCheckMisconfigured
        | Cause::RedisUnreachable
        | Cause::AzImpaired
        | Cause::StopTimeoutKill
        | Cause::EcsIsRepairing => Some(Chapter::HealthChecksFailing),
        Cause::CpuSaturatedAtMaxCapacity | Cause::CpuSaturatedScalingBlocked | Cause::TrafficSurge => {
            Some(Chapter::ScalingNotWorking)
        }
        Cause::StaleTasks
        | Cause::AppErrors5xx
        | Cause::MemoryLeak
        | Cause::RedisMemoryFull
        | Cause::RedisCpuSaturated
        | Cause::ClientErrors4xx
        | Cause::SlowDependency
        | Cause::Unknown => None,
    }
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 26] = [
        Self::OomKilled,
        Self::CrashLoop,
        Self::ImagePullFailed,
        Self::SecretsUnavailable,
        Self::HealthCheckFailing,
        Self::BadDeployment,
        Self::PlacementFailed,
        Self::CpuSaturatedAtMaxCapacity,
        Self::CpuSaturatedScalingBlocked,
        Self::MemoryLeak,
        Self::RedisMemoryFull,
        Self::RedisCpuSaturated,
        Self::RedisUnreachable,
        Self::TrafficSurge,
        Self::AppErrors5xx,
        Self::ClientErrors4xx,
        Self::SlowDependency,
        Self::HealthCheckMisconfigured,
        Self::AzImpaired,
        Self::StopTimeoutKill,
        Self::TaskRetirement,
        Self::SpotInterruption,
        Self::ScaledToZero,
        Self::StaleTasks,
        Self::EcsIsRepairing,
        Self::Unknown,
    ];

    /// The cause in plain words, as it stands in messages.
    pub fn words(self) -> &'static str {
        match self {
            Self::RedisUnreachable => "cache unreachable",
            Self::ImagePullFailed => "image cannot be pulled",
            Self::SecretsUnavailable => "secrets unavailable",
            Self::OomKilled => "killed for lack of memory",
            Self::StaleTasks => "stale tasks",
            Self::EcsIsRepairing => "ECS replaces sick tasks",
            Self::HealthCheckFailing => "health check failing",
            Self::AppErrors5xx => "application errors",
            Self::CrashLoop => "tasks crash again and again",
            Self::BadDeployment => "bad deployment",
            Self::PlacementFailed => "no place for tasks",
            Self::CpuSaturatedAtMaxCapacity => "CPU used up at maximum capacity",
            Self::CpuSaturatedScalingBlocked => "CPU used up and scaling does not help",
            Self::MemoryLeak => "memory leak",
            Self::RedisMemoryFull => "cache memory full",
            Self::RedisCpuSaturated => "cache CPU used up",
            Self::TrafficSurge => "traffic surge",
            Self::ClientErrors4xx => "client errors",
            Self::SlowDependency => "slow dependency",
            Self::HealthCheckMisconfigured => "health check misconfigured",
            Self::AzImpaired => "availability zone impaired",
            Self::StopTimeoutKill => "killed after the stop timeout",
            Self::TaskRetirement => "tasks retired by AWS",
            Self::SpotInterruption => "Spot capacity taken back",
            Self::ScaledToZero => "scaled to zero",
            Self::Unknown => "unknown",
        }
    }

    /// The cause as it is written in data: `oom_killed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::RedisUnreachable => "redis_unreachable",
            Self::ImagePullFailed => "image_pull_failed",
            Self::SecretsUnavailable => "secrets_unavailable",
            Self::OomKilled => "oom_killed",
            Self::StaleTasks => "stale_tasks",
            Self::EcsIsRepairing => "ecs_is_repairing",
            Self::HealthCheckFailing => "health_check_failing",
            Self::AppErrors5xx => "app_errors_5xx",
            Self::CrashLoop => "crash_loop",
            Self::BadDeployment => "bad_deployment",
            Self::PlacementFailed => "placement_failed",
            Self::CpuSaturatedAtMaxCapacity => "cpu_saturated_at_max_capacity",
            Self::CpuSaturatedScalingBlocked => "cpu_saturated_scaling_blocked",
            Self::MemoryLeak => "memory_leak",
            Self::RedisMemoryFull => "redis_memory_full",
            Self::RedisCpuSaturated => "redis_cpu_saturated",
            Self::TrafficSurge => "traffic_surge",
            Self::ClientErrors4xx => "client_errors_4xx",
            Self::SlowDependency => "slow_dependency",
            Self::HealthCheckMisconfigured => "health_check_misconfigured",
            Self::AzImpaired => "az_impaired",
            Self::StopTimeoutKill => "stop_timeout_kill",
            Self::TaskRetirement => "task_retirement",
            Self::SpotInterruption => "spot_interruption",
            Self::ScaledToZero => "scaled_to_zero",
            Self::Unknown => "unknown",
        }
    }

    /// The cause in one sentence, for somebody who just woke up.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::RedisUnreachable => "The service cannot reach its cache; what it shows besides follows from that.",
            Self::ImagePullFailed => "New tasks cannot start because their image cannot be pulled.",
            Self::SecretsUnavailable => "New tasks cannot start because a secret that they need cannot be read.",
            Self::OomKilled => "Containers use more memory than they may, and the kernel kills them.",
            Self::StaleTasks => "The tasks still hold a secret as it was before it changed.",
            Self::EcsIsRepairing => "Some tasks were sick and ECS is replacing them by itself.",
            Self::HealthCheckFailing => "Tasks run but fail their health check; why is not clear from what was read.",
            Self::AppErrors5xx => {
                "The application answers requests with errors that nothing else that was read explains."
            }
            Self::CrashLoop => "The container ends by itself shortly after its start, again and again.",
            Self::BadDeployment => "The service became unwell with its last deployment.",
            Self::PlacementFailed => "ECS wants to start tasks and finds no place for them.",
            Self::CpuSaturatedAtMaxCapacity => "The tasks use up their CPU, and scaling may not add any more of them.",
            Self::CpuSaturatedScalingBlocked => {
                "The tasks use up their CPU, and scaling does not add more although it might."
            }
            Self::MemoryLeak => {
                "The tasks use more and more memory without more requests, and will be killed when none is left."
            }
            Self::RedisMemoryFull => "The cache has no memory left and throws out keys that are still asked for.",
            Self::RedisCpuSaturated => "The cache's CPU is used up, so that every command waits.",
            Self::TrafficSurge => "Far more requests come than usual at this time.",
            Self::ClientErrors4xx => "Many requests are refused as wrong: the clients or what they rely on changed.",
            Self::SlowDependency => {
                "Requests wait for something outside of the service, while its own CPU and its cache are well."
            }
            Self::HealthCheckMisconfigured => {
                "The health check fails while requests succeed: the check is wrong, not the tasks."
            }
            Self::AzImpaired => "What is in one availability zone is sick, and what is in the others is well.",
            Self::StopTimeoutKill => {
                "Tasks that were asked to end did not do so in time and were killed in the middle of their work."
            }
            Self::TaskRetirement => "AWS took hosts away for maintenance, and with them the tasks on them.",
            Self::SpotInterruption => "AWS took Spot capacity back, and with it the tasks on it.",
            Self::ScaledToZero => "The service is told to run no task at all.",
            Self::Unknown => "What was read does not decide what is wrong.",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_cause_is_named_as_it_is_serialised_and_each_stands_once() {
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_string(&cause).unwrap(), format!("\"{}\"", cause.name()));
            assert_eq!(Cause::ALL.iter().filter(|other| **other == cause).count(), 1);
        }
    }

    #[test]
    fn each_chapter_has_causes_and_a_symptom_of_requests_has_none() {
        for wanted in Chapter::ALL {
            assert!(Cause::ALL.iter().any(|cause| chapter(*cause) == Some(wanted)), "{wanted}");
        }
        assert_eq!(chapter(Cause::ClientErrors4xx), None);
    }
}
