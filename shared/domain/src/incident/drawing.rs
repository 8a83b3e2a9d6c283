//! The graph in the thread of the Slack message: owed once, tried twice, and in nobody's way.
//!
//! It is no notification: it wakes nobody, and a renderer that is slow or broken must not hold up what waits on a channel. So
//! it stands beside the outbox, and only whoever has nothing else to do any more claims it ([`Event::Draw`](super::Event)).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Incident;
use super::apply::{Reason, Step};
use super::notification::CLAIM;
use super::timeline::Happening;
use crate::escalation::{Failure, backoff};
use crate::id::{Arn, IncidentId};
use crate::severity::Severity;

/// How often it is tried.
const ATTEMPTS: u32 = 2;

/// How far the graph is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    /// How often it was claimed.
    pub attempts: u32,
    /// Not before then: somebody is drawing it, or the last attempt failed.
    pub not_before: Option<Timestamp>,
    /// Whether nothing is owed any more: it is there, there is none to be had, or it was given up.
    pub settled: bool,
}

/// Why an incident is owed no graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoGraph {
    /// It is there, or it was given up.
    Settled,
    /// The incident is over.
    Over,
    /// Nobody is to be told of it.
    Silenced,
    /// A P2 can wait for whoever opens the console.
    NotUrgent,
    /// It has no message on Slack, or none yet.
    NoMessage,
    /// It is the digest of a storm, which stands for many alarms.
    Digest,
    /// What leads it is no alarm of CloudWatch.
    NoAlarm,
}

/// Why there is no graph after all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undrawn {
    /// There is none to be had as things are, and that is nobody's fault: the alarm has no metric of its own, or the Slack app
    /// may not write files.
    NotToBeHad {
        /// Why.
        why: String,
    },
    /// It could not be drawn or handed over.
    Failed(Failure),
}

impl From<Failure> for Undrawn {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Incident {
    /// The alarm whose graph the thread of its message is owed.
    ///
    /// # Errors
    ///
    /// Why it is owed none.
    pub fn owes_graph(&self) -> Result<&Arn, NoGraph> {
        let leading = self.leading();
        let alarm = self.alarms.iter().find(|(_, alarm)| leading.is_some_and(|leading| std::ptr::eq(*alarm, leading)));
        match alarm {
            _ if self.drawing.settled => Err(NoGraph::Settled),
            _ if !self.is_open() => Err(NoGraph::Over),
            _ if self.silenced.is_some() => Err(NoGraph::Silenced),
            _ if self.severity == Severity::P2 => Err(NoGraph::NotUrgent),
            _ if self.view.message.is_none() => Err(NoGraph::NoMessage),
            _ if self.is_digest() => Err(NoGraph::Digest),
            Some((arn, _)) if arn.as_str().contains(":alarm:") => Ok(arn),
            _ => Err(NoGraph::NoAlarm),
        }
    }

    /// When the graph is to be drawn; `None` while none is owed.
    pub(super) fn graph_due_at(&self) -> Option<Timestamp> {
        self.owes_graph().ok().map(|_| self.drawing.not_before.unwrap_or(self.began_at))
    }

    fn give_up_graph(&mut self, now: Timestamp, why: &str) {
        self.drawing.settled = true;
        self.note(now, Happening::NotTold, &format!("the graph, which is given up: {why}"));
    }
}

impl Step<'_> {
    /// Claims the graph, if it is owed and due.
    pub(super) fn draw(&mut self) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut().filter(|i| i.graph_due_at().is_some_and(|at| at <= now)) else {
            return Reason::Nothing;
        };
        if incident.drawing.attempts >= ATTEMPTS {
            // Whoever claimed it last is gone.
            incident.give_up_graph(now, "nobody knows what came of the last attempt");
            return Reason::Recorded;
        }
        incident.drawing.attempts += 1;
        incident.drawing.not_before = Some(now + CLAIM);
        Reason::Drawing
    }

    pub(super) fn drawn(&mut self, whose: &IncidentId, result: &Result<(), Undrawn>) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.id == *whose) else {
            return Reason::OtherIncident;
        };
        match result {
            _ if incident.drawing.settled => return Reason::Duplicate,
            Ok(()) | Err(Undrawn::NotToBeHad { .. }) => incident.drawing.settled = true,
            Err(Undrawn::Failed(failure)) => {
                let lasts = matches!(failure, Failure::Permanent { .. });
                if lasts || incident.drawing.attempts >= ATTEMPTS {
                    incident.give_up_graph(now, failure.why());
                } else {
                    incident.drawing.not_before = Some(now + backoff(failure, incident.drawing.attempts));
                }
            }
        }
        Reason::Recorded
    }
}
