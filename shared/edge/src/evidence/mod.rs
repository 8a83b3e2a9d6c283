//! What is read to explain an incident: at once, under one deadline.
//!
//! Each source is one file with one function that answers with the domain's word or with a reason why it has none. Nearly
//! all are started together. Three calls need what another one answers: which tasks to describe, which definition, and
//! what to compare with. They make a second wave, and each is started as soon as what it needs is there. A full incident of
//! a service with one secret costs sixteen calls; each further secret costs one more.
//!
//! To add a source, copy the smallest neighbour and give it a line in [`Reader::gather`].

mod cache;
mod deadline;
mod definition;
mod logs;
mod metrics;
mod recorder;
mod scaling;
mod secrets;
mod service;
mod shape;
mod site;
mod targets;
mod tasks;

use std::error::Error;

use aws_sdk_ecs::types::DesiredStatus;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Evidence, Reading, Ringing};

use self::deadline::Deadline;
pub use self::site::Site;
use crate::fault::Fault;

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
    site: Site,
}

/// A reading, or why there is none; the latter becomes [`Reading::Unread`].
type Read<T> = Result<Reading<T>, String>;

impl Reader {
    pub(crate) fn new(config: &SdkConfig, site: Site) -> Self {
        Self {
            ecs: aws_sdk_ecs::Client::new(config),
            balancing: aws_sdk_elasticloadbalancingv2::Client::new(config),
            scaling: aws_sdk_applicationautoscaling::Client::new(config),
            caches: aws_sdk_elasticache::Client::new(config),
            metrics: aws_sdk_cloudwatch::Client::new(config),
            logs: aws_sdk_cloudwatchlogs::Client::new(config),
            secrets: aws_sdk_secretsmanager::Client::new(config),
            site,
        }
    }

    /// Gathers the evidence about a service; `ringing` is what is known of its alarms already. Always answers within the
    /// deadline; what did not is [`Reading::Unread`].
    pub async fn gather(
        &self,
        service: &Service,
        ringing: Reading<Vec<Ringing>>,
        deadline: SignedDuration,
        now: Timestamp,
    ) -> Evidence {
        let deadline = Deadline::starting(deadline.unsigned_abs());
        // Two readings that others begin with; whoever asks first starts them, and nobody asks twice.
        let state = deadline.first(service::read(&self.ecs, service)).boxed().shared();
        let record = deadline.first(recorder::read(&self.logs, service, &self.site, now)).boxed().shared();

        let tasks = async {
            let (running, stopped) = tokio::join!(
                deadline.first(tasks::list(&self.ecs, service, DesiredStatus::Running)),
                deadline.first(tasks::list(&self.ecs, service, DesiredStatus::Stopped)),
            );
            let wanted = tasks::Wanted::of(running, stopped);
            let described = deadline.whole(tasks::describe(&self.ecs, service, &wanted)).await;
            wanted.sorted(&described)
        };
        let definition = async {
            let state = state.clone().await;
            deadline.whole(definition::current(&self.ecs, &state)).await
        };
        // What to compare with: the revision before, where a deployment is recent, else what was usual a week ago.
        let before = async {
            let state = state.clone().await;
            if !definition::is_recent(&state, now) {
                let previous = match state.why_unread() {
                    Some(_) => Reading::Unread {
                        why: "the service, which tells what was deployed, could not be read".to_owned(),
                    },
                    None => Reading::NotConfigured,
                };
                return (previous, deadline.whole(metrics::week_before(&self.metrics, service, now)).await);
            }
            let name = match definition::older_deployment(&state) {
                Some(name) => Some(name),
                None => definition::before(&state, &record.clone().await),
            };
            (deadline.whole(definition::previous(&self.ecs, name)).await, Reading::NotConfigured)
        };

        let (
            service,
            (tasks, stopped),
            definition,
            (previous, week_before),
            targets,
            scaling,
            policies,
            activities,
            cache,
            cache_events,
            metrics,
            errors,
            secrets,
            record,
        ) = tokio::join!(
            state.clone(),
            tasks.boxed(),
            definition.boxed(),
            before.boxed(),
            deadline.whole(targets::read(&self.balancing, service, &self.site)),
            deadline.whole(scaling::target(&self.scaling, service)),
            deadline.whole(scaling::policies(&self.scaling, service)),
            deadline.whole(scaling::activities(&self.scaling, service)),
            deadline.whole(cache::group(&self.caches, service)),
            deadline.whole(cache::events(&self.caches, service)),
            deadline.whole(metrics::read(&self.metrics, service, now)),
            deadline.whole(logs::read(&self.logs, service, now)),
            deadline.whole(secrets::read(&self.secrets, service)),
            record.clone(),
        );
        let evidence = Evidence {
            gathered_at: now,
            service,
            tasks,
            stopped,
            definition,
            previous,
            targets,
            scaling,
            policies,
            activities,
            cache,
            cache_events,
            metrics,
            week_before,
            errors,
            secrets,
            record,
            ringing,
        };
        for (source, why) in evidence.unread() {
            tracing::warn!(%source, %why, "not read");
        }
        evidence
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
