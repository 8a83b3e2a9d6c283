//! The transition function of the incident machine.

use jiff::{SignedDuration, Timestamp};

use super::notification::{Delivery, Notification, Progress};
use super::timeline::{self, Entry, Happening};
use super::{AlarmRecord, Explanation, Incident, Look, Phase, RemedyRecord};
use crate::alarm::{AlarmState, text};
use crate::bulletin::Bulletin;
use crate::diagnosis::Cause;
use crate::escalation::{Channel, Channels, Failure, Kind, Occasion, Sighting, owed};
use crate::id::Arn;
use crate::severity::Severity;
use crate::verification::Outcome;

/// How much of an alarm's reason is kept, in characters. A service may have hundreds of alarms, and an item of the table
/// holds 400 KB.
const REASON: usize = 500;
/// After this long without a page people are told anew when another P0 alarm joins.
const QUIET: SignedDuration = SignedDuration::from_mins(15);
/// Recovered alarms are forgotten after this long.
const FORGET: SignedDuration = SignedDuration::from_hours(1);
/// How many settled notifications are kept besides the unsettled ones.
const KEEP_SETTLED: usize = 40;

/// What the machine needs to know of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Which channels exist.
    pub channels: Channels,
    /// How long after its end an incident is opened again rather than followed by a new one.
    pub reopen_within: SignedDuration,
    /// How long to wait for the first time before looking again at what is not explained with certainty.
    pub look_again_after: SignedDuration,
}

/// What happens to an incident.
#[derive(Clone, Debug)]
pub enum Event {
    /// An alarm was seen in some state.
    Seen(Box<Sighting>),
    /// The reconciliation found that an alarm is OK or gone, without a message that said so.
    Settled {
        /// Which alarm.
        alarm: Arn,
        /// When that was read.
        at: Timestamp,
    },
    /// The enricher or the remediator says something.
    Told(Box<Bulletin>),
    /// What came of sending what was claimed.
    Delivered(Vec<Delivery>),
    /// What came of bringing the Slack message up to date.
    Shown {
        /// The revision that was shown.
        revision: u32,
        /// Whether Slack has it.
        result: Result<(), Failure>,
    },
    /// A minute passed.
    Tick,
}

/// Why a transition is what it is. The same words go to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The first alarm of a new incident.
    Opened,
    /// An alarm soon after the end opens the same incident again.
    Reopened,
    /// The alarm is worse than the incident was.
    Raised,
    /// Another alarm of an open incident.
    Joined,
    /// The alarm says again what is known.
    StillFiring,
    /// The very same change was delivered before.
    Duplicate,
    /// A newer change of the alarm is known already.
    Stale,
    /// One alarm recovered, others have not.
    PartlyRecovered,
    /// All alarms recovered.
    Resolved,
    /// The alarm recovered and no incident knows it.
    NothingToResolve,
    /// No data is not a recovery, and not an alarm either.
    NoData,
    /// An explanation came.
    Explained,
    /// The remediator spoke.
    Remedied,
    /// A bulletin of another incident than the present one.
    OtherIncident,
    /// A delivery was recorded.
    Recorded,
    /// Something due was taken up.
    TakenUp,
    /// The incident is over and its reopening window has passed.
    Closed,
    /// Nothing to do.
    Nothing,
}

impl Reason {
    /// The reason as it stands in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reopened => "reopened",
            Self::Raised => "raised",
            Self::Joined => "joined",
            Self::StillFiring => "still_firing",
            Self::Duplicate => "duplicate",
            Self::Stale => "stale",
            Self::PartlyRecovered => "partly_recovered",
            Self::Resolved => "resolved",
            Self::NothingToResolve => "nothing_to_resolve",
            Self::NoData => "no_data",
            Self::Explained => "explained",
            Self::Remedied => "remedied",
            Self::OtherIncident => "other_incident",
            Self::Recorded => "recorded",
            Self::TakenUp => "taken_up",
            Self::Closed => "closed",
            Self::Nothing => "nothing",
        }
    }
}

/// What came of an event.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The incident afterwards; `None` if there is none.
    pub incident: Option<Incident>,
    /// Whether it has to be written.
    pub changed: bool,
    /// Why, for each event.
    pub reasons: Vec<Reason>,
    /// Whether the incident is over and done with, and can be put away.
    pub closed: bool,
    /// The notifications claimed by this transition: whoever writes it sends them.
    pub send: Vec<Notification>,
    /// The revision of the Slack message to show now, if any.
    pub show: Option<u32>,
}

/// Applies events to the incident of a service, in their order, as one step.
///
/// Claims whatever is due: the caller writes the new state by compare-and-set, and only if that succeeds sends
/// [`Transition::send`] and shows [`Transition::show`], and then applies [`Event::Delivered`] and [`Event::Shown`].
pub fn apply(current: Option<Incident>, events: &[Event], policy: &Policy, now: Timestamp) -> Transition {
    let before = current.clone();
    let mut step = Step { incident: current, policy, now };
    let reasons = events.iter().map(|event| step.take(event)).collect();
    step.finish(before.as_ref(), reasons)
}

struct Step<'a> {
    incident: Option<Incident>,
    policy: &'a Policy,
    now: Timestamp,
}

impl Step<'_> {
    fn take(&mut self, event: &Event) -> Reason {
        match event {
            Event::Seen(sighting) => self.seen(sighting),
            Event::Settled { alarm, at } => self.settled(alarm, *at),
            Event::Told(bulletin) => self.told(bulletin),
            Event::Delivered(deliveries) => self.delivered(deliveries),
            Event::Shown { revision, result } => self.shown(*revision, result),
            Event::Tick => self.tick(),
        }
    }

    fn seen(&mut self, sighting: &Sighting) -> Reason {
        if let Some(known) = self.incident.as_ref().and_then(|incident| incident.alarms.get(&sighting.alarm)) {
            // The clock of alarms has milliseconds.
            let order = sighting.changed_at.as_millisecond().cmp(&known.changed_at.as_millisecond());
            if order.is_eq() {
                return Reason::Duplicate;
            }
            if order.is_lt() {
                return Reason::Stale;
            }
        }
        match sighting.state {
            AlarmState::Alarm => self.firing(sighting),
            AlarmState::Ok => self.recovered(sighting),
            AlarmState::InsufficientData => self.without_data(sighting),
        }
    }

    fn firing(&mut self, sighting: &Sighting) -> Reason {
        let (policy, now) = (self.policy, self.now);
        let reopens = |incident: &Incident| match incident.phase {
            Phase::Open => true,
            Phase::Resolved { at } => now.duration_since(at) < policy.reopen_within,
        };
        let (reason, incident) = match self.incident.take() {
            None => (Reason::Opened, self.incident.insert(Incident::begin(sighting, now))),
            Some(former) if !reopens(&former) => {
                let mut incident = Incident::begin(sighting, now);
                incident.remember(former, now);
                (Reason::Opened, self.incident.insert(incident))
            }
            Some(incident) => {
                let incident = self.incident.insert(incident);
                let known = incident.alarms.get(&sighting.alarm).is_some_and(|known| known.state == AlarmState::Alarm);
                let reason = match incident.phase {
                    Phase::Resolved { .. } => Reason::Reopened,
                    Phase::Open if sighting.route.severity > incident.severity => Reason::Raised,
                    Phase::Open if known => Reason::StillFiring,
                    Phase::Open => Reason::Joined,
                };
                (reason, incident)
            }
        };
        if reason == Reason::Reopened {
            // A resolve that did not go out yet is no longer true, and the new page must not wait behind it.
            incident.overtake(&[Kind::Resolve, Kind::Update]);
            incident.explanation = None;
            incident.remedy = None;
        }
        incident.phase = Phase::Open;
        incident.severity = match reason {
            Reason::Opened | Reason::Reopened => sighting.route.severity,
            _ => incident.severity.max(sighting.route.severity),
        };
        incident.alarms.insert(sighting.alarm.clone(), record(sighting));
        let what = match reason {
            Reason::Opened | Reason::Reopened => Happening::Opened,
            Reason::Raised => Happening::Raised,
            _ => Happening::Alarm,
        };
        timeline::push(
            &mut incident.timeline,
            Entry { at: now, what, detail: format!("{} is in ALARM", sighting.name) },
        );
        if matches!(reason, Reason::Opened | Reason::Reopened | Reason::Raised) {
            self.owe(Occasion::Began { first: reason == Reason::Opened });
            self.look_in(0);
        }
        if reason == Reason::Joined && sighting.route.severity == Severity::P0 {
            let long_ago = self.last_page().is_none_or(|at| now.duration_since(at) >= QUIET);
            self.owe(Occasion::Worsened { long_ago });
        }
        self.touch();
        reason
    }

    /// When the pages topic last took a page of this incident; now, if one is on its way.
    fn last_page(&self) -> Option<Timestamp> {
        let told = |n: &Notification| match n.progress {
            Progress::Sent { at } => Some(at),
            Progress::Owed { .. } | Progress::Claimed { .. } => Some(self.now),
            Progress::Moot => None,
        };
        let pages = self.incident.as_ref()?.notifications.iter().rev().filter(|n| n.channel == Channel::Pages);
        pages.filter_map(told).next()
    }

    fn recovered(&mut self, sighting: &Sighting) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.alarms.contains_key(&sighting.alarm))
        else {
            return Reason::NothingToResolve;
        };
        let was_open = incident.is_open();
        incident.alarms.insert(sighting.alarm.clone(), record(sighting));
        let detail = format!("{} is OK", sighting.name);
        timeline::push(&mut incident.timeline, Entry { at: now, what: Happening::Alarm, detail });
        self.touch();
        if was_open { self.resolve_if_over() } else { Reason::Duplicate }
    }

    fn without_data(&mut self, sighting: &Sighting) -> Reason {
        if let Some(known) = self.incident.as_mut().and_then(|incident| incident.alarms.get_mut(&sighting.alarm))
            && known.state != AlarmState::Ok
        {
            *known = record(sighting);
            self.touch();
        }
        Reason::NoData
    }

    fn settled(&mut self, alarm: &Arn, at: Timestamp) -> Reason {
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.is_open()) else {
            return Reason::NothingToResolve;
        };
        match incident.alarms.get_mut(alarm) {
            Some(known) if known.state != AlarmState::Ok && known.changed_at < at => {
                known.state = AlarmState::Ok;
                known.changed_at = at;
                let detail = format!("{} is OK or gone, found without a message", known.name);
                timeline::push(&mut incident.timeline, Entry { at: self.now, what: Happening::Alarm, detail });
            }
            _ => return Reason::Stale,
        }
        self.touch();
        self.resolve_if_over()
    }

    fn resolve_if_over(&mut self) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut() else { return Reason::Nothing };
        if !incident.firing().is_empty() {
            return Reason::PartlyRecovered;
        }
        incident.phase = Phase::Resolved { at: now };
        // What was not told yet and is no longer true is not told any more; that it began is told all the same.
        incident.overtake(&[Kind::Update, Kind::Escalated, Kind::Opened]);
        timeline::push(
            &mut incident.timeline,
            Entry { at: now, what: Happening::Resolved, detail: "all alarms recovered".to_owned() },
        );
        self.owe(Occasion::Resolved);
        Reason::Resolved
    }

    fn told(&mut self, bulletin: &Bulletin) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.id == bulletin.subject().incident_id)
        else {
            return Reason::OtherIncident;
        };
        let mut note = |what, detail: String| timeline::push(&mut incident.timeline, Entry { at: now, what, detail });
        match bulletin {
            Bulletin::Opened { .. } | Bulletin::Escalated { .. } => return Reason::Nothing,
            Bulletin::Diagnosed { gathered_at, diagnosis, .. } => {
                if incident.explanation.as_ref().is_some_and(|known| known.gathered_at >= *gathered_at) {
                    return Reason::Duplicate;
                }
                let top = diagnosis.top();
                // A later look that finds nothing, mostly because it is over, does not take the explanation away.
                if top.cause == Cause::Unknown && incident.explanation.is_some() {
                    return Reason::Nothing;
                }
                note(Happening::Diagnosed, format!("{} ({} confidence)", top.cause, top.confidence));
                let same = incident.explanation.as_ref().is_some_and(|known| known.diagnosis.agrees_with(diagnosis));
                incident.explanation = Some(Explanation { diagnosis: diagnosis.clone(), gathered_at: *gathered_at });
                let open = incident.is_open();
                if open && !same {
                    self.owe(Occasion::Explained);
                }
                self.touch();
                return Reason::Explained;
            }
            Bulletin::Refused { proposal, objections, .. } => {
                let record = RemedyRecord::Refused { proposal: proposal.clone(), objections: objections.clone() };
                // Another look that comes to the same result is no news, and what was done outweighs it.
                let acted = matches!(incident.remedy, Some(RemedyRecord::Acted { .. } | RemedyRecord::Verified { .. }));
                if acted || incident.remedy.as_ref() == Some(&record) {
                    return Reason::Duplicate;
                }
                let why = objections.first().map_or("nothing to do", |objection| objection.why.as_str());
                note(Happening::Refused, why.to_owned());
                incident.remedy = Some(record);
            }
            Bulletin::Acted { plan, at, .. } => {
                if let Some(RemedyRecord::Acted { at: known, .. }) = &incident.remedy
                    && known >= at
                {
                    return Reason::Duplicate;
                }
                note(Happening::Acted, plan.sentence());
                incident.remedy = Some(RemedyRecord::Acted { plan: plan.clone(), at: *at });
            }
            Bulletin::Verified { plan, outcome, .. } => {
                let record = RemedyRecord::Verified { plan: plan.clone(), outcome: outcome.clone() };
                if incident.remedy.as_ref() == Some(&record) {
                    return Reason::Duplicate;
                }
                let recovered = matches!(outcome, Some(Outcome::Recovered { .. }));
                let detail = match outcome {
                    Some(Outcome::Recovered { after_s }) => format!("recovered after {after_s} s"),
                    Some(Outcome::Failed { why }) => format!("did not help: {why}"),
                    None => "nobody knows whether it was carried out".to_owned(),
                };
                note(Happening::Verified, detail);
                incident.remedy = Some(record);
                if !recovered {
                    self.owe(Occasion::RemedyFailed);
                }
            }
        }
        self.touch();
        Reason::Remedied
    }

    fn delivered(&mut self, deliveries: &[Delivery]) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut() else { return Reason::OtherIncident };
        for delivery in deliveries {
            let Some(notification) = incident.notifications.iter_mut().find(|known| known.id == delivery.id) else {
                continue;
            };
            let first_failure = notification.last_failure.is_none();
            notification.record(&delivery.result, now);
            let name = format!("{} ({:?})", notification.channel.as_str(), notification.kind).to_lowercase();
            match &delivery.result {
                Ok(message) => {
                    if let Some(message) = message {
                        let revision = incident.view.shown.max(1);
                        incident.view.posted(message.clone(), revision);
                    }
                    if notification.channel != Channel::Incidents {
                        timeline::push(&mut incident.timeline, Entry { at: now, what: Happening::Told, detail: name });
                    }
                }
                Err(failure) if first_failure => {
                    let detail = format!("{name}: {}", failure.why());
                    timeline::push(&mut incident.timeline, Entry { at: now, what: Happening::NotTold, detail });
                }
                Err(_) => {}
            }
        }
        Reason::Recorded
    }

    fn shown(&mut self, revision: u32, result: &Result<(), Failure>) -> Reason {
        let Some(incident) = self.incident.as_mut() else { return Reason::OtherIncident };
        incident.view.edited(revision, result, self.now);
        Reason::Recorded
    }

    fn tick(&mut self) -> Reason {
        let (policy, now) = (self.policy, self.now);
        let Some(incident) = self.incident.as_mut() else { return Reason::Nothing };
        if incident.is_open() && incident.expire_events(now) {
            self.touch();
            return self.resolve_if_over();
        }
        // While the result of a remedy is awaited its verification does the looking, and there is something left to tell.
        let awaiting = matches!(incident.remedy, Some(RemedyRecord::Acted { .. }));
        if let Phase::Resolved { at } = incident.phase {
            let since = now.duration_since(at);
            let over = since >= policy.reopen_within && (!awaiting || since >= FORGET);
            let told = incident.notifications.iter().all(Notification::is_settled) && incident.view.due_at().is_none();
            if over && told {
                return Reason::Closed;
            }
        } else if incident.look.next_at <= now {
            let asked = |n: &Notification| n.channel == Channel::Incidents && !n.is_settled();
            let asking = incident.notifications.iter().any(asked);
            let count = incident.look.count + 1;
            if !awaiting && !asking {
                self.owe(Occasion::LookAgain);
            }
            self.look_in(count);
        }
        Reason::TakenUp
    }

    /// What changed shows in the Slack message.
    fn touch(&mut self) {
        if let Some(incident) = &mut self.incident {
            incident.view.revision += 1;
        }
    }

    fn owe(&mut self, occasion: Occasion) {
        let Some(incident) = &mut self.incident else { return };
        for (channel, kind) in owed(occasion, incident.severity, self.policy.channels) {
            let id = incident.notifications.last().map_or(0, |last| last.id) + 1;
            incident.notifications.push(Notification {
                id,
                channel,
                kind,
                severity: incident.severity,
                page: 1,
                progress: Progress::Owed { at: self.now },
                attempts: 0,
                last_failure: None,
            });
        }
        let settled = incident.notifications.iter().filter(|notification| notification.is_settled()).count();
        let mut surplus = settled.saturating_sub(KEEP_SETTLED);
        incident.notifications.retain(|notification| {
            let drop = surplus > 0 && notification.is_settled();
            surplus -= usize::from(drop);
            !drop
        });
    }

    /// The next look is due after a wait that doubles up to sixteenfold, and rests there once the cause is certain.
    fn look_in(&mut self, count: u32) {
        let Some(incident) = &mut self.incident else { return };
        let doublings = if incident.explained() { 4 } else { count.min(4) };
        incident.look = Look { count, next_at: self.now + self.policy.look_again_after * (1 << doublings) };
    }

    fn finish(mut self, before: Option<&Incident>, reasons: Vec<Reason>) -> Transition {
        let now = self.now;
        let closed = reasons.last() == Some(&Reason::Closed);
        let (mut send, mut show) = (Vec::new(), None);
        if let Some(incident) = &mut self.incident
            && !closed
        {
            incident.alarms.retain(|_, a| a.state != AlarmState::Ok || now.duration_since(a.changed_at) < FORGET);
            // One after the other on each channel: a resolve never overtakes the page it resolves.
            for id in incident.next_in_line() {
                if let Some(next) = incident.notifications.iter_mut().find(|known| known.id == id)
                    && next.claim(now)
                {
                    send.push(next.clone());
                }
            }
            show = incident.view.claim(now);
            if let Some(posting) = send.iter().any(|n| n.kind == Kind::Post).then_some(incident.view.revision) {
                // A message that is about to be posted will show the present state.
                incident.view.shown = posting;
                show = None;
            }
        }
        let changed = self.incident.as_ref() != before;
        Transition { incident: self.incident, changed, reasons, closed, send, show }
    }
}

fn record(sighting: &Sighting) -> AlarmRecord {
    AlarmRecord {
        name: sighting.name.clone(),
        state: sighting.state,
        changed_at: sighting.changed_at,
        severity: sighting.route.severity,
        reason: text::bounded(&sighting.reason, REASON),
        found: sighting.found.clone(),
    }
}
