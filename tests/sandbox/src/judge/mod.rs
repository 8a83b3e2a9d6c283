//! Verdicts: named expectations, each judged from what was seen from outside.

mod acknowledging;
mod acting;
mod explaining;
mod paging;
mod recovery;
#[cfg(test)]
mod tests;
mod unexpected;

use jiff::Timestamp;

pub use acknowledging::{acknowledged, all_resolved, one_ack, pages_numbered};
pub use acting::{
    called, no_write, one_redeploy, one_replacement, one_rollback, one_stopped_deployment, raised_and_set_back,
};
pub use explaining::{current_after, explained, graphed, says};
pub use paging::{one_key, one_message, paged_in_time, paged_without_alarm_message, two_channels};
pub use recovery::{resolved, service_is_well, verified};
pub use unexpected::{Expected, Way, between, exactly, only, only_then, received, told};

use crate::cloud::{AlarmView, ServiceView};
use crate::observed::{Observation, Observed, PagerDutyRequest, SlackRequest};

/// What a scenario demands, and whether it was so.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The demand, as a sentence.
    pub text: String,
    /// Whether it was met.
    pub met: bool,
    /// What showed it, or what was seen instead.
    pub evidence: String,
    /// When it was met, or when it was broken, where that is one moment.
    pub at: Option<Timestamp>,
}

impl Expectation {
    fn met(text: impl Into<String>, evidence: impl Into<String>, at: Option<Timestamp>) -> Self {
        Self { text: text.into(), met: true, evidence: evidence.into(), at }
    }

    fn missed(text: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self { text: text.into(), met: false, evidence: evidence.into(), at: None }
    }
}

/// Whose case it is.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The ECS service's name, which is also its name in the config.
    pub service: String,
    /// Its cluster's name.
    pub cluster: String,
    /// The account, twelve digits.
    pub account: String,
    /// The region's code.
    pub region: String,
    /// The id of its cache.
    pub cache: String,
}

impl Subject {
    /// The key under which PagerDuty folds all pages of this service's P0 incidents.
    #[must_use]
    pub fn page_key(&self) -> String {
        format!("paramedic/{}/{}/{}/P0", self.account, self.region, self.service)
    }

    /// Whether a key is that of this service's pages: of the first, or with the number of a later one behind it. The first P0 page
    /// is a later one where a P1 alarm of the same trouble came first.
    #[must_use]
    pub fn is_page_key(&self, key: &str) -> bool {
        let number = |rest: &str| rest.strip_prefix('/').is_some_and(|number| number.parse::<u32>().is_ok());
        key.strip_prefix(&self.page_key()).is_some_and(|rest| rest.is_empty() || number(rest))
    }
}

/// All that a verdict is made from.
#[derive(Debug, Clone)]
pub struct Case {
    /// Whose case it is.
    pub subject: Subject,
    /// When the (first) fault was staged.
    pub fault_at: Timestamp,
    /// Everything seen since then, in order.
    pub seen: Vec<Observation>,
    /// The service when the scenario ended.
    pub service: Option<ServiceView>,
    /// All alarms when the scenario ended.
    pub alarms: Vec<AlarmView>,
}

impl Case {
    /// The part of the case between two moments.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Self {
        let seen = self.seen.iter().filter(|seen| seen.at >= from && seen.at < to).cloned().collect();
        Self { seen, fault_at: from, ..self.clone() }
    }

    /// The part of the case from a moment on.
    #[must_use]
    pub fn since(&self, from: Timestamp) -> Self {
        self.between(from, Timestamp::MAX)
    }

    /// When something was first seen.
    #[must_use]
    pub fn first(&self, is: impl Fn(&Observed) -> bool) -> Option<Timestamp> {
        self.seen.iter().find(|seen| is(&seen.what)).map(|seen| seen.at)
    }

    /// When the fault of that number was staged, counted from 0.
    #[must_use]
    pub fn fault(&self, number: usize) -> Option<Timestamp> {
        let faults = self.seen.iter().filter(|seen| matches!(seen.what, Observed::Fault { .. }));
        faults.map(|seen| seen.at).nth(number)
    }

    /// Messages of alarms of this service that left the overlay; the heartbeat's are none.
    pub fn alarms_sent(&self) -> impl Iterator<Item = (Timestamp, &str)> {
        self.seen.iter().filter_map(|seen| match &seen.what {
            Observed::AlarmSent { alarm, state, .. } if alarm.starts_with(&self.subject.service) => {
                Some((seen.at, state.as_str()))
            }
            _ => None,
        })
    }

    /// Requests to Slack that it accepted.
    pub fn slack(&self) -> impl Iterator<Item = (Timestamp, &SlackRequest)> {
        self.seen.iter().filter_map(|seen| match &seen.what {
            Observed::Slack(request) if request.refused.is_none() => Some((seen.at, request)),
            _ => None,
        })
    }

    /// New messages that Slack accepted, without what is said in their threads.
    fn posts(&self) -> impl Iterator<Item = (Timestamp, &SlackRequest)> {
        self.slack().filter(|(_, request)| request.method == "chat.postMessage" && request.thread_ts.is_none())
    }

    /// Events that PagerDuty accepted.
    pub fn pagerduty(&self) -> impl Iterator<Item = (Timestamp, &PagerDutyRequest)> {
        self.seen.iter().filter_map(|seen| match &seen.what {
            Observed::PagerDuty(request) if request.refused.is_none() => Some((seen.at, request)),
            _ => None,
        })
    }

    /// When PagerDuty opened an incident, which wakes somebody.
    pub fn pages(&self) -> impl Iterator<Item = Timestamp> {
        self.pagerduty().filter(|(_, request)| request.opened).map(|(at, _)| at)
    }

    /// Pages that PagerDuty accepted.
    fn triggers(&self) -> impl Iterator<Item = (Timestamp, &PagerDutyRequest)> {
        self.pagerduty().filter(|(_, request)| request.event_action == "trigger")
    }

    /// Since when the people's side could have known: the first message of a P0 alarm that left the overlay.
    fn first_alarm_sent(&self) -> Option<Timestamp> {
        self.seen.iter().find_map(|seen| match &seen.what {
            Observed::AlarmSent { alarm, state, .. } if state == "ALARM" && alarm.contains("-P0-") => Some(seen.at),
            _ => None,
        })
    }

    /// When a P0 alarm first went off, told or not.
    fn first_alarm(&self) -> Option<Timestamp> {
        self.seen.iter().find_map(|seen| match &seen.what {
            Observed::AlarmChanged { alarm, state, .. } if state == "ALARM" && alarm.contains("-P0-") => Some(seen.at),
            _ => None,
        })
    }

    /// The first accepted line that starts with a label, in a given message or in any.
    fn labelled(&self, label: &str, ts: Option<&str>) -> Option<(Timestamp, &str)> {
        self.slack().filter(|(_, request)| ts.is_none_or(|ts| request.ts == ts)).find_map(|(at, request)| {
            request.lines.iter().find(|line| line.starts_with(label)).map(|line| (at, &**line))
        })
    }
}

/// `1.3 s`
fn span(from: Timestamp, to: Timestamp) -> String {
    format!("{:.1} s", to.duration_since(from).as_secs_f64())
}
