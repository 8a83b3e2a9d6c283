//! From evidence to causes.
//!
//! Each cause is one file with one pure function that looks for its facts in the evidence. A cause that does not find
//! them says nothing. The findings are ranked by confidence; where none is left the answer is [`Cause::Unknown`], which is
//! better than a confident guess.
//!
//! To add a cause, copy the smallest neighbour and give it a line in [`CAUSES`]. The order of that table decides between
//! equal confidences, so what explains others (a dependency) stands above what it explains (a symptom).

mod app_errors_5xx;
mod ecs_is_repairing;
mod health_check_failing;
mod image_pull_failed;
mod oom_killed;
mod redacted;
mod redis_unreachable;
mod secrets_unavailable;
mod stale_tasks;

use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::evidence::{Evidence, Source};

/// A share of failed requests, in percent, that counts as "requests fail".
pub(crate) const ERRORS_MATTER_PERCENT: f64 = 1.0;

/// Why a service is unwell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The cache it depends on cannot be reached.
    RedisUnreachable,
    /// Its image cannot be pulled.
    ImagePullFailed,
    /// Its secrets cannot be read at start.
    SecretsUnavailable,
    /// Its containers are killed for lack of memory.
    OomKilled,
    /// Its tasks hold what a secret was before it changed.
    StaleTasks,
    /// ECS is replacing sick tasks by itself.
    EcsIsRepairing,
    /// Its tasks fail their health check.
    HealthCheckFailing,
    /// Its tasks answer requests with errors.
    #[serde(rename = "app_errors_5xx")]
    AppErrors5xx,
    /// The facts do not decide.
    Unknown,
}

impl Cause {
    /// The cause in plain words, as it stands in messages.
    pub fn words(self) -> &'static str {
        match self {
            Self::RedisUnreachable => "cache unreachable",
            Self::ImagePullFailed => "image cannot be pulled",
            Self::SecretsUnavailable => "secrets unavailable",
            Self::OomKilled => "killed for lack of memory",
            Self::StaleTasks => "stale tasks",
            Self::EcsIsRepairing => "ECS replaces sick tasks",
            Self::HealthCheckFailing => "health check failing",
            Self::AppErrors5xx => "application errors",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Possible.
    Low,
    /// Likely; a fact that would decide is missing.
    Medium,
    /// Every fact that the cause needs was read.
    High,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// One cause that the evidence speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The cause.
    pub cause: Cause,
    /// How sure.
    pub confidence: Confidence,
    /// The facts it rests on, each a short sentence.
    pub facts: Vec<String>,
}

/// The causes that the evidence speaks for, most likely first, and what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// At least one; the first is the answer.
    findings: Vec<Finding>,
    /// What could not be read, and why.
    pub unread: Vec<(Source, String)>,
}

type Look = fn(&Evidence) -> Option<Finding>;

/// Every cause that is looked for; see the module's documentation for the order.
const CAUSES: &[Look] = &[
    redis_unreachable::look,
    image_pull_failed::look,
    secrets_unavailable::look,
    oom_killed::look,
    stale_tasks::look,
    ecs_is_repairing::look,
    health_check_failing::look,
    app_errors_5xx::look,
];

/// Ranks the causes that the evidence speaks for.
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    let mut findings: Vec<Finding> = CAUSES.iter().filter_map(|look| look(evidence)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.confidence));
    if findings.is_empty() {
        findings.push(unknown(evidence));
    }
    Diagnosis { findings, unread: evidence.unread() }
}

/// A cause that shows in the reason with which tasks failed to start, within the last quarter of an hour. The stop codes
/// and reasons are listed under "Stopped task error codes" in the Amazon ECS Developer Guide.
fn start_failures(evidence: &Evidence, cause: Cause, is_it: fn(&str) -> bool) -> Option<Finding> {
    let recent = SignedDuration::from_mins(15);
    let failed: Vec<&str> = evidence
        .stopped
        .read()?
        .iter()
        .filter(|task| task.stopped_at.is_some_and(|at| evidence.gathered_at.duration_since(at) < recent))
        .filter_map(|task| {
            let containers = task.containers.iter().filter_map(|container| container.reason.as_deref());
            std::iter::once(task.reason.as_str()).chain(containers).find(|reason| is_it(reason))
        })
        .collect();
    let example = failed.first()?;
    Some(Finding {
        cause,
        confidence: Confidence::High,
        facts: vec![format!("{} tasks failed to start within the last quarter of an hour: {example}", failed.len())],
    })
}

fn unknown(evidence: &Evidence) -> Finding {
    let mut facts = Vec::new();
    if let Some(service) = evidence.service.read() {
        facts.push(format!("{} of {} tasks run", service.running, service.desired));
    }
    if let Some(sick) = evidence.sick() {
        facts.push(format!("{} of {} pass their health check", sick.healthy(), sick.of));
    }
    if let Some(share) = evidence.metrics.read().and_then(crate::evidence::Metrics::latest_error_share) {
        facts.push(format!("{:.1} % of requests fail", share.value));
    }
    Finding { cause: Cause::Unknown, confidence: Confidence::Low, facts }
}

impl Diagnosis {
    /// The most likely cause.
    pub fn top(&self) -> &Finding {
        const NOTHING: &Finding = &Finding { cause: Cause::Unknown, confidence: Confidence::Low, facts: Vec::new() };
        self.findings.first().unwrap_or(NOTHING)
    }

    /// All findings, most likely first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether two diagnoses come to the same answer.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.top().cause == other.top().cause
    }
}

#[cfg(test)]
pub(crate) mod staged;
#[cfg(test)]
mod tests;
