//! Nothing that the facts decide.

use paramedic_domain::diagnosis::Cause::Unknown;

use crate::causes::{Incident, incident};
use crate::faults::confusers;

pub(super) const INCIDENTS: &[Incident] = &[
    incident("nothing is wrong", Unknown, |_| {}, 0.0, 5.0),
    incident("scaling is suspended, and nothing needs it", Unknown, confusers::suspended_scaling, 0.0, 10.0),
    incident("the cache is full of keys that nobody misses", Unknown, confusers::full_cache_at_ease, 0.0, 15.0),
    incident("the cache's replicas are behind", Unknown, confusers::lagging_replica, 0.0, 10.0),
    incident("tasks ran out of memory almost an hour ago", Unknown, confusers::stale_oom, 50.0, 3.0),
    incident("the CPU is busy, and below what scaling keeps", Unknown, confusers::busy_below_the_target, 0.0, 15.0),
    incident("scaling has just scaled out and waits", Unknown, confusers::scaling_in_cooldown, 4.0, 1.0),
];
