//! What was read about a service, when, and what could not be read.
//!
//! Evidence is an immutable snapshot. A diagnosis is computed from it and from nothing else, so the same snapshot always
//! gives the same answer, and an absent reading is visible rather than assumed.

mod cache;
mod course;
mod definition;
mod dependency;
mod ecs;
mod ended;
mod log;
mod metrics;
mod newcomers;
mod reading;
mod recorder;
mod redacted;
mod ringing;
mod scaling;
mod secret;
mod single_out;
mod targets;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::cache::{Cache, CacheEvent};
pub use self::definition::{ContainerDefinition, Definition, Difference, HealthCheck};
pub use self::dependency::Dependency;
pub use self::ecs::{
    Breaker, ContainerEnd, Deployment, ImageRun, Placement, Rollout, ServiceEvent, ServiceState, StoppedTask, Task,
};
pub use self::log::ErrorShape;
pub(crate) use self::metrics::ERRORS_MATTER_PERCENT;
pub use self::metrics::{Metrics, Point, Series, Streak, Typical, streak};
pub use self::newcomers::Newcomers;
pub use self::reading::{Reading, Source};
pub use self::recorder::{DeploymentEvent, Record, RecordedChange, ServiceAction};
pub use self::ringing::Ringing;
pub use self::scaling::{ActivityStatus, Follows, Scaling, ScalingActivity, ScalingPolicy};
pub use self::secret::SecretChange;
pub use self::targets::{Sick, Target, TargetHealth};

/// Everything that was read about one service in one go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// When the reading began; the oldest that any part can be.
    pub gathered_at: Timestamp,
    /// The ECS service and its deployments.
    pub service: Reading<ServiceState>,
    /// Tasks that run or are starting.
    pub tasks: Reading<Vec<Task>>,
    /// Tasks that stopped lately; ECS forgets them after about an hour.
    pub stopped: Reading<Vec<StoppedTask>>,
    /// The revision that the service is at, or is moving to.
    pub definition: Reading<Definition>,
    /// The revision before it; read where a deployment is recent.
    pub previous: Reading<Definition>,
    /// The load balancer's view of the tasks.
    pub targets: Reading<Vec<Target>>,
    /// The service's scalable target.
    pub scaling: Reading<Scaling>,
    /// The policies that scale it.
    pub policies: Reading<Vec<ScalingPolicy>>,
    /// When scaling was tried lately, newest first.
    pub activities: Reading<Vec<ScalingActivity>>,
    /// The cache it depends on.
    pub cache: Reading<Cache>,
    /// What ElastiCache said about that lately, newest first.
    pub cache_events: Reading<Vec<CacheEvent>>,
    /// Its metrics over the last hour and a quarter.
    pub metrics: Reading<Metrics>,
    /// What was usual at the same hour a week before; read where no deployment is recent.
    pub week_before: Reading<Typical>,
    /// Lines of its log that speak of errors, grouped by shape.
    pub errors: Reading<Vec<ErrorShape>>,
    /// When the secrets that its tasks read at their start last changed.
    pub secrets: Reading<Vec<SecretChange>>,
    /// What the flight recorder kept.
    pub record: Reading<Record>,
    /// The alarms that ring at the same time.
    pub ringing: Reading<Vec<Ringing>>,
}

impl Evidence {
    /// A snapshot in which nothing could be read.
    pub fn nothing(gathered_at: Timestamp, why: &str) -> Self {
        fn unread<T>(why: &str) -> Reading<T> {
            Reading::Unread { why: why.to_owned() }
        }
        Self {
            gathered_at,
            service: unread(why),
            tasks: unread(why),
            stopped: unread(why),
            definition: unread(why),
            previous: unread(why),
            targets: unread(why),
            scaling: unread(why),
            policies: unread(why),
            activities: unread(why),
            cache: unread(why),
            cache_events: unread(why),
            metrics: unread(why),
            week_before: unread(why),
            errors: unread(why),
            secrets: unread(why),
            record: unread(why),
            ringing: unread(why),
        }
    }

    /// The evidence of a service that the configuration does not know: what it would have named was not looked at, and that is
    /// not to be taken for what the service does not have.
    #[must_use]
    pub fn of_unlisted(mut self, why: &str) -> Self {
        fn not_looked_at<T>(reading: &mut Reading<T>, why: &str) {
            if matches!(reading, Reading::NotConfigured) {
                *reading = Reading::Unread { why: why.to_owned() };
            }
        }
        not_looked_at(&mut self.targets, why);
        not_looked_at(&mut self.cache, why);
        not_looked_at(&mut self.cache_events, why);
        not_looked_at(&mut self.errors, why);
        not_looked_at(&mut self.secrets, why);
        self
    }

    /// What could not be read, and why.
    pub fn unread(&self) -> Vec<(Source, String)> {
        [
            (Source::Service, self.service.why_unread()),
            (Source::Tasks, self.tasks.why_unread()),
            (Source::StoppedTasks, self.stopped.why_unread()),
            (Source::Definition, self.definition.why_unread()),
            (Source::Previous, self.previous.why_unread()),
            (Source::Targets, self.targets.why_unread()),
            (Source::Scaling, self.scaling.why_unread()),
            (Source::Policies, self.policies.why_unread()),
            (Source::Activities, self.activities.why_unread()),
            (Source::Cache, self.cache.why_unread()),
            (Source::CacheEvents, self.cache_events.why_unread()),
            (Source::Metrics, self.metrics.why_unread()),
            (Source::WeekBefore, self.week_before.why_unread()),
            (Source::Logs, self.errors.why_unread()),
            (Source::Secrets, self.secrets.why_unread()),
            (Source::Recorder, self.record.why_unread()),
            (Source::Alarms, self.ringing.why_unread()),
        ]
        .into_iter()
        .filter_map(|(source, why)| why.map(|why| (source, why.to_owned())))
        .collect()
    }

    /// How many targets take requests and how many of those are sick; `None` where there is no answer.
    ///
    /// Without a load balancer the container health checks stand in.
    pub fn sick(&self) -> Option<Sick> {
        match &self.targets {
            Reading::Read(targets) => {
                let counted =
                    targets.iter().filter(|t| matches!(t.health, TargetHealth::Healthy | TargetHealth::Unhealthy));
                let (mut all, mut sick) = (0, 0);
                for target in counted {
                    all += 1;
                    sick += u32::from(target.health == TargetHealth::Unhealthy);
                }
                Some(Sick { sick, of: all })
            }
            Reading::NotConfigured => self.tasks.read().map(|tasks| {
                let running = tasks.iter().filter(|task| task.status == "RUNNING");
                let (mut all, mut sick) = (0, 0);
                for task in running {
                    all += 1;
                    sick += u32::from(task.unhealthy);
                }
                Sick { sick, of: all }
            }),
            Reading::Unread { .. } => None,
        }
    }
}
