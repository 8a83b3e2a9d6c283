//! Whether a plan may be carried out. Every guardrail is one file with one pure check; all of them are asked, and one
//! objection is enough.
//!
//! To add a guardrail, copy the smallest neighbour and give it a line in [`GUARDRAILS`]. The table's order is the order in
//! which objections are told: what explains most comes first.

mod agreement;
mod breaker;
mod capacity_ceiling;
mod capacity_floor;
mod certainty;
mod complete_evidence;
mod cooldown;
mod dependency;
mod deployment_in_flight;
mod ecs_repairing;
mod flapping;
mod freeze;
mod hourly_budget;
mod human_change;
mod incident_open;
mod lasting;
mod ledger_read;
mod mode;
mod mutable_image;
mod one_at_a_time;
mod opt_in;
mod sick_majority;
mod silenced;
mod storm;
mod switch;
mod time_left;
mod urgency;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::time_left::NEEDED;
use crate::config::{Freeze, Service, Timing, Velocity};
use crate::diagnosis::Diagnosis;
use crate::evidence::Evidence;
use crate::ledger::Ledger;
use crate::remedy::Plan;
use crate::severity::Severity;

/// The switch that stops all remedies of the account and region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// Remedies may be carried out.
    On,
    /// A person said stop.
    Off,
    /// It could not be read, which means stop.
    Unreadable,
}

/// Everything a guardrail may look at.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What would be done.
    pub plan: &'a Plan,
    /// To which service.
    pub service: &'a Service,
    /// Fresh evidence.
    pub evidence: &'a Evidence,
    /// What the fresh evidence says.
    pub diagnosis: &'a Diagnosis,
    /// What the enricher said, for which the plan was asked.
    pub told: &'a Diagnosis,
    /// Whether a person approved this very plan, and lately.
    pub approved: bool,
    /// How bad the incident is.
    pub severity: Severity,
    /// Whether the incident that the plan is for was read and still goes on.
    pub incident_open: bool,
    /// Since when it goes on, if it does.
    pub incident_since: Option<Timestamp>,
    /// How often the incident went up and down, if it flaps.
    pub flapping: Option<u32>,
    /// Whether a silence covers the incident.
    pub silenced: bool,
    /// How many services have an incident at the moment; `None` if that could not be read.
    pub services_in_trouble: Option<u32>,
    /// What was done before; `None` if that could not be read.
    pub ledger: Option<&'a Ledger>,
    /// Actions in the whole account within the last hour.
    pub account_actions: u32,
    /// The switch for all remedies.
    pub switch: Switch,
    /// The freeze that covers the service now, and until when.
    pub frozen: Option<(&'a Freeze, Timestamp)>,
    /// How long things take.
    pub timing: &'a Timing,
    /// How often we may act.
    pub velocity: Velocity,
    /// How long the invocation may still last.
    pub time_left: SignedDuration,
    /// The time of the decision.
    pub now: Timestamp,
}

/// The guardrails by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guardrail {
    /// The switch for all remedies is on.
    Switch,
    /// No freeze covers the service.
    Freeze,
    /// The incident goes on.
    IncidentOpen,
    /// No silence covers the incident.
    Silenced,
    /// The incident cannot wait for a person.
    Urgency,
    /// Few services are in trouble.
    Storm,
    /// The incident does not go up and down.
    Flapping,
    /// What the service depends on is well.
    Dependency,
    /// ECS is not repairing the service by itself.
    EcsRepairing,
    /// No deployment is under way.
    DeploymentInFlight,
    /// No sick majority, unless the dependencies are known to be well.
    SickMajority,
    /// The action leaves enough healthy tasks.
    CapacityFloor,
    /// No more tasks are added than the configuration allows.
    CapacityCeiling,
    /// Nothing that a person set about scaling is overruled.
    HumanChange,
    /// New tasks run exactly the image that is meant.
    MutableImage,
    /// The evidence about the service itself is whole and fresh.
    CompleteEvidence,
    /// The trouble did not begin just now.
    Lasting,
    /// Two independent looks at the service come to the same cause.
    Agreement,
    /// The diagnosis is certain.
    Certainty,
    /// The record of earlier attempts was read.
    LedgerRead,
    /// The service's cooldown is over.
    Cooldown,
    /// The hourly budgets of service and account are not used up.
    HourlyBudget,
    /// Remedies did not fail again and again.
    Breaker,
    /// No other attempt is open.
    OneAtATime,
    /// The service bears the tag that allows it.
    OptIn,
    /// The mode allows it.
    Mode,
    /// There is time to act and to record it.
    TimeLeft,
    /// The target is still the same at the moment of acting, and AWS accepts the call.
    Execution,
}

impl Guardrail {
    /// The name as it stands in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Freeze => "freeze",
            Self::IncidentOpen => "incident_open",
            Self::Silenced => "silenced",
            Self::Urgency => "urgency",
            Self::Storm => "storm",
            Self::Flapping => "flapping",
            Self::Dependency => "dependency",
            Self::EcsRepairing => "ecs_repairing",
            Self::DeploymentInFlight => "deployment_in_flight",
            Self::SickMajority => "sick_majority",
            Self::CapacityFloor => "capacity_floor",
            Self::CapacityCeiling => "capacity_ceiling",
            Self::HumanChange => "human_change",
            Self::MutableImage => "mutable_image",
            Self::CompleteEvidence => "complete_evidence",
            Self::Lasting => "lasting",
            Self::Agreement => "agreement",
            Self::Certainty => "certainty",
            Self::LedgerRead => "ledger_read",
            Self::Cooldown => "cooldown",
            Self::HourlyBudget => "hourly_budget",
            Self::Breaker => "breaker",
            Self::OneAtATime => "one_at_a_time",
            Self::OptIn => "opt_in",
            Self::Mode => "mode",
            Self::TimeLeft => "time_left",
            Self::Execution => "execution",
        }
    }
}

impl Guardrail {
    /// Whether what it objects to passes by itself within minutes, so that it is worth while to look again soon.
    pub fn passes(self) -> bool {
        match self {
            Self::EcsRepairing
            | Self::DeploymentInFlight
            | Self::CompleteEvidence
            | Self::Lasting
            | Self::Agreement
            | Self::Certainty
            | Self::LedgerRead
            | Self::Cooldown
            | Self::OneAtATime
            | Self::TimeLeft => true,
            Self::Switch
            | Self::Freeze
            | Self::IncidentOpen
            | Self::Silenced
            | Self::Urgency
            | Self::Storm
            | Self::Flapping
            | Self::Dependency
            | Self::SickMajority
            | Self::CapacityFloor
            | Self::CapacityCeiling
            | Self::HumanChange
            | Self::MutableImage
            | Self::HourlyBudget
            | Self::Breaker
            | Self::OptIn
            | Self::Mode
            | Self::Execution => false,
        }
    }
}

impl fmt::Display for Guardrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What one guardrail says against a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Which guardrail.
    pub guardrail: Guardrail,
    /// Whether a person may overrule it by approving the plan.
    pub approvable: bool,
    /// Why, in one sentence for a person.
    pub why: String,
}

/// What all guardrails together say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// Nothing speaks against it.
    Proceed,
    /// Only the wish to be asked speaks against it.
    NeedsApproval(Vec<Objection>),
    /// It must not be done; the objections in the order in which they explain.
    Refuse(Vec<Objection>),
}

type Check = fn(&Situation<'_>) -> Option<String>;

/// Every guardrail; see the module's documentation for the order.
const GUARDRAILS: &[(Guardrail, Check)] = &[
    (Guardrail::Switch, switch::objection),
    (Guardrail::Freeze, freeze::objection),
    (Guardrail::IncidentOpen, incident_open::objection),
    (Guardrail::Silenced, silenced::objection),
    (Guardrail::Urgency, urgency::objection),
    (Guardrail::Storm, storm::objection),
    (Guardrail::Flapping, flapping::objection),
    (Guardrail::Dependency, dependency::objection),
    (Guardrail::EcsRepairing, ecs_repairing::objection),
    (Guardrail::DeploymentInFlight, deployment_in_flight::objection),
    (Guardrail::SickMajority, sick_majority::objection),
    (Guardrail::CapacityFloor, capacity_floor::objection),
    (Guardrail::CapacityCeiling, capacity_ceiling::objection),
    (Guardrail::HumanChange, human_change::objection),
    (Guardrail::MutableImage, mutable_image::objection),
    (Guardrail::CompleteEvidence, complete_evidence::objection),
    (Guardrail::Lasting, lasting::objection),
    (Guardrail::Agreement, agreement::objection),
    (Guardrail::Certainty, certainty::objection),
    (Guardrail::LedgerRead, ledger_read::objection),
    (Guardrail::Cooldown, cooldown::objection),
    (Guardrail::HourlyBudget, hourly_budget::objection),
    (Guardrail::Breaker, breaker::objection),
    (Guardrail::OneAtATime, one_at_a_time::objection),
    (Guardrail::OptIn, opt_in::objection),
    (Guardrail::Mode, mode::objection),
    (Guardrail::TimeLeft, time_left::objection),
];

/// Asks every guardrail.
pub fn check(situation: &Situation<'_>) -> Ruling {
    let objections: Vec<Objection> = GUARDRAILS
        .iter()
        .filter_map(|(guardrail, check)| {
            check(situation).map(|why| Objection {
                guardrail: *guardrail,
                approvable: match guardrail {
                    Guardrail::Mode => mode::approvable(situation),
                    Guardrail::Urgency => true,
                    _ => false,
                },
                why,
            })
        })
        .collect();
    if objections.is_empty() {
        Ruling::Proceed
    } else if objections.iter().all(|objection| objection.approvable) {
        Ruling::NeedsApproval(objections)
    } else {
        Ruling::Refuse(objections)
    }
}

#[cfg(test)]
mod tests;
