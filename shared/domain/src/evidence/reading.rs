//! One thing that was read, or was not.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The outcome of one read. "There is none" and "it could not be read" are different facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading<T> {
    /// What was read.
    Read(T),
    /// The configuration names no such thing for this service.
    NotConfigured,
    /// It should have been read and was not.
    Unread {
        /// Why, for a person: "timed out after 8 s", "AccessDenied".
        why: String,
    },
}

impl<T> Reading<T> {
    /// What was read, if it was.
    pub fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::NotConfigured | Self::Unread { .. } => None,
        }
    }

    /// Why it was not read, if it should have been.
    pub fn why_unread(&self) -> Option<&str> {
        match self {
            Self::Unread { why } => Some(why),
            Self::Read(_) | Self::NotConfigured => None,
        }
    }
}

/// The things that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The ECS service.
    Service,
    /// Running tasks.
    Tasks,
    /// Stopped tasks.
    StoppedTasks,
    /// The task definition.
    Definition,
    /// The task definition before it.
    Previous,
    /// Target health.
    Targets,
    /// The scalable target.
    Scaling,
    /// Scaling policies.
    Policies,
    /// Scaling activities.
    Activities,
    /// The cache.
    Cache,
    /// The cache's events.
    CacheEvents,
    /// Metrics.
    Metrics,
    /// Metrics of a week before.
    WeekBefore,
    /// The log group.
    Logs,
    /// The secrets' change times.
    Secrets,
    /// The flight recorder.
    Recorder,
    /// Alarms in ALARM.
    Alarms,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "the ECS service",
            Self::Tasks => "its tasks",
            Self::StoppedTasks => "its stopped tasks",
            Self::Definition => "its task definition",
            Self::Previous => "its previous task definition",
            Self::Targets => "target health",
            Self::Scaling => "scaling",
            Self::Policies => "the scaling policies",
            Self::Activities => "the scaling activities",
            Self::Cache => "the cache",
            Self::CacheEvents => "the cache's events",
            Self::Metrics => "metrics",
            Self::WeekBefore => "the metrics of a week before",
            Self::Logs => "the log group",
            Self::Secrets => "the secrets' change times",
            Self::Recorder => "the flight recorder",
            Self::Alarms => "the alarms that ring",
        })
    }
}
