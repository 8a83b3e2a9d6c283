//! Load, and scaling.

use paramedic_domain::diagnosis::Cause::{
    CpuSaturatedAtMaxCapacity, CpuSaturatedScalingBlocked, MemoryLeak, TrafficSurge,
};
use serde_json::json;

use crate::causes::{Incident, incident};
use crate::cloud::{Ailment, Whom};
use crate::faults::causes;

pub(super) const INCIDENTS: &[Incident] = &[
    incident(
        "the CPU is used up at the most tasks there may be",
        CpuSaturatedAtMaxCapacity,
        causes::cpu_saturated_at_max_capacity,
        25.0,
        5.0,
    ),
    incident(
        "it has been for half an hour",
        CpuSaturatedAtMaxCapacity,
        causes::cpu_saturated_at_max_capacity,
        25.0,
        30.0,
    ),
    incident(
        "the most tasks there may be are as few as there are",
        CpuSaturatedAtMaxCapacity,
        |scene| {
            scene.update_scaling(json!({"MinCapacity": 2, "MaxCapacity": 2}));
            scene.minutes(3.0);
            scene.afflict(Whom::All, Ailment::Works { times: 5.0 });
        },
        3.0,
        12.0,
    ),
    incident(
        "the CPU is used up and scaling is suspended",
        CpuSaturatedScalingBlocked,
        causes::cpu_saturated_scaling_blocked,
        0.0,
        12.0,
    ),
    incident(
        "it has been for half an hour",
        CpuSaturatedScalingBlocked,
        causes::cpu_saturated_scaling_blocked,
        0.0,
        30.0,
    ),
    incident(
        "only scaling out is suspended",
        CpuSaturatedScalingBlocked,
        |scene| {
            scene.update_scaling(json!({"SuspendedState": {"DynamicScalingOutSuspended": true}}));
            scene.afflict(Whom::All, Ailment::Works { times: 6.0 });
        },
        0.0,
        12.0,
    ),
    incident("memory grows slowly in every task", MemoryLeak, causes::memory_leak, 60.0, 1.0),
    incident("memory grows slowly, a little later", MemoryLeak, causes::memory_leak, 60.0, 8.0),
    incident(
        "memory grows, and Container Insights measures no single task",
        MemoryLeak,
        |scene| {
            scene.afflict(Whom::All, Ailment::Leaks { percent_a_minute: 0.7, exit_code: 137 });
            scene.minutes(65.0);
        },
        65.0,
        1.0,
    ),
    incident("three times the usual number of people come", TrafficSurge, causes::traffic_surge, 0.0, 8.0),
    incident("they have come for as long as anybody reads", TrafficSurge, causes::traffic_surge, 0.0, 80.0),
    incident("they have come for twenty minutes", TrafficSurge, causes::traffic_surge, 0.0, 20.0),
    incident(
        "six times the usual number of people come",
        TrafficSurge,
        |scene| scene.cloud.surge(&scene.service, 6.0, scene.now),
        0.0,
        6.0,
    ),
];
