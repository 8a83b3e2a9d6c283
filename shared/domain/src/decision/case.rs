//! Everything that a decision goes by besides the configuration.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bulletin::Subject;
use crate::diagnosis::Diagnosis;
use crate::evidence::Evidence;
use crate::guardrail::Switch;
use crate::incident::Incident;
use crate::ledger::Ledger;

/// What was known at one moment about one incident, so that it can be kept and decided upon again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Which incident.
    pub subject: Subject,
    /// What the enricher told about it.
    pub told: Diagnosis,
    /// What a person approved, if anybody did.
    pub approval: Option<Approval>,
    /// Fresh evidence.
    pub evidence: Evidence,
    /// How the incident stands.
    pub incident: Present,
    /// How many services have an incident; `None` if that could not be read.
    pub services_in_trouble: Option<u32>,
    /// What was done before; `None` if that could not be read.
    pub ledger: Option<Ledger>,
    /// Actions in the whole account within the last hour; `None` if that could not be read.
    pub account_actions: Option<u32>,
    /// The switch for all remedies.
    pub switch: Switch,
    /// How long the invocation may still last.
    pub time_left: SignedDuration,
    /// The time of the decision.
    pub now: Timestamp,
}

/// A person's word for a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The digest of the plan that was approved.
    pub plan: String,
    /// When.
    pub at: Timestamp,
}

/// How the incident stands that the decision is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Whether it was read and still goes on.
    pub open: bool,
    /// Since when, if it goes on.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// How often it went up and down, if it flaps.
    pub flapping: Option<u32>,
    /// Whether a silence covers it.
    pub silenced: bool,
}

impl Present {
    /// How the incident of this subject stands, going by what the table has for its service now: nothing, or another incident
    /// that followed, means that it is over.
    pub fn of(subject: &Subject, present: Option<&Incident>) -> Self {
        let present = present.filter(|known| known.id == subject.incident_id);
        Self {
            open: present.is_some_and(Incident::is_open),
            since: present.filter(|incident| incident.is_open()).map(|incident| incident.opened_at),
            flapping: present.and_then(|incident| incident.flapping).map(|flapping| flapping.turns),
            silenced: present.is_some_and(|incident| incident.silenced.is_some()),
        }
    }
}

impl Case {
    /// The same without secrets in any text that was written by others. What is decided upon is what is kept: a case is
    /// redacted before the decision, so that deciding again comes to the same.
    #[must_use]
    pub fn redacted(self) -> Self {
        Self { told: self.told.redacted(), evidence: self.evidence.redacted(), ..self }
    }
}
