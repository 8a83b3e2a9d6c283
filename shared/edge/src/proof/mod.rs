//! What proves that people can be reached: the heartbeat, and everything that is read of the way of an alarm. What is read
//! is judged by `paramedic_domain::proof`, alike for `infra-bootstrap doctor` and for the router's daily look.

mod channels;
mod functions;
mod heart;
mod topics;
mod whereabouts;

use aws_types::SdkConfig;
use paramedic_domain::config::Config;
use paramedic_domain::escalation::sight;
use paramedic_domain::evidence::Reading;
use paramedic_domain::proof::{AlarmWiring, Cover, Readings, Role};

pub use self::heart::{Heart, HeartError};
pub use self::whereabouts::{Whereabouts, WhereaboutsError};
use crate::alarms::{Alarms, WiredAlarm};
use crate::http::Https;
use crate::secrets::Secrets;
use crate::store::{Store, StoreError};

/// Reads the way of an alarm to a person. Changes nothing, pages nobody.
#[derive(Clone, Debug)]
pub struct Doctor {
    alarms: Alarms,
    lambda: aws_sdk_lambda::Client,
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
    https: Https,
    secrets: Secrets,
}

impl Doctor {
    pub(crate) fn new(config: &SdkConfig, https: Https, secrets: Secrets) -> Self {
        Self {
            alarms: Alarms::new(aws_sdk_cloudwatch::Client::new(config)),
            lambda: aws_sdk_lambda::Client::new(config),
            sns: aws_sdk_sns::Client::new(config),
            sqs: aws_sdk_sqs::Client::new(config),
            https,
            secrets,
        }
    }

    /// Finds what a stack of that name deployed, from the environment of its router.
    ///
    /// # Errors
    ///
    /// See [`WhereaboutsError`].
    pub async fn find(&self, stack: &str) -> Result<Whereabouts, WhereaboutsError> {
        whereabouts::of_stack(&self.lambda, stack).await
    }

    /// Reads everything at once. Never an error: what could not be read says so where it is missing. `rotations` is what the
    /// caller knows of who is on call.
    pub async fn read(
        &self,
        config: &Config,
        place: &Whereabouts,
        store: &Store,
        rotations: Reading<Vec<Cover>>,
    ) -> Readings {
        let (topics, alarms, functions, channels, ticked_at, beat) = futures::join!(
            topics::read(&self.sns, place),
            self.alarms.all(),
            functions::read(&self.lambda, &self.sqs, place),
            channels::read(config, &self.https, &self.secrets),
            store.turn_taken_at("reconciliation"),
            store.beat(),
        );
        let sms = topics::sms(&self.sns, &topics).await;
        let (functions, queues) = functions;
        let channels::Channels { secrets, slack, pagerduty } = channels;
        Readings {
            topics,
            sms,
            secrets,
            slack,
            pagerduty,
            alarms: match alarms {
                Ok(alarms) => Reading::Read(alarms.iter().map(|alarm| wiring(alarm, config)).collect()),
                Err(error) => Reading::Unread { why: error.why },
            },
            queues,
            functions,
            ticked_at: stored(ticked_at),
            beat: stored(beat),
            rotations,
        }
    }
}

/// The ARN of the router of a stack.
pub fn router_arn(place: &Whereabouts) -> String {
    let Whereabouts { partition, region, account, .. } = place;
    format!("arn:{partition}:lambda:{region}:{account}:function:{}", place.function(Role::Router))
}

fn stored<T>(read: Result<T, StoreError>) -> Reading<T> {
    read.map_or_else(|error| Reading::Unread { why: error.to_string() }, Reading::Read)
}

fn wiring(alarm: &WiredAlarm, config: &Config) -> AlarmWiring {
    let texts = |arns: &[paramedic_domain::id::Arn]| arns.iter().map(|arn| arn.as_str().to_owned()).collect();
    let metrics = alarm.alarm.measure.metrics();
    let watches =
        metrics.iter().map(|metric| (metric.namespace.clone(), metric.name.clone(), metric.dimensions.clone()));
    AlarmWiring {
        name: alarm.alarm.name.clone(),
        configured: sight(&alarm.alarm, config).route.configured,
        actions_enabled: alarm.actions_enabled,
        on_alarm: texts(&alarm.alarm.actions.alarm),
        on_ok: texts(&alarm.alarm.actions.ok),
        watches: watches.collect(),
    }
}

#[cfg(test)]
mod tests;
