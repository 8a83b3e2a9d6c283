//! The cache.

use crate::cloud::CacheTrouble;
use crate::faults::Scene;

/// The cache's node is gone.
pub fn redis_unreachable(scene: &mut Scene<'_>) {
    scene.cloud.cache_down(&scene.service, scene.now);
}

/// The cache's primary fails; a replica takes over where there is one, and without one the cache is gone.
pub fn redis_fails_over(scene: &mut Scene<'_>) {
    scene.cloud.fail_cache_node(&scene.service, scene.now);
}

/// The cache is too small: it puts out what is asked for again, and requests wait.
pub fn redis_memory_full(scene: &mut Scene<'_>) {
    trouble(scene, CacheTrouble::Full);
}

/// The cache is full and refuses writes.
pub fn redis_refuses_writes(scene: &mut Scene<'_>) {
    trouble(scene, CacheTrouble::FullAndRefusing);
}

/// The cache's engine is busy all the time; commands time out.
pub fn redis_cpu_saturated(scene: &mut Scene<'_>) {
    trouble(scene, CacheTrouble::Busy);
}

/// The cache takes no more connections.
pub fn redis_out_of_connections(scene: &mut Scene<'_>) {
    trouble(scene, CacheTrouble::OutOfConnections);
}

fn trouble(scene: &mut Scene<'_>, trouble: CacheTrouble) {
    scene.cloud.trouble_cache(&scene.service, Some(trouble), scene.now);
}
