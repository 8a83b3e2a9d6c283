//! What alarms do to an incident: open it, raise it, join it, end it.

use jiff::{SignedDuration, Timestamp};

use super::apply::{Reason, Step};
use super::timeline::Happening;
use super::{AlarmRecord, Incident, Phase};
use crate::alarm::{AlarmState, text};
use crate::escalation::{Kind, Profile, Sighting};
use crate::id::Arn;
use crate::redaction::redacted;
use crate::severity::Severity;

/// How much of an alarm's reason is kept, in characters. A service may have hundreds of alarms, and an item of the table
/// holds 400 KB.
const REASON: usize = 500;
/// After this long without a page people are told anew when another P0 alarm joins.
const QUIET: SignedDuration = SignedDuration::from_mins(15);

impl Step<'_> {
    pub(super) fn seen(&mut self, sighting: &Sighting) -> Reason {
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
        let reopens = |incident: &Incident| {
            let lately = incident.over_at().is_none_or(|at| now.duration_since(at) < policy.reopen_within);
            !incident.is_calm() && (lately || incident.flapping.is_some())
        };
        let (reason, incident) = match self.incident.take() {
            None => (Reason::Opened, self.incident.insert(Incident::begin(sighting, now))),
            Some(former) if !reopens(&former) => {
                let mut incident = Incident::begin(sighting, now);
                incident.remember(former, now);
                (Reason::Opened, self.incident.insert(incident))
            }
            Some(incident) => {
                let known = incident.alarms.get(&sighting.alarm).is_some_and(|known| known.state == AlarmState::Alarm);
                let reason = match incident.phase {
                    Phase::Resolved { .. } | Phase::Dismissed { .. } | Phase::Calm { .. } => Reason::Reopened,
                    Phase::Open if sighting.route.severity > incident.severity => Reason::Raised,
                    Phase::Open if known => Reason::StillFiring,
                    Phase::Open => Reason::Joined,
                };
                (reason, self.incident.insert(incident))
            }
        };
        // An alarm that goes up and down is not new to those who are at it. One that was only ever known to be well is.
        let fired = |known: &AlarmRecord| known.fired && known.severity >= sighting.route.severity;
        let new = !incident.alarms.get(&sighting.alarm).is_some_and(fired);
        // What flaps is one trouble through all its turns, as bad as the worst of them.
        let afresh = reason == Reason::Reopened && incident.flapping.is_none();
        let rises = sighting.route.severity > incident.severity;
        if reason == Reason::Reopened {
            incident.reopen(now, policy.flapping_within);
        }
        incident.phase = Phase::Open;
        if afresh || rises {
            incident.severity = sighting.route.severity;
            incident.route = sighting.route.clone();
        }
        incident.alarms.insert(sighting.alarm.clone(), AlarmRecord { fired: true, ..record(sighting) });
        let what = match reason {
            Reason::Opened | Reason::Reopened => Happening::Opened,
            Reason::Raised => Happening::Raised,
            _ => Happening::Alarm,
        };
        incident.note(now, what, &format!("{} is in ALARM", sighting.name));
        let surfaced = self.heed_silences();
        match reason {
            _ if surfaced => {}
            Reason::Opened | Reason::Reopened | Reason::Raised => self.began(reason, rises),
            Reason::Joined if sighting.route.severity == Severity::P0 => self.joined(new),
            _ => {}
        }
        self.touch();
        reason
    }

    /// It began, began again, or became worse: the ladder is climbed from its foot.
    fn began(&mut self, reason: Reason, rises: bool) {
        let Some(incident) = &mut self.incident else { return };
        // The third time up and down is told as what it is; after that the page that is open says enough, unless it is worse.
        if reason == Reason::Reopened && !rises && incident.flapping.as_ref().is_some_and(|flapping| flapping.told) {
            return;
        }
        self.end_ack("it began anew or became worse");
        self.climb_from_foot();
        self.ask_for_explanation(if reason == Reason::Opened { Kind::Opened } else { Kind::Escalated });
        self.look_in(0);
    }

    /// A P0 alarm joins a P0 incident. If somebody is at it, that was for what was known then; else the page that is open
    /// stands for it too. PagerDuty hears nothing more of it: in a storm hundreds of alarms join within a minute, and it takes
    /// 120 events in one.
    fn joined(&mut self, new: bool) {
        let now = self.now;
        let Some(incident) = &self.incident else { return };
        let voided = new && incident.ack.is_some();
        let long_ago =
            incident.ack.is_none() && incident.last_page(now).is_none_or(|at| now.duration_since(at) >= QUIET);
        if voided || (new && long_ago) {
            self.end_ack("another P0 alarm joined");
            self.climb_from_foot();
        }
    }

    fn recovered(&mut self, sighting: &Sighting) -> Reason {
        let now = self.now;
        let incident = self.incident.get_or_insert_with(|| Incident::calm(sighting, now));
        let was_open = incident.is_open();
        // The message of its trouble may come after this one; it has to be known then that it is late.
        let fired = incident.alarms.get(&sighting.alarm).is_some_and(|known| known.fired);
        let known = incident.alarms.insert(sighting.alarm.clone(), AlarmRecord { fired, ..record(sighting) });
        if known.is_none_or(|known| known.state == AlarmState::Ok) {
            return Reason::NothingToResolve;
        }
        incident.note(now, Happening::Alarm, &format!("{} is OK", sighting.name));
        self.touch();
        if was_open { self.resolve_if_over() } else { Reason::TooLate }
    }

    fn without_data(&mut self, sighting: &Sighting) -> Reason {
        if let Some(known) = self.incident.as_mut().and_then(|incident| incident.alarms.get_mut(&sighting.alarm))
            && known.state != AlarmState::Ok
        {
            *known = AlarmRecord { fired: known.fired, ..record(sighting) };
            self.touch();
        }
        Reason::NoData
    }

    pub(super) fn settled(&mut self, alarm: &Arn, at: Timestamp) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut() else { return Reason::NothingToResolve };
        let detail = match incident.alarms.get_mut(alarm) {
            Some(known) if known.state != AlarmState::Ok && known.changed_at < at => {
                known.state = AlarmState::Ok;
                known.changed_at = at;
                format!("{} is OK or gone, found without a message", known.name)
            }
            _ => return Reason::Stale,
        };
        incident.note(now, Happening::Alarm, &detail);
        let was_open = incident.is_open();
        self.touch();
        if was_open { self.resolve_if_over() } else { Reason::TooLate }
    }

    pub(super) fn resolve_if_over(&mut self) -> Reason {
        let now = self.now;
        let Some(incident) = self.incident.as_mut() else { return Reason::Nothing };
        if !incident.firing().is_empty() {
            // What fires still may be under a silence although what recovered was not.
            self.heed_silences();
            return Reason::PartlyRecovered;
        }
        incident.phase = Phase::Resolved { at: now };
        self.over("all alarms recovered", None);
        Reason::Resolved
    }
}

/// The alarm as it is now; whether it fired before is for the caller to say.
fn record(sighting: &Sighting) -> AlarmRecord {
    AlarmRecord {
        name: sighting.name.clone(),
        state: sighting.state,
        changed_at: sighting.changed_at,
        severity: sighting.route.severity,
        reason: text::bounded(&redacted(&sighting.reason), REASON),
        found: sighting.found.clone(),
        fired: false,
        profile: Profile {
            service: Some(sighting.route.service.clone()),
            severity: Some(sighting.route.severity),
            ..sighting.profile.clone()
        },
    }
}
