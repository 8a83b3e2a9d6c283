//! What people do to an incident. They race: with each other, with the alarms and with the clock.

use jiff::SignedDuration;

use super::apply::{Reason, Step};
use super::timeline::Happening;
use super::{Ack, Approval, Phase, RemedyRecord};
use crate::escalation::{Channel, Kind, Occasion};
use crate::id::IncidentId;
use crate::request::{Actor, Ask, Request};

/// Clocks differ: a request is about an earlier incident only if it is older than the present one by more than this.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

impl Step<'_> {
    pub(super) fn asked(&mut self, whose: Option<&IncidentId>, request: &Request) -> Reason {
        let Some(incident) = &self.incident else { return Reason::NothingToResolve };
        if whose.is_some_and(|id| *id != incident.id) {
            return Reason::OtherIncident;
        }
        if incident.began_at.duration_since(request.at) > MARGIN {
            return Reason::Stale;
        }
        match &request.ask {
            Ask::Ack => self.ack(&request.by),
            Ask::Resolve => self.dismiss(&request.by),
            Ask::Silence { lasts, reason } => {
                let detail = format!("for {} min: {reason}", lasts.as_mins());
                self.note_by(Happening::Silenced, &detail, &request.by);
                self.heed_silences();
                self.touch();
                Reason::Silenced
            }
            Ask::Approve { plan } => self.approve(plan, &request.by),
            Ask::Refuse { plan } => {
                self.note_by(Happening::Ruled, &format!("refused plan {plan}"), &request.by);
                self.touch();
                Reason::Ruled
            }
        }
    }

    fn ack(&mut self, by: &Actor) -> Reason {
        let (policy, now) = (self.policy, self.now);
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.is_open()) else {
            return Reason::TooLate;
        };
        if incident.ack.as_ref().is_some_and(|ack| now < ack.until) {
            return Reason::AlreadyAcked;
        }
        let until = now + policy.ladder(incident).ack_expires;
        incident.ack = Some(Ack { by: by.clone(), at: now, until });
        // Nobody else need be woken. The first post on Slack is the message that shows who is at it.
        incident.overtake(&[Kind::Page, Kind::Broadcast]);
        self.note_by(Happening::Acked, &format!("until {until}"), by);
        self.owe(Occasion::Acked);
        self.touch();
        Reason::Acked
    }

    /// A person's word counts for the plan that is on the table, and for no other.
    fn approve(&mut self, plan: &str, by: &Actor) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.is_open()) else {
            return Reason::TooLate;
        };
        if incident.remedy.as_ref().and_then(RemedyRecord::wanted).is_none_or(|wanted| wanted.digest() != plan) {
            return Reason::Stale;
        }
        if incident.approval.as_ref().is_some_and(|known| known.plan == plan) {
            return Reason::Duplicate;
        }
        incident.approval = Some(Approval { plan: plan.to_owned(), by: by.clone(), at: now });
        let (severity, page) = (incident.severity, incident.pages.max(1));
        incident.owe_one(Channel::Incidents, Kind::Approved, severity, page, now);
        self.note_by(Happening::Ruled, &format!("approved plan {plan}"), by);
        self.touch();
        Reason::Ruled
    }

    fn dismiss(&mut self, by: &Actor) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.is_open()) else {
            return Reason::TooLate;
        };
        incident.phase = Phase::Dismissed { at: now, by: by.clone() };
        incident.flapping = None;
        self.over("a person said so", Some(by));
        self.touch();
        Reason::Dismissed
    }

    fn note_by(&mut self, what: Happening, detail: &str, by: &Actor) {
        let now = self.now;
        if let Some(incident) = &mut self.incident {
            incident.note_by(now, what, detail, Some(by.clone()));
        }
    }

    /// It is over: whoever was told of it is told that, and what was not told yet and is no longer true is not told any more.
    pub(super) fn over(&mut self, why: &str, by: Option<&Actor>) {
        let now = self.now;
        let Some(incident) = &mut self.incident else { return };
        incident.overtake(&[
            Kind::Update,
            Kind::Broadcast,
            Kind::Acknowledge,
            Kind::Escalated,
            Kind::Opened,
            Kind::Approved,
        ]);
        incident.wait_no_longer(now);
        incident.note_by(now, Happening::Resolved, why, by.cloned());
        incident.silenced = None;
        // What flaps may be up again any moment: it stays as it is, and its end is told once it was calm.
        if incident.flapping.is_none() {
            incident.rung = None;
            self.owe(Occasion::Resolved);
        }
    }
}
