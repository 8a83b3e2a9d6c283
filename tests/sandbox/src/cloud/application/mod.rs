//! The application that the tasks run, and the people who use it. What is modelled is what operations see of it: which
//! requests fail in which tasks, how long they take, what the health endpoint answers, and what is logged.
//!
//! Three troubles exist. A *stale credential*: tasks that started before a rotation answer `/healthz` and fail the
//! requests that need the credential. A *sick task*: its `/healthz` answers 503. A *lost cache*: every `/healthz`
//! answers 503 and nearly every request fails.

mod load;
mod log;

pub(crate) use load::{count_hosts, sample, tick};

use super::chance::Chance;
use super::clock::Moment;
use super::ecs::Task;
use super::targets::Probe;
use std::collections::VecDeque;

/// How far back "now" reaches for the share of failed requests, in milliseconds.
const RECENT_MILLIS: i64 = 3_000;

/// Whether a service's cache can be reached, and where it should be.
#[derive(Debug, Clone)]
pub(crate) struct CacheReach {
    pub(crate) is_up: bool,
    pub(crate) address: String,
    pub(crate) port: u32,
}

/// What distinguishes one service's application from another's, and where it stands.
#[derive(Debug)]
pub(crate) struct Application {
    /// When the credential was rotated; tasks that started before hold the old one.
    pub(crate) rotated_at: Option<Moment>,
    requests_per_second: f64,
    /// Share of the requests that need the credential.
    credential_share: f64,
    /// Which credential it is, and in which dialect the application logs.
    voice: log::Voice,
    requests_owed: f64,
    client_errors_owed: f64,
    lines_owed: f64,
    recent: VecDeque<(Moment, u32, u32)>,
}

impl Application {
    /// An application with its own habits, drawn from chance.
    pub(crate) fn new(chance: &mut Chance) -> Application {
        Application {
            rotated_at: None,
            requests_per_second: chance.between(30.0, 45.0),
            credential_share: chance.between(0.55, 0.95),
            voice: log::Voice::new(chance),
            requests_owed: 0.0,
            client_errors_owed: 0.0,
            lines_owed: 0.0,
            recent: VecDeque::new(),
        }
    }

    /// Whether a task holds a credential from before the rotation.
    pub(crate) fn is_stale(&self, task: &Task) -> bool {
        match (self.rotated_at, task.started_at) {
            (Some(rotated), Some(started)) => started < rotated,
            _ => false,
        }
    }

    /// What `/healthz` of a running task answers. It is shallow: it asks the cache and not the credential.
    pub(crate) fn probe(task: &Task, cache: Option<&CacheReach>) -> Probe {
        let is_well = !task.sick && cache.is_none_or(|cache| cache.is_up);
        Probe::Status(if is_well { 200 } else { 503 })
    }

    fn note(&mut self, now: Moment, requests: u32, errors: u32) {
        self.recent.push_back((now, requests, errors));
        while self.recent.front().is_some_and(|(at, _, _)| now.since(*at) > RECENT_MILLIS) {
            self.recent.pop_front();
        }
    }

    /// Share of the recent requests that were answered with 5xx.
    pub(crate) fn error_share(&self) -> f64 {
        let requests: u32 = self.recent.iter().map(|(_, requests, _)| requests).sum();
        let errors: u32 = self.recent.iter().map(|(_, _, errors)| errors).sum();
        if requests == 0 { 0.0 } else { f64::from(errors) / f64::from(requests) }
    }
}
