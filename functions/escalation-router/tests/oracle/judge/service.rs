//! The judge's model of one service: which pages are due, and why.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::escalation::{Channel, Kind};
use paramedic_domain::request::Ask;
use paramedic_domain::severity::Severity;

use super::{End, Happened, Sent, channels};
use crate::traffic::Change;

const REOPEN: SignedDuration = SignedDuration::from_mins(10);
const FLAPPING: SignedDuration = SignedDuration::from_mins(15);
const REPAGE: SignedDuration = SignedDuration::from_mins(10);
const QUIET: SignedDuration = SignedDuration::from_mins(15);
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Phase {
    #[default]
    None,
    Open,
    Over(Timestamp),
}

#[derive(Clone, Debug)]
struct Known {
    state: AlarmState,
    at: Timestamp,
    /// In this incident.
    fired: bool,
}

#[derive(Clone, Debug)]
struct Page {
    due: Timestamp,
    number: Option<u32>,
    unanswered: BTreeSet<Channel>,
    answered: Option<Timestamp>,
    sent: Option<Timestamp>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Service {
    pub(crate) incident: String,
    pub(crate) pages: u32,
    phase: Phase,
    alarms: BTreeMap<String, Known>,
    severity: Severity,
    began: Option<Timestamp>,
    acked_until: Option<Timestamp>,
    silent: bool,
    turns: Vec<Timestamp>,
    /// Whether it flaps, until when it has to be calm, and whether people know.
    flaps: Option<(Timestamp, bool)>,
    /// The step it is on.
    step: Option<Page>,
    /// The newest page, whatever became of its step.
    last: Option<Page>,
    /// What was known of the alarms when the former incident was put away.
    former: BTreeMap<String, Known>,
}

/// What came of a write.
pub(crate) struct After {
    pub(crate) service: Service,
    /// The pages that it made due.
    pub(crate) due: Vec<Severity>,
    /// What need not be told any more on which channel, if it was due by then.
    pub(crate) overtaken: Vec<(Timestamp, Channel)>,
    /// Whether the incident ended in it, after the last page.
    pub(crate) ended: bool,
    pub(crate) ends: Vec<(usize, End)>,
    /// Where either is right: which of them pages.
    chosen: u32,
}

impl Service {
    /// What was sent is recorded.
    pub(crate) fn answered(&mut self, sent: &Sent, at: Timestamp) {
        if !matches!(sent.kind, Kind::Page | Kind::Post | Kind::Broadcast) {
            return;
        }
        for page in [&mut self.step, &mut self.last].into_iter().flatten().filter(|page| page.number == Some(sent.page))
        {
            page.unanswered.remove(&sent.channel);
            if page.unanswered.is_empty() {
                page.answered.get_or_insert(at);
            }
            if sent.channel == Channel::Pages {
                page.sent.get_or_insert(at);
            }
        }
    }

    pub(crate) fn put_away(&mut self, at: Timestamp) {
        match self.phase {
            Phase::Open => panic!("an open incident was put away: {self:#?}"),
            Phase::Over(over) => assert!(at.duration_since(over) >= REOPEN, "it was put away too early: {self:#?}"),
            Phase::None => {}
        }
        self.phase = Phase::None;
        self.former = std::mem::take(&mut self.alarms);
    }

    /// What a change that left no trace came to; `None` if it should have left one.
    pub(crate) fn without_a_trace(&self, change: &Change) -> Option<End> {
        let known = self.alarms.get(&change.alarm).or(self.former.get(&change.alarm));
        match known {
            Some(known) if change.at <= known.at => Some(End::Overtaken),
            _ if change.state == AlarmState::InsufficientData => Some(End::NoData),
            _ => None,
        }
    }

    /// The service after a write; `chosen` says in which doubtful cases a page is due.
    pub(crate) fn after(
        &self,
        changes: &[Change],
        happened: &[Happened],
        silent: bool,
        now: Timestamp,
        chosen: u32,
    ) -> After {
        let service = self.clone();
        let mut after = After { service, due: vec![], overtaken: vec![], ended: false, ends: vec![], chosen };
        for happened in happened {
            match happened {
                Happened::Change(number) => {
                    let end = after.change(&changes[*number], silent, now);
                    after.ends.extend(end.map(|end| (*number, end)));
                }
                Happened::Asked { ask, at } => after.asked(ask, *at, silent, now),
                Happened::Tick => after.tick(silent, now),
            }
        }
        let old = |known: &Known| known.state == AlarmState::Ok && now.duration_since(known.at) >= FORGOTTEN;
        after.service.alarms.retain(|_, known| !old(known));
        let page = self.pages + u32::try_from(after.due.len()).unwrap();
        for newest in [&mut after.service.step, &mut after.service.last].into_iter().flatten() {
            newest.number.get_or_insert(page);
        }
        after
    }
}

impl After {
    fn page(&mut self, now: Timestamp) {
        let service = &mut self.service;
        if service.silent {
            return;
        }
        self.due.push(service.severity);
        self.overtaken.extend(channels(service.severity).into_iter().map(|channel| (now, channel)));
        self.ended = false;
        if let Some((_, told)) = &mut service.flaps {
            *told = true;
        }
        let unanswered = channels(service.severity).into_iter().collect();
        let page = Page { due: now, number: None, unanswered, answered: None, sent: None };
        service.step = Some(page.clone());
        service.last = Some(page);
    }

    fn either(&mut self) -> bool {
        let chosen = self.chosen & 1 == 1;
        self.chosen >>= 1;
        chosen
    }

    fn overtake_all(&mut self, now: Timestamp) {
        self.overtaken.extend(channels(Severity::P0).into_iter().chain(channels(Severity::P2)).map(|c| (now, c)));
    }

    /// Whether what was silent is told again.
    fn heed(&mut self, silent: bool, now: Timestamp) -> bool {
        if self.service.phase != Phase::Open || self.service.silent == silent {
            return false;
        }
        self.service.silent = silent;
        if silent {
            self.overtake_all(now);
            self.service.step = None;
            if let Some((_, told)) = &mut self.service.flaps {
                *told = false;
            }
        } else {
            self.page(now);
        }
        !silent
    }

    fn change(&mut self, change: &Change, silent: bool, now: Timestamp) -> Option<End> {
        let service = &mut self.service;
        let known = service.alarms.get(&change.alarm).cloned();
        if let Some(known) = &known
            && change.at <= known.at
        {
            return (change.at < known.at).then_some(End::Overtaken);
        }
        let (state, at) = (change.state, change.at);
        let fired = known.as_ref().is_some_and(|known| known.fired);
        let was = known.as_ref().map_or(AlarmState::Ok, |known| known.state);
        match state {
            AlarmState::InsufficientData => {
                if was != AlarmState::Ok {
                    service.alarms.insert(change.alarm.clone(), Known { state, at, fired });
                }
                Some(End::NoData)
            }
            AlarmState::Ok => {
                service.alarms.insert(change.alarm.clone(), Known { state, at, fired });
                if was == AlarmState::Ok || service.phase != Phase::Open {
                    return Some(End::Attached);
                }
                if service.alarms.values().any(|known| known.state != AlarmState::Ok) {
                    self.heed(silent, now);
                    return Some(End::Attached);
                }
                self.over(now);
                Some(End::Resolved)
            }
            AlarmState::Alarm => {
                let before = self.due.len();
                self.fires(change, was, fired, silent, now);
                Some(match (self.due.len() > before, self.service.silent) {
                    (true, _) => End::Paged,
                    (_, true) => End::Silenced,
                    _ => End::Attached,
                })
            }
        }
    }

    fn over(&mut self, now: Timestamp) {
        let service = &mut self.service;
        service.phase = Phase::Over(now);
        service.silent = false;
        if service.flaps.is_none() {
            service.step = None;
        }
        self.overtaken.push((now, Channel::Slack));
        self.ended = true;
    }

    fn fires(&mut self, change: &Change, was: AlarmState, fired: bool, silent: bool, now: Timestamp) {
        let service = &mut self.service;
        let lately =
            matches!(service.phase, Phase::Over(at) if now.duration_since(at) < REOPEN || service.flaps.is_some());
        let opens = service.phase != Phase::Open;
        let mut rises = change.severity > service.severity;
        if opens && lately {
            service.began = Some(now);
            service.turns.retain(|at| now.duration_since(*at) < FLAPPING);
            service.turns.push(now);
            match &mut service.flaps {
                Some((calm, _)) => *calm = now + FLAPPING,
                None => {
                    service.severity = change.severity;
                    if service.turns.len() >= 3 {
                        service.flaps = Some((now + FLAPPING, false));
                    }
                }
            }
        } else if opens {
            let mut alarms = std::mem::take(&mut service.alarms);
            if alarms.is_empty() {
                alarms = std::mem::take(&mut service.former);
            }
            alarms.retain(|_, known| now.duration_since(known.at) < FORGOTTEN);
            alarms.values_mut().for_each(|known| known.fired = false);
            let (incident, pages) = (service.incident.clone(), service.pages);
            *service =
                Service { incident, pages, alarms, severity: change.severity, began: Some(now), ..Service::default() };
            rises = true;
        }
        let new = !fired;
        service.phase = Phase::Open;
        service.severity = service.severity.max(change.severity);
        let known = Known { state: AlarmState::Alarm, at: change.at, fired: true };
        service.alarms.insert(change.alarm.clone(), known);
        if self.heed(silent, now) {
            return;
        }
        let service = &mut self.service;
        if opens || rises {
            let told = service.flaps.is_some_and(|(_, told)| told);
            if told && !rises {
                return;
            }
            service.acked_until = None;
            self.page(now);
        } else if change.severity == Severity::P0 && was != AlarmState::Alarm && new {
            let acked = service.acked_until.take().is_some();
            let pages = acked
                || match &service.last {
                    None => true,
                    Some(page) if now.duration_since(page.due) < QUIET => false,
                    Some(page) if page.sent.is_some_and(|sent| now.duration_since(sent) >= QUIET) => true,
                    Some(_) => self.either(),
                };
            if pages {
                self.page(now);
            }
        }
    }

    fn asked(&mut self, ask: &Ask, at: Timestamp, silent: bool, now: Timestamp) {
        let service = &mut self.service;
        if service.began.is_some_and(|began| began.duration_since(at) > MARGIN) || service.phase != Phase::Open {
            return;
        }
        match ask {
            Ask::Ack => {
                if service.acked_until.is_none_or(|until| until <= now) {
                    let hours = if service.severity == Severity::P0 { 1 } else { 4 };
                    service.acked_until = Some(now + SignedDuration::from_hours(hours));
                    self.overtake_all(now);
                }
            }
            _ => {
                self.heed(silent, now);
            }
        }
    }

    fn tick(&mut self, silent: bool, now: Timestamp) {
        let service = &mut self.service;
        if service.flaps.is_some_and(|(calm, _)| calm <= now) {
            service.flaps = None;
            service.turns.clear();
            if service.phase != Phase::Open {
                service.step = None;
            }
        }
        if service.phase != Phase::Open {
            return;
        }
        self.heed(silent, now);
        if self.service.acked_until.is_some_and(|until| until <= now) {
            self.service.acked_until = None;
            self.page(now);
        }
        let service = &self.service;
        let Some(step) = service.step.as_ref().filter(|_| service.acked_until.is_none() && !service.silent) else {
            return;
        };
        if service.severity != Severity::P0 || now.duration_since(step.due) < REPAGE {
            return;
        }
        let late = step.answered.is_some_and(|answered| now.duration_since(answered) >= REPAGE);
        if late || self.either() {
            self.page(now);
        }
    }
}
