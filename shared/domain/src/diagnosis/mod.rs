//! From evidence to causes.
//!
//! Each cause is one file with one pure function that looks for its facts in the evidence. A cause that does not find
//! them says nothing. Where no finding is left, or only guesses while something could not be read, the answer is
//! [`Cause::Unknown`]: a wrong confident answer is worse.
//!
//! To add a cause, copy the smallest neighbour and give it a line in [`CAUSES`]. The order of that table is the order of
//! explanation: what explains others (a dependency) stands above what it explains (a symptom). Two rules follow from it.
//!
//! - The first confident finding in the order is the answer. Those below it are no more certain than it is.
//! - **A finding is only confident if everything that a cause above it looks at was read.** Otherwise the cause above might
//!   be there unseen. So taking a reading away leaves the same answer or none, never another confident one. It holds as long
//!   as a function never becomes more certain by knowing less, which the tests ensure.

mod cache;
mod cause;
mod change;
pub mod chapters;
mod health;
mod load;
mod onset;
mod redacted;
mod requests;
mod starting;
mod stopping;
mod symptoms;
mod unknown;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::cause::{Cause, Chapter, chapter};
pub(crate) use self::load::used_up as cpu_used_up;
pub(crate) use crate::evidence::ERRORS_MATTER_PERCENT;
use crate::evidence::{Evidence, Source};

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

/// One cause that is looked for.
struct Line {
    look: fn(&Evidence) -> Option<Finding>,
    /// What it looks at: while one of these is unread, nothing below it is certain.
    reads: &'static [Source],
    /// Whether it is what is left when nothing above it explains anything.
    residual: bool,
}

const fn line(look: fn(&Evidence) -> Option<Finding>, reads: &'static [Source]) -> Line {
    Line { look, reads, residual: false }
}

/// Every cause that is looked for; see the module's documentation for the order.
const CAUSES: &[Line] = {
    use Source::{
        Activities, Cache, CacheEvents, Definition, Logs, Metrics, Policies, Previous, Recorder, Scaling, Secrets,
        Service, StoppedTasks, Targets, Tasks, WeekBefore,
    };
    &[
        line(starting::image_pull_failed::look, &[StoppedTasks, Recorder, Service]),
        line(starting::secrets_unavailable::look, &[StoppedTasks, Recorder, Service]),
        line(stopping::oom_killed::look, &[StoppedTasks, Recorder, Service]),
        line(starting::scaled_to_zero::look, &[Service]),
        line(starting::placement_failed::look, &[Service, Tasks, StoppedTasks, Recorder]),
        line(cache::redis_unreachable::look, &[Cache, CacheEvents, Metrics, Logs, Targets]),
        line(stopping::crash_loop::look, &[StoppedTasks, Recorder, Service]),
        line(stopping::spot_interruption::look, &[StoppedTasks, Recorder, Service]),
        line(stopping::task_retirement::look, &[StoppedTasks, Recorder, Service]),
        line(health::az_impaired::look, &[Targets, Tasks, Service]),
        line(health::health_check_misconfigured::look, &[Targets, Definition, Previous, StoppedTasks, Service]),
        line(cache::redis_memory_full::look, &[Cache, Metrics, Logs]),
        line(cache::redis_cpu_saturated::look, &[Cache, Metrics]),
        line(
            change::bad_deployment::look,
            &[Service, Tasks, Targets, Definition, Previous, Metrics, StoppedTasks, Secrets],
        ),
        line(load::cpu_saturated_at_max_capacity::look, &[Metrics, Service, Scaling, Activities]),
        line(load::cpu_saturated_scaling_blocked::look, &[Metrics, Service, Scaling, Policies, Activities]),
        line(load::memory_leak::look, &[Metrics, Tasks]),
        line(change::stale_tasks::look, &[Secrets, Tasks, Metrics, Service, Targets, Cache]),
        line(load::traffic_surge::look, &[Metrics, WeekBefore]),
        line(requests::slow_dependency::look, &[Metrics, Cache, Logs]),
        line(stopping::stop_timeout_kill::look, &[StoppedTasks, Recorder, Definition]),
        line(requests::client_errors_4xx::look, &[Metrics]),
        line(health::ecs_is_repairing::look, &[Service, StoppedTasks, Targets]),
        line(health::health_check_failing::look, &[Targets, Tasks, StoppedTasks, Recorder, Service]),
        Line { look: requests::app_errors_5xx::look, reads: &[Metrics, Logs], residual: true },
    ]
};

/// Ranks the causes that the evidence speaks for.
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    let unread = evidence.unread();
    let mut findings = rank(evidence, &unread);
    let guesses_only = findings.iter().all(|finding| finding.confidence == Confidence::Low);
    if findings.is_empty() || (guesses_only && !unread.is_empty()) {
        findings.insert(0, unknown::unknown(evidence, &findings));
    }
    Diagnosis { findings, unread }
}

fn rank(evidence: &Evidence, unread: &[(Source, String)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    // What causes further up look at and could not be read.
    let mut unseen: Vec<&(Source, String)> = Vec::new();
    let mut ceiling = Confidence::High;
    let mut explained = false;
    for line in CAUSES {
        if let Some(mut finding) = (line.look)(evidence) {
            if !unseen.is_empty() {
                finding.confidence = Confidence::Low;
            }
            finding.facts.extend(
                unseen
                    .iter()
                    .map(|(source, why)| format!("{source} could not be read ({why}), so this is not certain")),
            );
            if line.residual && explained {
                finding.confidence = Confidence::Low;
            }
            finding.confidence = finding.confidence.min(ceiling);
            if finding.confidence > Confidence::Low {
                ceiling = finding.confidence;
                explained = true;
            }
            findings.push(finding);
        }
        let missing = unread.iter().filter(|(source, _)| line.reads.contains(source) && could_tell(evidence, *source));
        for source in missing {
            if !unseen.contains(&source) {
                unseen.push(source);
            }
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.confidence));
    findings
}

/// Whether that source, had it been read, could have told of something that nothing else tells.
fn could_tell(evidence: &Evidence, source: Source) -> bool {
    match source {
        // ECS itself knows the tasks that stopped within the hour; older ones matter only while tasks are missing.
        Source::Recorder => evidence.stopped.read().is_none() || evidence.short_of_tasks() != Some(false),
        _ => true,
    }
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
pub(crate) mod cases;
#[cfg(test)]
pub(crate) mod staged;
#[cfg(test)]
mod tests;
