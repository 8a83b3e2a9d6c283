//! An incident that goes up and down: told once as what it is, instead of once a turn.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::apply::Step;
use super::timeline::Happening;
use super::{Incident, Notification, Phase};
use crate::escalation::{Channel, Kind, Occasion};

/// So many turns within the window are flapping.
const TURNS: usize = 3;

/// An incident that flaps. While it does, a turn is neither paged nor resolved: the page that is open says enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flapping {
    /// How often it went up again.
    pub turns: u32,
    /// Whether it was told.
    pub told: bool,
    /// Until when it has to be calm.
    pub calm_at: Timestamp,
}

impl Incident {
    /// It goes up again.
    pub(super) fn reopen(&mut self, now: Timestamp, within: SignedDuration) {
        // A resolve that did not go out yet is no longer true, and the new page must not wait behind it. PagerDuty still has
        // that page, or may have it: it is resolved when this is over again.
        let resolving =
            |n: &&Notification| n.channel == Channel::PagerDuty && n.kind == Kind::Resolve && !n.is_settled();
        self.open_pages.extend(self.notifications.iter().filter(resolving).map(|n| (n.severity, n.page)));
        self.overtake(&[Kind::Resolve, Kind::Update]);
        self.explanation = None;
        self.remedy = None;
        self.approval = None;
        self.began_at = now;
        self.flips.retain(|at| now.duration_since(*at) < within);
        self.flips.push(now);
        let calm_at = now + within;
        match &mut self.flapping {
            Some(flapping) => {
                flapping.turns += 1;
                flapping.calm_at = calm_at;
            }
            None if self.flips.len() >= TURNS => {
                let turns = u32::try_from(self.flips.len()).unwrap_or(u32::MAX);
                self.flapping = Some(Flapping { turns, told: false, calm_at });
                self.note(now, Happening::Flapping, &format!("up and down {turns} times; told once until it is calm"));
            }
            None => {}
        }
    }

    /// When it will have been calm for long enough, if it flaps.
    pub(super) fn calm_at(&self) -> Option<Timestamp> {
        self.flapping.as_ref().map(|flapping| flapping.calm_at)
    }
}

impl Step<'_> {
    /// Ends the flapping when it was calm for long enough, and then tells what was held back.
    pub(super) fn calm_down(&mut self) {
        let now = self.now;
        let Some(incident) = self.incident.as_mut().filter(|i| i.calm_at().is_some_and(|at| at <= now)) else { return };
        let turns = incident.flapping.take().map_or(0, |flapping| flapping.turns);
        incident.flips.clear();
        incident.note(now, Happening::Flapping, &format!("calm again after {turns} turns"));
        if let Phase::Resolved { .. } = incident.phase {
            self.owe(Occasion::Resolved);
        }
        self.touch();
    }
}
