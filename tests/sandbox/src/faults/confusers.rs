//! What looks like one cause and is another, or none. One function each.

use crate::cloud::{Ailment, CacheTrouble, Whom};
use crate::faults::{Scene, causes};

/// Tasks run out of memory, and the killed process is a child of the first: the exit code is 0.
pub fn oom_with_exit_code_zero(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Leaks { percent_a_minute: 9.0, exit_code: 0 });
}

/// Containers end with 137, killed by one of their own, and memory has nothing to do with it.
pub fn exit_137_without_oom(scene: &mut Scene<'_>) {
    let last_words = "watchdog: no progress for 30 s, killing the worker group".to_owned();
    scene.afflict(Whom::All, Ailment::Exits { after_seconds: 45.0, code: 137, last_words });
}

/// Every target is unhealthy, and what is wrong is the cache.
pub fn all_unhealthy_since_redis_is_down(scene: &mut Scene<'_>) {
    causes::redis_unreachable(scene);
}

/// A release completes, and its requests fail a while later, when what it does only then begins. Give it twelve minutes
/// more than the effects.
pub fn failure_right_after_a_completed_deployment(scene: &mut Scene<'_>) {
    let image = scene.image();
    let stem = image.split(['@', ':']).next().unwrap_or(&image).to_owned();
    let revision = scene.release(&format!("{stem}:2.5.0"), None);
    scene.minutes(9.0);
    scene.afflict(Whom::Revision(revision), Ailment::Fails { share: 0.5 });
}

/// Tasks ran out of memory almost an hour ago, which is over; what goes on now is something else, that is to follow.
pub fn stale_oom(scene: &mut Scene<'_>) {
    causes::oom_killed(scene);
    scene.minutes(10.0);
    scene.cloud.cure(&scene.service, scene.now);
    scene.minutes(40.0);
}

/// Scaling is suspended, and nothing is wrong with the load.
pub fn suspended_scaling(scene: &mut Scene<'_>) {
    causes::suspend(scene);
}

/// The cache is full of keys that nobody misses.
pub fn full_cache_at_ease(scene: &mut Scene<'_>) {
    scene.cloud.trouble_cache(&scene.service, Some(CacheTrouble::FullAtEase), scene.now);
}

/// The cache's replicas are behind, which requests do not notice.
pub fn lagging_replica(scene: &mut Scene<'_>) {
    scene.cloud.trouble_cache(&scene.service, Some(CacheTrouble::Lagging), scene.now);
}

/// CPU is high, and scaling has just scaled out and waits for its cooldown.
pub fn scaling_in_cooldown(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Works { times: 3.5 });
    scene.minutes(4.0);
}

/// CPU is higher than usual and below the target that scaling keeps.
pub fn busy_below_the_target(scene: &mut Scene<'_>) {
    scene.afflict(Whom::All, Ailment::Works { times: 2.4 });
}
