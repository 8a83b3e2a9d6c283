//! What has to be sent: owed, claimed, recorded.

use jiff::Timestamp;

use super::apply::{Reason, Step, Transition};
use super::notification::{Delivery, Notification, Progress};
use super::timeline::Happening;
use super::{FORGET, Incident, Policy};
use crate::alarm::AlarmState;
use crate::escalation::{Channel, Failure, Kind, Occasion, owed};
use crate::severity::Severity;

/// How many settled notifications are kept besides the unsettled ones.
const KEEP_SETTLED: usize = 40;

impl Incident {
    /// Owes one notification, and says its number.
    pub(super) fn owe_one(
        &mut self,
        channel: Channel,
        kind: Kind,
        severity: Severity,
        page: u32,
        at: Timestamp,
    ) -> u32 {
        let id = self.notifications.last().map_or(0, |last| last.id) + 1;
        let progress = Progress::Owed { at };
        let notification = Notification {
            id,
            channel,
            kind,
            severity,
            page,
            progress,
            attempts: 0,
            last_failure: None,
            overtaken: false,
        };
        self.notifications.push(notification);
        id
    }

    /// When the first word of it goes out on that channel. All is told at once, but for the mail of a P2: it wakes nobody and
    /// cannot be changed later, so it waits a little for its explanation.
    pub(super) fn first_word_at(&self, channel: &Channel, policy: &Policy, now: Timestamp) -> Timestamp {
        let waits = self.severity == Severity::P2 && *channel == Channel::Mail;
        if waits { now + policy.explained_within } else { now }
    }

    /// What waits for an explanation waits no longer: it came, or it is all over.
    pub(super) fn wait_no_longer(&mut self, now: Timestamp) {
        for notification in &mut self.notifications {
            if let Progress::Owed { at } = &mut notification.progress
                && notification.channel == Channel::Mail
                && notification.attempts == 0
            {
                *at = now.min(*at);
            }
        }
    }

    /// Whether it has its message on the team's Slack channel, or will have.
    pub(super) fn has_post(&self) -> bool {
        let coming = |n: &Notification| n.channel == Channel::Slack && n.kind == Kind::Post && !n.is_settled();
        self.view.message.is_some() || self.notifications.iter().any(coming)
    }

    /// When anybody was last paged; now, if a page is on its way.
    pub(super) fn last_page(&self, now: Timestamp) -> Option<Timestamp> {
        let told = |n: &Notification| match n.progress {
            Progress::Sent { at } => Some(at),
            Progress::Owed { .. } | Progress::Claimed { .. } => Some(now),
            Progress::Moot => None,
        };
        self.notifications.iter().rev().filter(|n| n.kind == Kind::Page).filter_map(told).next()
    }

    /// The newest page that PagerDuty has, or will have before anything that is owed from now on. An update of any other
    /// would be a page that wakes somebody.
    fn page_at_pager(&self) -> Option<(Severity, u32)> {
        let there =
            |n: &&Notification| n.channel == Channel::PagerDuty && n.kind == Kind::Page && n.progress != Progress::Moot;
        let newest = self.notifications.iter().rev().find(there).map(|n| (n.severity, n.page));
        newest.filter(|page| self.open_pages.contains(page))
    }

    /// Whether a notification of that kind waits on that channel already: it will tell the present state.
    fn awaits(&self, channel: &Channel, kind: Kind) -> bool {
        let waits = |n: &Notification| matches!(n.progress, Progress::Owed { .. });
        self.notifications.iter().any(|n| n.channel == *channel && n.kind == kind && waits(n))
    }
}

impl Step<'_> {
    /// Owes to those who were told of the incident what the occasion owes them.
    pub(super) fn owe(&mut self, occasion: Occasion) {
        let now = self.now;
        let Some(incident) = &mut self.incident else { return };
        let quiet = incident.silenced.is_some();
        let mut told = incident.told.clone();
        // A page that was open before it began again is closed with it, whoever was told since.
        if occasion == Occasion::Resolved && !incident.open_pages.is_empty() {
            told.insert(Channel::PagerDuty);
        }
        for (channel, kind) in owed(occasion, incident.severity, &told) {
            match (&channel, kind) {
                // Each page that PagerDuty has open is a page of its own there.
                (Channel::PagerDuty, Kind::Resolve | Kind::Acknowledge) => {
                    for (severity, page) in incident.open_pages.clone() {
                        incident.owe_one(channel.clone(), kind, severity, page, now);
                    }
                }
                _ if quiet || (kind == Kind::Update && incident.awaits(&channel, kind)) => {}
                (Channel::PagerDuty, Kind::Update) => {
                    if let Some((severity, page)) = incident.page_at_pager() {
                        incident.owe_one(channel, kind, severity, page, now);
                    }
                }
                _ => {
                    incident.owe_one(channel, kind, incident.severity, incident.pages.max(1), now);
                }
            }
        }
        if occasion == Occasion::Resolved {
            incident.open_pages.clear();
            incident.told.clear();
        }
    }

    /// Asks the enricher for an explanation, if anybody is to be told of the incident at all.
    pub(super) fn ask_for_explanation(&mut self, kind: Kind) {
        let now = self.now;
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.silenced.is_none()) else { return };
        incident.owe_one(Channel::Incidents, kind, incident.severity, incident.pages.max(1), now);
    }

    pub(super) fn delivered(&mut self, deliveries: &[Delivery]) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut() else { return Reason::OtherIncident };
        for delivery in deliveries {
            let Some(notification) = incident.notifications.iter_mut().find(|known| known.id == delivery.id) else {
                continue;
            };
            let first_failure = notification.last_failure.is_none();
            notification.record(&delivery.result, now);
            let (channel, kind) = (notification.channel.clone(), notification.kind);
            let name = format!("{} ({kind:?})", channel.as_str()).to_lowercase();
            match &delivery.result {
                Ok(message) => {
                    if let Some(message) = message
                        && channel == Channel::Slack
                        // A reply to a message that is not there becomes one of its own.
                        && (kind == Kind::Post || incident.view.message.is_none())
                    {
                        let revision = incident.view.shown.max(1);
                        incident.view.posted(message.clone(), revision);
                    }
                    if channel.is_for_people() {
                        incident.note(now, Happening::Told, &name);
                    }
                }
                Err(failure) if first_failure => {
                    incident.note(now, Happening::NotTold, &format!("{name}: {}", failure.why()));
                }
                Err(_) => {}
            }
        }
        if let Some(rung) = incident.rung.as_mut().filter(|rung| rung.answered_at.is_none()) {
            let notes = &incident.notifications;
            let waits = |id: &u32| notes.iter().any(|note| note.id == *id && !note.is_answered());
            if !rung.notes.iter().any(waits) {
                rung.answered_at = Some(now);
            }
        }
        Reason::Recorded
    }

    pub(super) fn shown(&mut self, revision: u32, thread: u32, result: &Result<(), Failure>) -> Reason {
        let Some(incident) = self.incident.as_mut() else { return Reason::OtherIncident };
        incident.view.edited(revision, thread, result, self.now);
        Reason::Recorded
    }

    /// Ends the step and claims nothing.
    pub(super) fn finish(mut self, before: Option<&Incident>, reasons: Vec<Reason>) -> Transition {
        let now = self.now;
        let closed = reasons.last() == Some(&Reason::Closed);
        if let Some(incident) = &mut self.incident
            && !closed
        {
            incident.alarms.retain(|_, a| a.state != AlarmState::Ok || now.duration_since(a.changed_at) < FORGET);
            incident.notifications.iter_mut().for_each(|notification| notification.lapse(now));
            incident.forget_settled();
        }
        let changed = self.incident.as_ref() != before;
        Transition { incident: self.incident, changed, reasons, closed, send: Vec::new(), show: None }
    }
}

impl Transition {
    /// The same with whatever is due claimed.
    pub(super) fn claiming(mut self, now: Timestamp) -> Self {
        if let Some(incident) = &mut self.incident
            && !self.closed
        {
            // One after the other on each channel: a resolve never overtakes the page it resolves.
            for id in incident.next_in_line() {
                if let Some(next) = incident.notifications.iter_mut().find(|known| known.id == id)
                    && next.claim(now)
                {
                    self.send.push(next.clone());
                }
            }
            self.show = incident.view.claim(now);
            if self.send.iter().any(|n| n.channel == Channel::Slack && n.kind == Kind::Post) {
                // A message that is about to be posted will show the present state.
                incident.view.shown = incident.view.revision;
                self.show = None;
            }
        }
        self.changed |= !self.send.is_empty() || self.show.is_some();
        self
    }
}

impl Incident {
    fn forget_settled(&mut self) {
        let settled = self.notifications.iter().filter(|notification| notification.is_settled()).count();
        let mut surplus = settled.saturating_sub(KEEP_SETTLED);
        // When people were last paged, and under which key, is asked for however much was told since.
        let paged = |n: &&Notification| n.kind == Kind::Page && n.progress != Progress::Moot;
        let last = self.notifications.iter().rev().find(paged).map(|page| page.page);
        self.notifications.retain(|notification| {
            let drop = surplus > 0
                && notification.is_settled()
                && !(notification.kind == Kind::Page && Some(notification.page) == last);
            surplus -= usize::from(drop);
            !drop
        });
    }
}
