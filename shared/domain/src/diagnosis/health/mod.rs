//! Why tasks that run are called sick.

pub(super) mod az_impaired;
pub(super) mod ecs_is_repairing;
pub(super) mod health_check_failing;
pub(super) mod health_check_misconfigured;
