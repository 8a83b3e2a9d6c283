//! One function a cause: what would have to happen in an account for it to be the cause. Each begins at the scene's present
//! moment; the effects come as time passes. Those whose cause needs a while to build up say how long.

mod cache;
mod ending;
mod health;
mod load;
mod scaling;
mod starting;

pub use cache::{
    redis_cpu_saturated, redis_fails_over, redis_memory_full, redis_out_of_connections, redis_refuses_writes,
    redis_unreachable,
};
pub use ending::{
    crash_loop, crash_loop_of_release, ecs_is_repairing, oom_killed, oom_killed_after_release, spot_interruption,
    stop_timeout_kill, task_retirement,
};
pub use health::{
    az_impaired, container_health_check_failing, container_health_check_misconfigured, health_check_failing,
    health_check_hanging, health_check_of_missing_path, health_check_of_redirected_path, health_check_too_hasty,
    health_check_wants_other_code,
};
pub use load::{
    app_errors_5xx, app_errors_5xx_in_one_task, client_errors_4xx, memory_leak, slow_dependency, stale_tasks,
    traffic_surge,
};
pub(super) use scaling::suspend;
pub use scaling::{
    cpu_saturated_at_max_capacity, cpu_saturated_scaling_blocked, scaled_to_zero, scaled_to_zero_on_schedule,
};
pub use starting::{
    bad_deployment, bad_deployment_fails_requests, image_pull_denied, image_pull_failed, image_pull_timed_out,
    placement_failed, placement_failed_by_quota, secrets_denied, secrets_missing, secrets_unreachable,
};
