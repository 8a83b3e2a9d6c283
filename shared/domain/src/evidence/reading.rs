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
    /// Target health.
    Targets,
    /// The scalable target.
    Scaling,
    /// The cache.
    Cache,
    /// Metrics.
    Metrics,
    /// The log group.
    Logs,
    /// The secrets' change times.
    Secrets,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "the ECS service",
            Self::Tasks => "its tasks",
            Self::StoppedTasks => "its stopped tasks",
            Self::Targets => "target health",
            Self::Scaling => "scaling",
            Self::Cache => "the cache",
            Self::Metrics => "metrics",
            Self::Logs => "the log group",
            Self::Secrets => "the secrets' change times",
        })
    }
}
