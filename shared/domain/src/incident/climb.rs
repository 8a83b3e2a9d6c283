//! What time does to an incident: the next step of its ladder, the end of an acknowledgement or a silence, another look.

use jiff::Timestamp;

use super::apply::{Reason, Step};
use super::timeline::Happening;
use super::{Incident, Look, Notification, Phase, Policy, RemedyRecord, Rung};
use crate::escalation::{Channel, Height, Kind};
use crate::severity::Severity;
use crate::silence::{self, Active};

/// While a remedy only waits, the wait for the next look doubles so often at most.
const SOON: u32 = 2;

impl Incident {
    /// The next step of the ladder and when it is due; `None` if there is none, somebody is at it, or what belongs to the
    /// present step has no answer yet: a step never overtakes the one before.
    pub fn next_step(&self, policy: &Policy) -> Option<(Height, Timestamp)> {
        if self.ack.is_some() || self.silenced.is_some() {
            return None;
        }
        let rung = self.rung.as_ref()?;
        let ladder = policy.ladder(self);
        let next = ladder.above(rung.height)?;
        Some((next, rung.answered_at? + ladder.step(rung.height)?.wait))
    }

    /// The silence it is under: every alarm that fires is. It ends as soon as the first of them is not.
    fn silence(&self, policy: &Policy, now: Timestamp) -> Option<Active> {
        let mut covering: Option<Active> = None;
        for alarm in self.firing() {
            let active = silence::active(&policy.silences, &alarm.profile, now)?;
            if covering.as_ref().is_none_or(|known| active.until < known.until) {
                covering = Some(active);
            }
        }
        covering
    }
}

impl Step<'_> {
    pub(super) fn tick(&mut self) -> Reason {
        let (policy, now) = (self.policy, self.now);
        let Some(incident) = self.incident.as_mut().filter(|incident| !incident.is_calm()) else {
            return Reason::Nothing;
        };
        if incident.is_open() && incident.expire_events(now) {
            self.touch();
            return self.resolve_if_over();
        }
        self.calm_down();
        let Some(incident) = self.incident.as_mut() else { return Reason::Nothing };
        // While the result of a remedy is awaited its verification does the looking, and there is something left to tell.
        let awaiting = matches!(incident.remedy, Some(RemedyRecord::Acted { .. }));
        if let Some(at) = incident.over_at() {
            let since = now.duration_since(at);
            let over = since >= policy.reopen_within && (!awaiting || since >= super::FORGET);
            let told = incident.notifications.iter().all(Notification::is_settled) && incident.view.due_at().is_none();
            // A dismissed incident keeps watch over the alarms that were dismissed with it.
            let firing = matches!(incident.phase, Phase::Dismissed { .. }) && !incident.firing().is_empty();
            let calm = incident.flapping.is_none();
            return if over && told && calm && !firing { Reason::Closed } else { Reason::TakenUp };
        }
        self.heed_silences();
        self.heed_ack();
        self.climb();
        self.look_again(awaiting);
        Reason::TakenUp
    }

    /// An acknowledgement that has expired no longer counts: it is paged again from the foot of the ladder.
    fn heed_ack(&mut self) {
        let now = self.now;
        let expired = self.incident.as_ref().and_then(|incident| incident.ack.as_ref()).is_some_and(|a| a.until <= now);
        if expired {
            self.end_ack("it expired and the alarm goes on");
            self.climb_from_foot();
            self.touch();
        }
    }

    /// Notes that nobody counts as being at it any more.
    pub(super) fn end_ack(&mut self, why: &str) {
        let now = self.now;
        if let Some(incident) = &mut self.incident
            && let Some(ack) = incident.ack.take()
        {
            incident.note(now, Happening::AckEnded, &format!("that of {}: {why}", ack.by.name));
        }
    }

    /// Begins and ends the silence. When it ends, what still fires is told from the foot of the ladder; says whether that
    /// happened.
    pub(super) fn heed_silences(&mut self) -> bool {
        let (policy, now) = (self.policy, self.now);
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.is_open()) else { return false };
        let active = incident.silence(policy, now);
        if active == incident.silenced {
            return false;
        }
        let was = std::mem::replace(&mut incident.silenced, active.clone());
        let surfaces = was.is_some() && active.is_none();
        match (was, active) {
            (None, Some(active)) => {
                // What was not sent yet is not sent any more, and the ladder is left.
                incident.overtake(&[Kind::Page, Kind::Post, Kind::Broadcast, Kind::Update]);
                incident.rung = None;
                // Whatever still flaps when the silence ends is to be told then.
                if let Some(flapping) = &mut incident.flapping {
                    flapping.told = false;
                }
                let detail = format!("until {} by {}: {}", active.until, active.by, active.reason);
                incident.note(now, Happening::Silenced, &detail);
            }
            (Some(was), None) => {
                incident.note(now, Happening::Unsilenced, &format!("{} is over", was.reason));
                let explained = incident.explanation.is_some();
                self.climb_from_foot();
                self.ask_for_explanation(if explained { Kind::Escalated } else { Kind::Opened });
                self.look_in(0);
            }
            _ => {}
        }
        self.touch();
        surfaces
    }

    /// Notifies the first step.
    pub(super) fn climb_from_foot(&mut self) {
        self.climb_to(Height { step: 0, round: 0 });
    }

    /// Notifies the next step if it is due.
    fn climb(&mut self) {
        let (policy, now) = (self.policy, self.now);
        let Some(incident) = &mut self.incident else { return };
        let Some((next, _)) = incident.next_step(policy).filter(|(_, at)| *at <= now) else { return };
        incident.note(now, Happening::Climbed, &format!("nobody acknowledged; step {} is notified", next.step + 1));
        self.climb_to(next);
        self.touch();
    }

    fn climb_to(&mut self, height: Height) {
        let policy = self.policy;
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.silenced.is_none()) else { return };
        let Some(step) = policy.ladder(incident).step(height) else { return };
        let channels = policy.reach.channels(step, incident.severity, height == Height::default());
        // What an earlier step still owes on a channel that this one takes too is said by this page, but for the first post.
        incident.overtake_on(&channels, &[Kind::Page, Kind::Broadcast]);
        incident.pages = incident.pages.saturating_add(1);
        if let Some(flapping) = &mut incident.flapping {
            flapping.told = true;
        }
        let mut notes = Vec::new();
        for channel in channels {
            let kind = match channel {
                Channel::Slack if incident.has_post() => Kind::Broadcast,
                Channel::Slack | Channel::SlackTo(_) => Kind::Post,
                _ => Kind::Page,
            };
            if channel == Channel::PagerDuty {
                incident.open_pages.insert((incident.severity, incident.pages));
            }
            incident.told.insert(channel.clone());
            let at = match height == Height::default() {
                true => incident.first_word_at(&channel, policy, self.now),
                false => self.now,
            };
            notes.push(incident.owe_one(channel, kind, incident.severity, incident.pages, at));
        }
        incident.rung = Some(Rung { height, notes, answered_at: None });
    }

    fn look_again(&mut self, awaiting: bool) {
        let now = self.now;
        let Some(incident) = self.incident.as_ref().filter(|i| i.is_open() && i.look.next_at <= now) else { return };
        let asking = incident.notifications.iter().any(|n| n.channel == Channel::Incidents && !n.is_settled());
        let count = incident.look.count + 1;
        // What a P2 was told of by mail is not told again, so nobody would see what another look finds.
        if !awaiting && !asking && incident.severity > Severity::P2 {
            self.ask_for_explanation(Kind::Escalated);
        }
        self.look_in(count);
    }

    /// The next look is due after a wait that doubles up to sixteenfold, and rests there once the cause is certain; it comes
    /// sooner while a remedy only waits for what passes by itself.
    pub(super) fn look_in(&mut self, count: u32) {
        let Some(incident) = &mut self.incident else { return };
        let only_waits = incident.remedy.as_ref().is_some_and(RemedyRecord::only_waits);
        let doublings = match incident.explained() {
            true if only_waits => count.min(SOON),
            true => 4,
            false => count.min(4),
        };
        incident.look = Look { count, next_at: self.now + self.policy.look_again_after * (1 << doublings) };
    }
}
