//! What ought to happen, worked out from the rules alone and never from the machine's own state.

use std::collections::{BTreeMap, BTreeSet};

use paramedic_domain::alarm::AlarmState;
use paramedic_domain::severity::Severity;

use crate::scenario::{ACK_HOLDS, CALM, Change, Message, REOPENS, STEP_WAITS, STEPS};

/// A request is about an earlier incident if it is older than the present one by more than this, in seconds.
const MARGIN: i64 = 30;
/// So many times up again within [`CALM`] are flapping.
const FLAPS: usize = 3;

/// Whether a page is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It is, for this reason.
    Page(Why),
    /// It may be or not.
    Either,
    /// It is not, since nothing calls for it.
    Nothing,
    /// It is not, since the change is known or outdated.
    OldChange,
    /// It is not, since the request comes after the end.
    TooLate,
    /// It is not, since what goes up and down was told.
    Flapping,
}

/// Why a page is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The incident began, began again or became worse.
    Began,
    /// A P0 alarm joined that was not known when somebody took it.
    NewAlarm,
    /// An acknowledgement expired.
    AckExpired,
    /// Nobody came in time.
    NobodyCame,
}

/// How far the ladder was climbed.
#[derive(Clone, Debug, Hash)]
struct Rung {
    height: usize,
    /// The notifications of this step of which no answer was recorded yet.
    unrecorded: BTreeSet<u32>,
    recorded_at: Option<i64>,
}

/// The newest change of an alarm that was taken in.
#[derive(Clone, Copy, Debug, Hash)]
struct Heard {
    at: i64,
    firing: bool,
    /// Whether it was firing at any time, and how bad it was then.
    fired: Option<Severity>,
}

/// The state of the service by the rules.
#[derive(Clone, Debug, Default, Hash)]
pub struct Oracle {
    alarms: BTreeMap<usize, Heard>,
    open: bool,
    began_at: i64,
    ended_at: Option<i64>,
    severity: Severity,
    acked_until: Option<i64>,
    flips: Vec<i64>,
    calm_at: Option<i64>,
    rung: Option<Rung>,
}

impl Oracle {
    /// Whether an incident goes on.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether an incident that is a P0 goes on.
    pub fn is_open_p0(&self) -> bool {
        self.open && self.severity == Severity::P0
    }

    /// Whether it goes up and down.
    pub fn is_flapping(&self) -> bool {
        self.calm_at.is_some()
    }

    /// Whether somebody is at it.
    pub fn is_acked(&self, now: i64) -> bool {
        self.acked_until.is_some_and(|until| now < until)
    }

    /// Whether the present step has a notification of which no answer was recorded yet.
    pub fn awaits_an_answer(&self) -> bool {
        self.rung.as_ref().is_some_and(|rung| rung.recorded_at.is_none())
    }

    /// A message is taken in.
    pub fn hear(&mut self, message: &Message, now: i64) -> Due {
        match message {
            Message::Change(change) => self.changed(change, now),
            Message::Ack(at) => self.asked(*at, |oracle| {
                if oracle.is_acked(now) {
                    return Due::Nothing;
                }
                oracle.acked_until = Some(now + ACK_HOLDS);
                Due::Nothing
            }),
            Message::Dismiss(at) => self.asked(*at, |oracle| {
                oracle.calm_at = None;
                oracle.end(now);
                Due::Nothing
            }),
        }
    }

    fn asked(&mut self, at: i64, ask: impl FnOnce(&mut Self) -> Due) -> Due {
        let of_this_one = self.began_at - at <= MARGIN;
        if self.open && of_this_one { ask(self) } else { Due::TooLate }
    }

    fn changed(&mut self, change: &Change, now: i64) -> Due {
        let known = self.alarms.get(&change.alarm).copied();
        if known.is_some_and(|known| known.at >= change.at) {
            return Due::OldChange;
        }
        let firing = change.state == AlarmState::Alarm;
        let fired = known.and_then(|known| known.fired);
        let heard =
            Heard { at: change.at, firing, fired: if firing { fired.max(Some(change.severity)) } else { fired } };
        self.alarms.insert(change.alarm, heard);
        if !firing {
            if self.open && known.is_some_and(|known| known.firing) && !self.alarms.values().any(|alarm| alarm.firing) {
                self.end(now);
            }
            return Due::Nothing;
        }
        if !self.open {
            return self.begin(change.severity, now);
        }
        if change.severity > self.severity {
            self.severity = change.severity;
            return self.page(Why::Began);
        }
        let new = fired.is_none_or(|fired| fired < change.severity);
        match change.severity == Severity::P0 && new {
            true if self.acked_until.is_some() => self.page(Why::NewAlarm),
            // After a long quiet people are told anew.
            true => Due::Either,
            false => Due::Nothing,
        }
    }

    fn begin(&mut self, severity: Severity, now: i64) -> Due {
        let again = self.ended_at.is_some_and(|at| now - at < REOPENS || self.calm_at.is_some());
        self.open = true;
        self.began_at = now;
        let flapping = again && self.calm_at.is_some();
        let rises = severity > self.severity;
        if rises || !flapping {
            self.severity = severity;
        }
        if !again {
            self.flips.clear();
            return self.page(Why::Began);
        }
        self.flips.retain(|at| now - at < CALM);
        self.flips.push(now);
        if flapping {
            self.calm_at = Some(now + CALM);
            return if rises { self.page(Why::Began) } else { Due::Flapping };
        }
        if self.flips.len() >= FLAPS {
            self.calm_at = Some(now + CALM);
        }
        self.page(Why::Began)
    }

    fn page(&mut self, why: Why) -> Due {
        self.acked_until = None;
        Due::Page(why)
    }

    fn end(&mut self, now: i64) {
        self.open = false;
        self.ended_at = Some(now);
        if self.calm_at.is_none() {
            self.rung = None;
        }
    }

    /// A minute passes.
    pub fn tick(&mut self, now: i64) -> Due {
        if self.calm_at.is_some_and(|at| at <= now) {
            self.calm_at = None;
            self.flips.clear();
            if !self.open {
                self.rung = None;
            }
        }
        if !self.open || self.is_acked(now) {
            return Due::Nothing;
        }
        if self.acked_until.is_some() {
            return self.page(Why::AckExpired);
        }
        let Some(rung) = &self.rung else { return Due::Nothing };
        let steps = if self.severity == Severity::P0 { STEPS } else { 1 };
        let in_time = rung.recorded_at.is_none_or(|at| now < at + STEP_WAITS);
        if in_time || rung.height + 1 >= steps { Due::Nothing } else { Due::Page(Why::NobodyCame) }
    }

    /// A step is notified by these notifications.
    pub fn notified(&mut self, why: Why, notes: &BTreeSet<u32>) {
        let height = match (&self.rung, why) {
            (Some(rung), Why::NobodyCame) => rung.height + 1,
            _ => 0,
        };
        self.rung = Some(Rung { height, unrecorded: notes.clone(), recorded_at: None });
    }

    /// The answers were recorded.
    pub fn recorded(&mut self, notes: impl Iterator<Item = u32>, now: i64) {
        let Some(rung) = &mut self.rung else { return };
        for note in notes {
            rung.unrecorded.remove(&note);
        }
        if rung.unrecorded.is_empty() && rung.recorded_at.is_none() {
            rung.recorded_at = Some(now);
        }
    }

    /// The incident was put away.
    pub fn put_away(&mut self) {
        for alarm in self.alarms.values_mut() {
            alarm.fired = None;
        }
        self.ended_at = None;
        self.flips.clear();
        self.acked_until = None;
    }
}
