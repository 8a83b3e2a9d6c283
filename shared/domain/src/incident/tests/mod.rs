//! The life of an incident under a clock that the test moves, by subject.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod acks;
mod drawing;
mod flapping;
mod joining;
mod ladder;
mod opening;
mod outbox;
mod requests;
mod resolving;
mod silences;
mod told;
mod view;

use super::*;
use crate::bulletin::Bulletin;
use crate::diagnosis::diagnose;
use crate::diagnosis::staged::{cache_away, stale};
use crate::escalation::{Channel, EscalationPolicy, Failure, Kind, Profile, Reach, Route};
use crate::request::{Ask, Request, Via};
use crate::silence::Silence;
use jiff::SignedDuration;

/// A service's incident under test, with a clock to move and the channels' answers to choose.
pub(crate) struct Play {
    pub(crate) incident: Option<Incident>,
    pub(crate) now: Timestamp,
    /// What was sent, oldest first.
    pub(crate) told: Vec<(Channel, Kind)>,
    pub(crate) down: Vec<Channel>,
    edits: u32,
    policy: Policy,
}

pub(crate) fn policy() -> Policy {
    Policy {
        reach: Reach { slack: true, pagerduty: true, ..Reach::default() },
        escalation: BTreeMap::new(),
        default: EscalationPolicy::seed(),
        silences: Vec::new(),
        reopen_within: SignedDuration::from_mins(10),
        look_again_after: SignedDuration::from_mins(1),
        explained_within: SignedDuration::from_secs(20),
        flapping_within: SignedDuration::from_mins(15),
    }
}

pub(crate) fn sighting(name: &str, severity: Severity, state: AlarmState, at: Timestamp) -> Sighting {
    Sighting {
        route: Route::new(ServiceName::from("web"), true, severity),
        alarm: Arn::new(format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}")),
        name: name.to_owned(),
        account: AccountId::from("123456789012"),
        region: Region::from("eu-west-1"),
        state,
        changed_at: at,
        reason: "Threshold Crossed".to_owned(),
        found: Found::Delivered,
        profile: Profile {
            name: name.to_owned(),
            service: Some(ServiceName::from("web")),
            severity: Some(severity),
            ..Profile::default()
        },
    }
}

impl Play {
    pub(crate) fn new() -> Self {
        let now = "2026-03-01T03:00:00Z".parse().unwrap();
        Self { incident: None, now, told: Vec::new(), down: Vec::new(), edits: 0, policy: policy() }
    }

    pub(crate) fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now += SignedDuration::from_secs(seconds);
        self
    }

    pub(crate) fn apply(&mut self, event: Event) -> Reason {
        let mut step = apply(self.incident.take(), &[event], &self.policy, self.now);
        let reason = step.reasons[0];
        loop {
            self.incident = step.incident;
            let mut results = Vec::new();
            if !step.send.is_empty() {
                results.push(Event::Delivered(step.send.iter().map(|n| self.deliver(n)).collect()));
            }
            if let Some(revision) = step.show {
                let down = self.down.contains(&Channel::Slack);
                self.edits += u32::from(!down);
                let result = if down { Err(refused()) } else { Ok(()) };
                let thread = self.incident.as_ref().and_then(|i| i.timeline.last()).map_or(0, |last| last.number);
                results.push(Event::Shown { revision, thread, result });
            }
            if results.is_empty() {
                return reason;
            }
            step = apply(self.incident.take(), &results, &self.policy, self.now);
        }
    }

    fn deliver(&mut self, notification: &Notification) -> Delivery {
        if self.down.contains(&notification.channel) {
            return Delivery { id: notification.id, result: Err(refused()) };
        }
        self.told.push((notification.channel.clone(), notification.kind));
        let message = (notification.channel == Channel::Slack)
            .then(|| MessageRef { channel: "C1".to_owned(), ts: format!("{}.0", self.told.len()) });
        Delivery { id: notification.id, result: Ok(message) }
    }

    fn seen(&mut self, name: &str, severity: Severity, state: AlarmState) -> Reason {
        let at = self.now;
        self.apply(Event::Seen(Box::new(sighting(name, severity, state, at))))
    }

    fn alarm(&mut self, name: &str, severity: Severity) -> Reason {
        self.seen(name, severity, AlarmState::Alarm)
    }

    fn ok(&mut self, name: &str) -> Reason {
        self.seen(name, Severity::P0, AlarmState::Ok)
    }

    /// Its graph is in the thread, and so no reason to look at it.
    fn graph_is_there(&mut self) {
        self.incident.as_mut().unwrap().drawing.settled = true;
    }

    fn told_since(&mut self) -> Vec<(Channel, Kind)> {
        std::mem::take(&mut self.told)
    }

    fn tick(&mut self) -> Reason {
        self.apply(Event::Tick)
    }

    /// Somebody asks something now.
    fn ask(&mut self, ask: Ask) -> Reason {
        let at = self.now;
        self.ask_at(ask, at)
    }

    fn ask_at(&mut self, ask: Ask, at: Timestamp) -> Reason {
        let by = Actor { name: "ada".to_owned(), via: Via::Slack };
        self.apply(Event::Asked { incident: None, request: Request { ask, by, at } })
    }

    fn ack(&mut self) -> Reason {
        self.ask(Ask::Ack)
    }

    /// Everything of the service is silenced from now on.
    fn silence(&mut self, minutes: i64) -> &mut Self {
        let (service, now) = (ServiceName::from("web"), self.now);
        let lasts = SignedDuration::from_mins(minutes);
        self.policy.silences.push(Silence::of_service(&service, lasts, "ada", "known", now));
        self
    }

    /// Whether anybody was woken or written to anew since it was asked last.
    fn paged(&mut self) -> bool {
        self.told_since().iter().any(|(_, kind)| matches!(kind, Kind::Page | Kind::Post | Kind::Broadcast))
    }

    /// The kinds of what the timeline says, oldest first.
    fn happened(&self) -> Vec<Happening> {
        self.present().timeline.iter().map(|entry| entry.what).collect()
    }

    fn present(&self) -> &Incident {
        self.incident.as_ref().unwrap()
    }

    fn diagnosed(&mut self, evidence: &crate::evidence::Evidence) -> Reason {
        let subject = self.present().subject();
        let gathered_at = self.now;
        self.apply(Event::Told(Box::new(Bulletin::Diagnosed {
            subject,
            gathered_at,
            diagnosis: diagnose(evidence),
            picture: None,
        })))
    }
}

fn refused() -> Failure {
    Failure::Transient { why: "503".to_owned(), retry_after_s: None }
}

const PAGED: [(Channel, Kind); 4] = [
    (Channel::PagerDuty, Kind::Page),
    (Channel::Pages, Kind::Page),
    (Channel::Slack, Kind::Post),
    (Channel::Incidents, Kind::Opened),
];
