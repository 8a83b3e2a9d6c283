//! The application that the tasks run, and the people who use it. What is modelled is what operations see of it: which
//! requests fail in which tasks, how long they take, what the health endpoint answers, and what is logged.
//!
//! Three troubles of their own exist. A *stale credential*: tasks that started before a rotation answer `/healthz` and
//! fail the requests that need the credential. A *sick task*: its `/healthz` answers 503. A *lost cache*: every
//! `/healthz` answers 503 and nearly every request fails. All others are [`Ailment`]s.

mod ailment;
mod load;
mod log;
mod planted;

pub(crate) use ailment::{Affliction, Ailing, Exit};
pub use ailment::{Ailment, Whom};
pub(crate) use load::{count_hosts, last_words, sample, tick};

use super::chance::Chance;
use super::clock::{Moment, Pace};
use super::ecs::Task;
use super::targets::Probe;
use super::turn::Turn;
use std::collections::VecDeque;

/// How far back "now" reaches for the share of failed requests, in milliseconds.
const RECENT_MILLIS: i64 = 3_000;

/// How many seconds `/readyz` takes: more than a hasty health check waits for.
const READY_SECONDS: f64 = 3.0;

/// Whether a service's cache can be reached, and where it should be.
#[derive(Debug, Clone)]
pub(crate) struct CacheReach {
    pub(crate) is_up: bool,
    pub(crate) address: String,
    pub(crate) port: u32,
    /// How many seconds a request waits for it beyond the usual.
    pub(crate) delay: f64,
    /// The share of requests that it fails, and with which words.
    pub(crate) failing: Option<(f64, &'static str)>,
}

/// What distinguishes one service's application from another's, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    /// When the credential was rotated; tasks that started before hold the old one.
    pub(crate) rotated_at: Option<Moment>,
    /// What is wrong with its tasks.
    pub(crate) afflictions: Vec<Affliction>,
    /// How many times the usual number of people come.
    pub(crate) surge: f64,
    /// How many come in a real second at the [`USUAL_PACE`].
    requests_per_second: f64,
    /// Share of the requests that need the credential.
    credential_share: f64,
    /// Which credential it is, and in which dialect the application logs.
    voice: log::Voice,
    requests_owed: f64,
    client_errors_owed: f64,
    lines_owed: f64,
    /// How many times as many lines it writes about errors as applications usually do.
    pub(super) talks: f64,
    recent: VecDeque<(Moment, u32, u32)>,
    /// Secrets that it writes into its log.
    spills: Vec<planted::Spill>,
}

/// The pace at which the figures of the load are given. At another as many people come in one of AWS's minutes.
const USUAL_PACE: f64 = 30.0;
/// How many tasks the usual load is made for.
const USUAL_TASKS: f64 = 2.0;

impl Application {
    /// An application with its own habits, drawn from chance.
    pub(crate) fn new(chance: &mut Chance) -> Application {
        Application {
            rotated_at: None,
            afflictions: Vec::new(),
            surge: 1.0,
            requests_per_second: chance.between(30.0, 45.0),
            credential_share: chance.between(0.55, 0.95),
            voice: log::Voice::new(chance),
            requests_owed: 0.0,
            client_errors_owed: 0.0,
            lines_owed: 0.0,
            talks: 1.0,
            recent: VecDeque::new(),
            spills: Vec::new(),
        }
    }

    /// What ails a task.
    pub(crate) fn ailing<'a>(&'a self, task: &'a Task, now: Moment, pace: Pace) -> Ailing<'a> {
        Ailing::new(&self.afflictions, task, now, pace)
    }

    /// Writes secrets into its log from now on, and tells which.
    pub(crate) fn spill(&mut self, chance: &mut Chance) -> Vec<String> {
        self.spills = planted::spills(chance);
        self.spills.iter().map(|spill| spill.secret.clone()).collect()
    }

    /// Whether a task holds a credential from before the rotation.
    pub(crate) fn is_stale(&self, task: &Task) -> bool {
        match (self.rotated_at, task.started_at) {
            (Some(rotated), Some(started)) => started < rotated,
            _ => false,
        }
    }

    /// What a running task answers to a health check of a path that waits so many seconds. `/healthz` is shallow: it asks the cache and not the
    /// credential.
    pub(crate) fn probe(
        &self,
        task: &Task,
        (path, timeout_seconds): (&str, f64),
        cache: Option<&CacheReach>,
        turn: &Turn<'_>,
    ) -> Probe {
        let ailing = self.ailing(task, turn.now, turn.pace);
        let is_lost = cache.is_some_and(|cache| !cache.is_up);
        if ailing.hangs() {
            return Probe::TimedOut;
        }
        match path {
            "/healthz" => {
                let is_well = !task.sick && !is_lost;
                Probe::Status(ailing.health_status().unwrap_or(if is_well { 200 } else { 503 }))
            }
            "/" => Probe::Status(301),
            "/readyz" => {
                // It asks everything that the application depends on.
                let waits = ailing.waiting().map_or(READY_SECONDS, |(seconds, _)| seconds);
                if waits > timeout_seconds { Probe::TimedOut } else { Probe::Status(if is_lost { 503 } else { 200 }) }
            }
            path if path.starts_with("/admin") => Probe::Status(401),
            _ => Probe::Status(404),
        }
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
