//! What is read to explain an incident: everything at once, under one deadline.
//!
//! Each source is one file with one function that answers with the domain's word or with a reason why it has none. They
//! are all started together; where one call needs another's answer (tasks, targets) the two follow each other within their
//! own source. At most sixteen calls in two waves, as long as a service has at most five secrets and a hundred tasks.
//!
//! To add a source, copy the smallest neighbour and give it a line in [`Reader::gather`].

mod cache;
mod logs;
mod metrics;
mod scaling;
mod secrets;
mod service;
mod shape;
mod targets;
mod tasks;

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Evidence, Reading};

use crate::fault::Fault;

/// What is kept of the deadline for putting the answers together.
const MARGIN: Duration = Duration::from_millis(200);

/// Reads everything about a service.
#[derive(Clone, Debug)]
pub struct Reader {
    ecs: aws_sdk_ecs::Client,
    balancing: aws_sdk_elasticloadbalancingv2::Client,
    scaling: aws_sdk_applicationautoscaling::Client,
    caches: aws_sdk_elasticache::Client,
    metrics: aws_sdk_cloudwatch::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    secrets: aws_sdk_secretsmanager::Client,
}

/// A reading, or why there is none; the latter becomes [`Reading::Unread`].
type Read<T> = Result<Reading<T>, String>;

impl Reader {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            ecs: aws_sdk_ecs::Client::new(config),
            balancing: aws_sdk_elasticloadbalancingv2::Client::new(config),
            scaling: aws_sdk_applicationautoscaling::Client::new(config),
            caches: aws_sdk_elasticache::Client::new(config),
            metrics: aws_sdk_cloudwatch::Client::new(config),
            logs: aws_sdk_cloudwatchlogs::Client::new(config),
            secrets: aws_sdk_secretsmanager::Client::new(config),
        }
    }

    /// Gathers the evidence about a service. Always answers within the deadline; what did not is [`Reading::Unread`].
    pub async fn gather(&self, service: &Service, deadline: SignedDuration, now: Timestamp) -> Evidence {
        let by = deadline.unsigned_abs();
        let (service, tasks, stopped, targets, scaling, cache, metrics, errors, secrets) = tokio::join!(
            within(by, service::read(&self.ecs, service)),
            within(by, tasks::running(&self.ecs, service)),
            within(by, tasks::stopped(&self.ecs, service)),
            within(by, targets::read(&self.balancing, service)),
            within(by, scaling::read(&self.scaling, service)),
            within(by, cache::read(&self.caches, service)),
            within(by, metrics::read(&self.metrics, service, now)),
            within(by, logs::read(&self.logs, service, now)),
            within(by, secrets::read(&self.secrets, service)),
        );
        let evidence =
            Evidence { gathered_at: now, service, tasks, stopped, targets, scaling, cache, metrics, errors, secrets };
        for (source, why) in evidence.unread() {
            tracing::warn!(%source, %why, "not read");
        }
        evidence
    }
}

async fn within<T>(deadline: Duration, reading: impl Future<Output = Read<T>>) -> Reading<T> {
    match tokio::time::timeout(deadline.saturating_sub(MARGIN), reading).await {
        Ok(Ok(reading)) => reading,
        Ok(Err(why)) => Reading::Unread { why },
        Err(_) => Reading::Unread { why: format!("timed out after {} s", deadline.as_secs_f32()) },
    }
}

/// Why a call of a reading failed, with AWS's own error code.
fn why<E: ProvideErrorMetadata + Error + 'static>(error: SdkError<E, HttpResponse>) -> String {
    Fault::of(&error).why
}

/// A count of AWS, which are never negative.
fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;
