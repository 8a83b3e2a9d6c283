//! The cache.

use paramedic_domain::diagnosis::Cause::{RedisCpuSaturated, RedisMemoryFull, RedisUnreachable};

use crate::causes::{Incident, incident};
use crate::faults::{causes, confusers};

pub(super) const INCIDENTS: &[Incident] = &[
    incident("the cache's node is gone", RedisUnreachable, causes::redis_unreachable, 0.0, 4.0),
    incident("the cache's node has been gone for a while", RedisUnreachable, causes::redis_unreachable, 0.0, 20.0),
    incident(
        "every target is sick since the cache is gone",
        RedisUnreachable,
        confusers::all_unhealthy_since_redis_is_down,
        0.0,
        7.0,
    ),
    incident("the cache's primary fails without a replica", RedisUnreachable, causes::redis_fails_over, 0.0, 5.0),
    incident("the cache takes no more connections", RedisUnreachable, causes::redis_out_of_connections, 0.0, 6.0),
    incident(
        "the cache is gone just after a release",
        RedisUnreachable,
        |scene| {
            let image = scene.image();
            scene.release(&image, None);
            scene.minutes(12.0);
            causes::redis_unreachable(scene);
        },
        12.0,
        5.0,
    ),
    incident("the cache is too small", RedisMemoryFull, causes::redis_memory_full, 0.0, 8.0),
    incident("the cache has been too small for half an hour", RedisMemoryFull, causes::redis_memory_full, 0.0, 30.0),
    incident(
        "the cache has been too small for as long as anybody reads",
        RedisMemoryFull,
        causes::redis_memory_full,
        0.0,
        80.0,
    ),
    incident("the cache is full and refuses writes", RedisMemoryFull, causes::redis_refuses_writes, 0.0, 6.0),
    incident("the cache's engine is busy", RedisCpuSaturated, causes::redis_cpu_saturated, 0.0, 6.0),
    incident(
        "the cache's engine has been busy for half an hour",
        RedisCpuSaturated,
        causes::redis_cpu_saturated,
        0.0,
        30.0,
    ),
    incident(
        "the cache's engine is busy and its replicas lag",
        RedisCpuSaturated,
        causes::redis_cpu_saturated,
        0.0,
        12.0,
    ),
];
