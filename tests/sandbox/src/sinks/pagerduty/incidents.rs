//! PagerDuty's incidents: events of one deduplication key fold into one until it is resolved.
//!
//! `developer.pagerduty.com/docs/events-api-v2-overview`, "Deduplication"; a trigger of an acknowledged incident leaves it
//! acknowledged, and one after the resolve opens a new incident.

use jiff::Timestamp;
use serde::Serialize;

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody is being called.
    Triggered,
    /// Somebody is at it.
    Acknowledged,
    /// It is over.
    Resolved,
}

impl Status {
    /// The word that PagerDuty uses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Triggered => "triggered",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }
}

/// One incident.
#[derive(Debug, Clone, Serialize)]
pub struct Incident {
    /// Its number, from 1.
    pub number: usize,
    /// What its events are folded by.
    pub dedup_key: String,
    /// The summary of its newest trigger.
    pub summary: String,
    /// Where it stands.
    pub status: Status,
    /// How many triggers it holds.
    pub triggers: usize,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who acknowledged or resolved it last; `None` for the integration.
    pub by: Option<String>,
}

/// What an event or a person did to an incident.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// It is new: somebody is called.
    Opened,
    /// It was open already, or nothing was there to be changed.
    Folded,
    /// Its status changed.
    Moved(Incident),
}

/// All incidents, oldest first.
#[derive(Debug, Default)]
pub(super) struct Incidents(Vec<Incident>);

impl Incidents {
    pub(super) fn all(&self) -> &[Incident] {
        &self.0
    }

    fn open(&mut self, key: &str) -> Option<&mut Incident> {
        self.0.iter_mut().rev().find(|incident| incident.dedup_key == key && incident.status != Status::Resolved)
    }

    /// A trigger.
    pub(super) fn trigger(&mut self, key: &str, summary: &str, now: Timestamp) -> Change {
        if let Some(incident) = self.open(key).filter(|_| !key.is_empty()) {
            incident.triggers += 1;
            summary.clone_into(&mut incident.summary);
            return Change::Folded;
        }
        self.0.push(Incident {
            number: self.0.len() + 1,
            dedup_key: key.to_owned(),
            summary: summary.to_owned(),
            status: Status::Triggered,
            triggers: 1,
            opened_at: now,
            by: None,
        });
        Change::Opened
    }

    /// An acknowledgement or a resolve; nothing happens where no incident is open, or it stands there already.
    pub(super) fn move_to(&mut self, status: Status, key: &str, by: Option<&str>) -> Change {
        match self.open(key).filter(|incident| incident.status != status) {
            Some(incident) => {
                incident.status = status;
                incident.by = by.map(str::to_owned);
                Change::Moved(incident.clone())
            }
            None => Change::Folded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_of_a_key_fold_until_it_is_resolved() {
        let mut incidents = Incidents::default();
        let now = Timestamp::UNIX_EPOCH;
        assert!(matches!(incidents.trigger("k", "first", now), Change::Opened));
        assert!(matches!(incidents.move_to(Status::Acknowledged, "k", Some("ada")), Change::Moved(_)));
        assert!(matches!(incidents.trigger("k", "second", now), Change::Folded));
        assert!(matches!(incidents.trigger("other", "third", now), Change::Opened));
        assert!(matches!(incidents.move_to(Status::Resolved, "k", None), Change::Moved(_)));
        assert!(matches!(incidents.move_to(Status::Resolved, "k", None), Change::Folded), "it is over already");
        assert!(matches!(incidents.trigger("k", "fourth", now), Change::Opened));
        let seen: Vec<_> =
            incidents.all().iter().map(|each| (each.status, each.triggers, each.summary.as_str())).collect();
        assert_eq!(
            seen,
            [(Status::Resolved, 2, "second"), (Status::Triggered, 1, "third"), (Status::Triggered, 1, "fourth")]
        );
    }
}
