//! When the cache is why.

pub(super) mod redis_cpu_saturated;
pub(super) mod redis_memory_full;
pub(super) mod redis_unreachable;
