//! The life of an incident: what is wrong with one service from the first alarm to its recovery.
//!
//! [`apply`] is the whole machine: a state, an event and the time go in, the next state and what has to be done come out.
//! What has to be told is part of the state (an outbox of [`Notification`]s), claimed before it is sent and recorded after,
//! so that a crash between the two leaves a trace that the next tick finds.

mod apply;
mod asked;
mod climb;
mod drawing;
mod flapping;
mod notification;
mod outbox;
mod policy;
mod seen;
mod timeline;
mod told;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::apply::{Event, Reason, Transition, apply, record};
pub use self::drawing::{Drawing, NoGraph, Undrawn};
pub use self::flapping::Flapping;
pub use self::notification::{Delivery, Notification, Progress};
pub use self::policy::Policy;
pub use self::timeline::{Entry, Happening};
pub use self::view::{MessageRef, View};
use crate::alarm::{AlarmState, text};
use crate::bulletin::Subject;
use crate::config::TELLING_DIMENSIONS;
use crate::diagnosis::{Confidence, Diagnosis};
use crate::escalation::{Channel, Found, Height, Kind, MANY_SERVICES, Profile, Route, Sighting};
use crate::evidence::Ringing;
use crate::guardrail::Objection;
use crate::id::{AccountId, Arn, IncidentId, Region, ServiceName};
use crate::picture::Picture;
use crate::redaction::redacted;
use crate::remedy::{Plan, Proposal};
use crate::request::Actor;
use crate::severity::Severity;
use crate::silence::Active;
use crate::verification::Outcome;

/// Recovered alarms are forgotten after this long: by then a late message about them no longer comes.
const FORGET: SignedDuration = SignedDuration::from_hours(1);

/// How many ringing alarms a bulletin carries, and the longest name: that of an alarm has up to 255 characters
/// ("PutMetricAlarm", Amazon CloudWatch API Reference).
const RINGING: usize = 20;
const RINGING_NAME: usize = 255;

/// One incident. There is at most one open incident a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Its service.
    pub service: ServiceName,
    /// Whether the service is configured.
    pub configured: bool,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// The worst that was seen in it. It does not fall while the incident is open.
    pub severity: Severity,
    /// Whether it goes on.
    pub phase: Phase,
    /// When its first alarm changed.
    pub opened_at: Timestamp,
    /// When it was last opened or reopened, by our own clock. A request from before that is about something else.
    pub began_at: Timestamp,
    /// The route of the alarm that made it as bad as it is: the escalation policy it climbs, whom to ask, where to look.
    pub route: Route,
    /// How far it climbed; `None` while nobody is to be told, since it is silenced.
    pub rung: Option<Rung>,
    /// How many pages it had, over all its rungs. Each page that is due has its number.
    pub pages: u32,
    /// The pages that PagerDuty was given and that are to be resolved there, by severity and number.
    pub open_pages: BTreeSet<(Severity, u32)>,
    /// The channels on which it was told, and so has to be told when it is over.
    pub told: BTreeSet<Channel>,
    /// Who is at it.
    pub ack: Option<Ack>,
    /// The silence it is under, while it is.
    pub silenced: Option<Active>,
    /// When it was reopened lately.
    pub flips: Vec<Timestamp>,
    /// Whether it goes up and down so often that each change is no news.
    pub flapping: Option<Flapping>,
    /// Its alarms.
    pub alarms: BTreeMap<Arn, AlarmRecord>,
    /// The newest explanation.
    pub explanation: Option<Explanation>,
    /// What Paramedic did about it, or would do, or did not do.
    pub remedy: Option<RemedyRecord>,
    /// Which plan a person approved last.
    pub approval: Option<Approval>,
    /// When to ask for another look, and how often that was asked.
    pub look: Look,
    /// What is owed to whom, and what was told.
    pub notifications: Vec<Notification>,
    /// The Slack message that shows it.
    pub view: View,
    /// How far the graph in that message's thread is.
    #[serde(default)]
    pub drawing: Drawing,
    /// What happened, oldest first.
    pub timeline: Vec<Entry>,
    /// Counts the writes, for compare-and-set.
    pub version: u64,
}

/// Whether an incident goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// At least one alarm has not recovered.
    Open,
    /// All alarms recovered.
    Resolved {
        /// When.
        at: Timestamp,
    },
    /// There is none: an alarm recovered of which nothing was known. Kept for a while, so that a message of its trouble that
    /// comes late is known to be late.
    Calm {
        /// Since when.
        at: Timestamp,
    },
    /// A person said that it is over, whatever its alarms say.
    Dismissed {
        /// When.
        at: Timestamp,
        /// Who.
        by: Actor,
    },
}

/// An acknowledgement: somebody is at it, and nobody else need be woken until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Until when it holds.
    pub until: Timestamp,
}

/// A person's word for one very plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The plan's digest.
    pub plan: String,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// How far an incident climbed the ladder of its escalation policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// The step.
    pub height: Height,
    /// The notifications of that step, by their numbers.
    pub notes: Vec<u32>,
    /// When the last of them had an answer, good or bad. The next step waits for that: it never overtakes this one.
    pub answered_at: Option<Timestamp>,
}

/// The newest known state of one alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmRecord {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: AlarmState,
    /// Since when.
    pub changed_at: Timestamp,
    /// How bad it is.
    pub severity: Severity,
    /// Why, in CloudWatch's words.
    pub reason: String,
    /// How it came to be known.
    pub found: Found,
    /// Whether it fired in this incident: an alarm that was only ever known to be well is new when it does.
    #[serde(default)]
    pub fired: bool,
    /// What silences can match of it.
    pub profile: Profile,
}

/// An explanation of the incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What the evidence says.
    pub diagnosis: Diagnosis,
    /// When the evidence was gathered.
    pub gathered_at: Timestamp,
    /// Since when, who is affected, what changed and what to do; absent where it was explained without one.
    #[serde(default)]
    pub picture: Option<Box<Picture>>,
}

/// The newest that the remediator said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyRecord {
    /// Nothing was touched.
    Refused {
        /// What could be done.
        proposal: Proposal,
        /// What speaks against it.
        objections: Vec<Objection>,
    },
    /// Something was done; the result is awaited.
    Acted {
        /// What.
        plan: Plan,
        /// When.
        at: Timestamp,
    },
    /// Something was done and its result is known, or nobody knows whether it was done.
    Verified {
        /// What.
        plan: Plan,
        /// What came of it.
        outcome: Outcome,
    },
}

/// When to look again at an incident that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// How often another look was asked for.
    pub count: u32,
    /// When the next is due.
    pub next_at: Timestamp,
}

impl Incident {
    /// An incident that begins with this sighting. Its id is made of what began it, so that a repeated delivery makes the
    /// same one.
    fn begin(sighting: &Sighting, now: Timestamp) -> Self {
        let mut hash = Sha256::new();
        for part in [sighting.route.service.as_str(), sighting.alarm.as_str(), &sighting.changed_at.to_string()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let digest: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self {
            id: IncidentId::new(format!("inc-{digest}")),
            service: sighting.route.service.clone(),
            configured: sighting.route.configured,
            account: sighting.account.clone(),
            region: sighting.region.clone(),
            severity: sighting.route.severity,
            phase: Phase::Open,
            opened_at: sighting.changed_at.min(now),
            began_at: now,
            route: sighting.route.clone(),
            rung: None,
            pages: 0,
            open_pages: BTreeSet::new(),
            told: BTreeSet::new(),
            ack: None,
            silenced: None,
            flips: Vec::new(),
            flapping: None,
            alarms: BTreeMap::new(),
            explanation: None,
            remedy: None,
            approval: None,
            look: Look { count: 0, next_at: now },
            notifications: Vec::new(),
            view: View::default(),
            drawing: Drawing::default(),
            timeline: Vec::new(),
            version: 0,
        }
    }

    /// No incident, but the record that an alarm recovered.
    fn calm(sighting: &Sighting, now: Timestamp) -> Self {
        Self { phase: Phase::Calm { at: now }, ..Self::begin(sighting, now) }
    }

    /// Whether it is no incident but a mere record of recoveries.
    pub fn is_calm(&self) -> bool {
        matches!(self.phase, Phase::Calm { .. })
    }

    /// Takes over what the former incident knew of its alarms, all of them recovered, so that a message about them that
    /// comes late is still known to be late; and what is still owed to somebody, such as the resolve of its page.
    fn remember(&mut self, former: Self, now: Timestamp) {
        // It takes the former one's place in the table, where versions never go back.
        self.version = former.version;
        self.notifications = former.notifications.into_iter().filter(|owed| !owed.is_settled()).collect();
        self.alarms = former.alarms.into_iter().filter(|(_, a)| now.duration_since(a.changed_at) < FORGET).collect();
        // Whoever is at this one has not seen them fire.
        self.alarms.values_mut().for_each(|alarm| alarm.fired = false);
        // The pages count on, so that what is still owed for the former one keeps a key of its own.
        self.pages = if self.notifications.is_empty() { 0 } else { former.pages };
        self.open_pages = former.open_pages;
    }

    /// What bulletins say of it.
    pub fn subject(&self) -> Subject {
        Subject {
            incident_id: self.id.clone(),
            service: self.service.clone(),
            severity: self.severity,
            account: self.account.clone(),
            region: self.region.clone(),
        }
    }

    /// The key under which PagerDuty folds repeated pages. It is made of what is known even when the table is not readable,
    /// never of the incident's id.
    pub fn dedup_key(&self) -> String {
        self.page_key(self.severity, 1)
    }

    /// The key of its page of that number, counted from 1, at that severity. A page that is repeated because nobody
    /// acknowledged the former has a key of its own: under the old one PagerDuty would wake nobody.
    pub fn page_key(&self, severity: Severity, page: u32) -> String {
        dedup_key(&self.account, &self.region, &self.service, severity, page)
    }

    /// Whether it stands for many services at once: the digest of a storm.
    pub fn is_digest(&self) -> bool {
        self.service.as_str() == MANY_SERVICES
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether what its alarms do is still its business: it goes on, or a person dismissed it with alarms that may go on.
    pub fn keeps_watch(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Dismissed { .. })
    }

    /// The alarms that have not recovered, the most severe first and then the oldest. INSUFFICIENT_DATA is no recovery.
    pub fn firing(&self) -> Vec<&AlarmRecord> {
        let mut firing: Vec<_> = self.alarms.values().filter(|alarm| alarm.state != AlarmState::Ok).collect();
        firing.sort_by_key(|alarm| (std::cmp::Reverse(alarm.severity), alarm.changed_at));
        firing
    }

    /// Those of its alarms that ring, for whoever explains it: the most severe first and then the newest, and not too many of
    /// them.
    pub fn ringing(&self) -> Vec<Ringing> {
        let mut ringing: Vec<_> = self.alarms.values().filter(|alarm| alarm.state == AlarmState::Alarm).collect();
        ringing.sort_by_key(|alarm| (std::cmp::Reverse(alarm.severity), std::cmp::Reverse(alarm.changed_at)));
        let told = |text: &str| text::escaped(&redacted(text), RINGING_NAME);
        ringing
            .into_iter()
            .take(RINGING)
            .map(|alarm| Ringing {
                name: told(&alarm.name),
                service: Some(self.service.clone()),
                metric: alarm.profile.metric.as_deref().map(told),
                since: alarm.changed_at,
                dimensions: if self.configured { BTreeMap::new() } else { telling(&alarm.profile.dimensions) },
            })
            .collect()
    }

    /// The alarm that speaks for the incident: the worst that fires, or, once it is over, the worst there was.
    pub fn leading(&self) -> Option<&AlarmRecord> {
        // What recovered before it began is kept only to know late messages by, and was no part of it.
        let since = |alarm: &&AlarmRecord| alarm.changed_at >= self.opened_at;
        let worst = |alarm: &&AlarmRecord| (alarm.severity, std::cmp::Reverse(alarm.changed_at));
        let was = || self.alarms.values().filter(since).max_by_key(worst);
        self.firing().first().copied().or_else(was).or_else(|| self.alarms.values().max_by_key(worst))
    }

    /// Whether a certain explanation is known.
    fn explained(&self) -> bool {
        self.explanation.as_ref().is_some_and(|e| e.diagnosis.top().confidence == Confidence::High)
    }

    /// ECS says when something is wrong, and not always when it is well again: what it has not repeated for an hour counts as
    /// recovered. Says whether there was such an event.
    fn expire_events(&mut self, now: Timestamp) -> bool {
        let mut expired = false;
        for (arn, alarm) in &mut self.alarms {
            let old = now.duration_since(alarm.changed_at) >= FORGET;
            if arn.as_str().ends_with("#ecs") && alarm.state != AlarmState::Ok && old {
                alarm.state = AlarmState::Ok;
                alarm.changed_at = now;
                expired = true;
            }
        }
        expired
    }

    /// What waits to be told and is no longer true is not told any more.
    fn overtake(&mut self, kinds: &[Kind]) {
        self.overtake_where(|notification| kinds.contains(&notification.kind));
    }

    /// The same, on these channels only.
    fn overtake_on(&mut self, channels: &[Channel], kinds: &[Kind]) {
        self.overtake_where(|n| kinds.contains(&n.kind) && channels.contains(&n.channel));
    }

    fn overtake_where(&mut self, overtaken: impl Fn(&Notification) -> bool) {
        self.notifications.iter_mut().filter(|n| overtaken(n)).for_each(Notification::overtake);
    }

    /// The first unsettled notification of each channel. What stands behind it on the same channel waits.
    fn next_in_line(&self) -> Vec<u32> {
        let mut channels = Vec::new();
        let mut next = Vec::new();
        for notification in self.notifications.iter().filter(|notification| !notification.is_settled()) {
            if !channels.contains(&&notification.channel) {
                channels.push(&notification.channel);
                next.push(notification.id);
            }
        }
        next
    }

    /// When it was over; `None` while it goes on.
    pub fn over_at(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Open => None,
            Phase::Resolved { at } | Phase::Calm { at } | Phase::Dismissed { at, .. } => Some(at),
        }
    }

    /// Whether it is the one that was paged under this key.
    pub fn was_paged_as(&self, dedup_key: &str) -> bool {
        let all = [Severity::P0, Severity::P1, Severity::P2];
        (1..=self.pages.max(1)).any(|page| all.iter().any(|severity| self.page_key(*severity, page) == dedup_key))
    }

    /// When the router has to look at it again: when something owed is due, the view is behind, the graph is missing, the next step
    /// is due, an acknowledgement or a silence ends, another look is due or it can be closed. An incident that is not closed is always
    /// due some time, so that the open ones can be listed.
    pub fn due_at(&self, policy: &Policy) -> Timestamp {
        let rest = match self.over_at() {
            None => self.look.next_at,
            Some(at) => at + policy.reopen_within,
        };
        let next = self.next_in_line();
        let owed =
            self.notifications.iter().filter(|known| next.contains(&known.id)).filter_map(Notification::due_at).min();
        let open = self.is_open();
        let step = self.next_step(policy).filter(|_| open).map(|(_, at)| at);
        let ack = self.ack.as_ref().filter(|_| open).map(|ack| ack.until);
        let silence = self.silenced.as_ref().filter(|_| open).map(|silence| silence.until);
        let (calm, graph) = (self.calm_at(), self.graph_due_at());
        [Some(rest), owed, self.view.due_at(), graph, step, ack, silence, calm]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(rest)
    }
}

/// The deduplication key of a page: account, region, service and severity; from the second page of an incident on also the
/// page's number.
pub fn dedup_key(account: &AccountId, region: &Region, service: &ServiceName, severity: Severity, page: u32) -> String {
    let number = if page > 1 { format!("/{page}") } else { String::new() };
    let key = format!("paramedic/{account}/{region}/{service}/{severity}{number}");
    // PagerDuty takes 255 characters; longer service names are told apart by a digest.
    if key.len() <= 255 {
        return key;
    }
    let digest: String = Sha256::digest(service.as_str()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("paramedic/{account}/{region}/{digest}/{severity}{number}")
}

/// Those dimensions that tell what a service consists of.
fn telling(dimensions: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let tells = |name: &String| TELLING_DIMENSIONS.contains(&name.as_str());
    dimensions.iter().filter(|(name, _)| tells(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod races;
#[cfg(test)]
pub(crate) mod tests;
