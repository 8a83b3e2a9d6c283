//! What scales the service. Application Auto Scaling API Reference.

mod activities;
mod policies;
mod target;

use paramedic_domain::config::Service;

pub(super) use self::activities::read as activities;
pub(super) use self::policies::read as policies;
pub(super) use self::target::read as target;

/// The service as Application Auto Scaling names it ("DescribeScalableTargets", `ResourceIds`).
fn resource(service: &Service) -> String {
    format!("service/{}/{}", service.cluster, service.ecs_service)
}
