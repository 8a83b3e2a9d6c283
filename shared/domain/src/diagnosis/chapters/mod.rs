//! The chapters of troubleshooting, answered from what was read: whether each of them and each of its common issues is the
//! case, is not, or cannot be told.
//!
//! Each chapter is one file. Nothing is said not to be the case before everything that could show it was read, so taking a
//! reading away may leave "cannot be told", and never the opposite.

mod health_checks_failing;
mod scaling_not_working;
mod tasks_wont_start;

use serde::{Deserialize, Serialize};

use super::{Cause, Chapter, Confidence, Diagnosis, Finding, could_tell};
use crate::evidence::{Evidence, Reading, Source};

/// Whether something is the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is.
    TheCase {
        /// Why, where that is known and more than a likely guess.
        because: Option<Cause>,
        /// What shows it, each a short sentence.
        facts: Vec<String>,
    },
    /// It is not, and everything that could show it was read.
    NotTheCase {
        /// What shows that.
        facts: Vec<String>,
    },
    /// What was read does not decide.
    CannotBeTold {
        /// What speaks for it all the same.
        facts: Vec<String>,
        /// What would have to be read, and why it was not; empty if everything was.
        unread: Vec<(Source, String)>,
    },
}

/// A common issue of one of the chapters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Issue {
    /// The image cannot be pulled.
    ImageNotPulled,
    /// Secrets cannot be fetched.
    SecretsNotFetched,
    /// New tasks start and are stopped because they fail their health check.
    StoppedForHealthCheck,
    /// The health endpoint answers with an error or not at all.
    HealthEndpointFailing,
    /// The cache, on which health mostly depends, cannot be reached.
    CacheUnreachable,
    /// The check itself is wrong.
    HealthCheckWrong,
    /// A cooldown goes on.
    CooldownActive,
    /// There are as many tasks as there may be.
    AtMaximumCapacity,
    /// What the policies follow is not above their targets.
    MetricNotBreached,
}

/// A chapter with its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Which one.
    pub chapter: Chapter,
    /// Whether it is the case as a whole.
    pub answer: Answer,
    /// Its common issues, each with its own answer.
    pub issues: Vec<(Issue, Answer)>,
}

/// Answers every chapter. `diagnosis` is that of the same evidence.
pub fn answers(evidence: &Evidence, diagnosis: &Diagnosis) -> Vec<Answered> {
    let read = Read { evidence, diagnosis };
    Chapter::ALL
        .into_iter()
        .map(|chapter| match chapter {
            Chapter::TasksWontStart => tasks_wont_start::answered(read),
            Chapter::HealthChecksFailing => health_checks_failing::answered(read),
            Chapter::ScalingNotWorking => scaling_not_working::answered(read),
        })
        .collect()
}

impl Issue {
    /// All of them, in the book's order.
    pub const ALL: [Self; 9] = [
        Self::ImageNotPulled,
        Self::SecretsNotFetched,
        Self::StoppedForHealthCheck,
        Self::HealthEndpointFailing,
        Self::CacheUnreachable,
        Self::HealthCheckWrong,
        Self::CooldownActive,
        Self::AtMaximumCapacity,
        Self::MetricNotBreached,
    ];

    /// In plain words.
    pub fn words(self) -> &'static str {
        match self {
            Self::ImageNotPulled => "the image cannot be pulled",
            Self::SecretsNotFetched => "secrets cannot be fetched",
            Self::StoppedForHealthCheck => "tasks are stopped for their health check",
            Self::HealthEndpointFailing => "the health endpoint fails",
            Self::CacheUnreachable => "the cache cannot be reached",
            Self::HealthCheckWrong => "the health check itself is wrong",
            Self::CooldownActive => "a cooldown goes on",
            Self::AtMaximumCapacity => "at maximum capacity",
            Self::MetricNotBreached => "the metric is not breached",
        }
    }

    /// As it is written in data: `image_not_pulled`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ImageNotPulled => "image_not_pulled",
            Self::SecretsNotFetched => "secrets_not_fetched",
            Self::StoppedForHealthCheck => "stopped_for_health_check",
            Self::HealthEndpointFailing => "health_endpoint_failing",
            Self::CacheUnreachable => "cache_unreachable",
            Self::HealthCheckWrong => "health_check_wrong",
            Self::CooldownActive => "cooldown_active",
            Self::AtMaximumCapacity => "at_maximum_capacity",
            Self::MetricNotBreached => "metric_not_breached",
        }
    }
}

fn the_case(because: Option<Cause>, facts: impl IntoIterator<Item = String>) -> Answer {
    Answer::TheCase { because, facts: facts.into_iter().collect() }
}

fn not_the_case(fact: impl Into<String>) -> Answer {
    Answer::NotTheCase { facts: vec![fact.into()] }
}

/// What was read does not decide, although all of it was read.
fn undecided(facts: impl IntoIterator<Item = String>) -> Answer {
    Answer::CannotBeTold { facts: facts.into_iter().collect(), unread: Vec::new() }
}

/// What the answers are drawn from.
#[derive(Clone, Copy)]
struct Read<'a> {
    evidence: &'a Evidence,
    diagnosis: &'a Diagnosis,
}

impl<'a> Read<'a> {
    /// What was found of a cause, however sure.
    fn found(self, is_it: impl Fn(Cause) -> bool) -> Option<&'a Finding> {
        self.diagnosis.findings().iter().find(|finding| is_it(finding.cause))
    }

    /// The most likely of such causes, if it is more than possible.
    fn sure(self, is_it: impl Fn(Cause) -> bool) -> Option<&'a Finding> {
        self.found(is_it).filter(|finding| finding.confidence > Confidence::Low)
    }

    /// That it cannot be told while one of these is unread.
    fn unless_read(self, needed: &[Source]) -> Option<Answer> {
        let unread = &self.diagnosis.unread;
        let missing = |source: &Source| needed.contains(source) && could_tell(self.evidence, *source);
        let unread: Vec<_> = unread.iter().filter(|(source, _)| missing(source)).cloned().collect();
        (!unread.is_empty()).then(|| Answer::CannotBeTold { facts: Vec::new(), unread })
    }

    /// That it cannot be told because such a cause is merely possible, and what would have to be read to be sure.
    fn possibly(self, is_it: impl Fn(Cause) -> bool) -> Option<Answer> {
        let finding = self.found(is_it)?;
        Some(Answer::CannotBeTold { facts: finding.facts.clone(), unread: self.diagnosis.unread.clone() })
    }

    /// An issue that is one of the causes: `needed` is what it shows in, and `well` what is said if it does not.
    fn of_cause(self, cause: Cause, needed: &[Source], well: &str) -> Answer {
        let is_it = |other| other == cause;
        self.sure(is_it)
            .map(|finding| the_case(Some(cause), finding.facts.clone()))
            .or_else(|| self.unless_read(needed))
            .or_else(|| self.possibly(is_it))
            .unwrap_or_else(|| not_the_case(well))
    }

    /// What tells how many are sick: the load balancer, or without one the container health checks.
    fn source_of_health(self) -> Source {
        if self.evidence.targets == Reading::NotConfigured { Source::Tasks } else { Source::Targets }
    }
}
