//! What proves that people can be reached: the heartbeat, and everything that is read of the way of an alarm. What is read
//! is judged by `paramedic_domain::proof`, alike for `infra-bootstrap doctor` and for the router's daily look.

mod channels;
mod functions;
mod heart;
mod topics;
mod watchdog;
mod whereabouts;

use std::future::Future;
use std::time::Duration;

use aws_types::SdkConfig;
use jiff::Timestamp;
use paramedic_domain::config::Config;
use paramedic_domain::escalation::sight;
use paramedic_domain::evidence::Reading;
use paramedic_domain::proof::{AlarmWiring, Cover, Readings, Role};

pub use self::heart::{Heart, HeartError};
pub use self::watchdog::Watchdog;
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

    /// Reads everything at once, each thing within that time. Never an error: what could not be read says so where it is
    /// missing.
    pub async fn read(
        &self,
        config: &Config,
        place: &Whereabouts,
        store: &Store,
        now: Timestamp,
        within: Duration,
    ) -> Readings {
        let (topics, alarms, functions, channels, ticked_at, beat, standing) = futures::join!(
            topics::read(&self.sns, place, within),
            in_time(within, async { self.alarms.all().await.map_err(|error| error.why) }),
            functions::read(&self.lambda, &self.sqs, place, within),
            channels::read(config, &self.https, &self.secrets, within),
            store.turn_taken_at("reconciliation"),
            store.beat(),
            store.standing(),
        );
        let sms = topics::sms(&self.sns, &topics, within).await;
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
                Err(why) => Reading::Unread { why },
            },
            queues,
            functions,
            ticked_at: stored(ticked_at),
            beat: stored(beat),
            // What people ordered can only fill gaps, so that without it there is no saying what is a gap.
            rotations: match standing {
                Ok(standing) => Reading::Read(Cover::of(config, &standing.overrides, now)),
                Err(error) => Reading::Unread { why: error.to_string() },
            },
        }
    }
}

/// The ARN of the router of a stack.
pub fn router_arn(place: &Whereabouts) -> String {
    let Whereabouts { partition, region, account, .. } = place;
    format!("arn:{partition}:lambda:{region}:{account}:function:{}", place.function(Role::Router))
}

/// What came of a read, if it came in time: an account may have more alarms than a function has seconds.
async fn in_time<T>(within: Duration, read: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    match tokio::time::timeout(within, read).await {
        Ok(result) => result,
        Err(_) => Err(format!("no answer within {} s", within.as_secs_f32())),
    }
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
