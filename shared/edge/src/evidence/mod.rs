//! What is read to explain an incident: everything at once, under one deadline.

use aws_types::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::Evidence;

/// Reads everything about a service.
#[derive(Clone, Debug)]
pub struct Reader {
    ecs: aws_sdk_ecs::Client,
}

impl Reader {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { ecs: aws_sdk_ecs::Client::new(config) }
    }

    /// Gathers the evidence about a service. Always answers within the deadline; what did not is marked as unread.
    pub async fn gather(&self, service: &Service, deadline: SignedDuration, now: Timestamp) -> Evidence {
        todo!("{self:?} {service:?} {deadline:?} {now:?}")
    }
}
