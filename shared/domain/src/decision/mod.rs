//! What is done about an incident: one pure function from a case and the configuration to a decision.
//!
//! The same function decides while it happens and afterwards, when somebody asks what another configuration would have done
//! ([`Case`] can be kept). So what is learnt from the past holds for the future.

mod case;
mod kept;
mod replay;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::case::{Approval, Case, Present};
pub use self::kept::Kept;
pub use self::replay::{Change, Replayed, replay};
use crate::config::{Config, Service};
use crate::diagnosis::{Diagnosis, diagnose};
use crate::guardrail::{Objection, Ruling, Situation, check};
use crate::remedy::{Plan, Proposal, plan};

/// How long a person's word holds: what was seen then is not what is the case much later.
pub const APPROVAL: SignedDuration = SignedDuration::from_mins(10);
/// How far two functions' clocks may be apart. What was said later than that from now was not said.
const CLOCKS: SignedDuration = SignedDuration::from_mins(1);

/// What was decided, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What the evidence says.
    pub diagnosis: Diagnosis,
    /// What could be done about it.
    pub proposal: Proposal,
    /// Whether it is done. Where there is no plan there is nothing to judge, and this refuses without an objection.
    pub ruling: Ruling,
}

impl Decision {
    /// What speaks against it.
    pub fn objections(&self) -> &[Objection] {
        match &self.ruling {
            Ruling::Proceed => &[],
            Ruling::NeedsApproval(objections) | Ruling::Refuse(objections) => objections,
        }
    }

    /// The plan, if one was made.
    pub fn plan(&self) -> Option<&Plan> {
        match &self.proposal {
            Proposal::Act(plan) => Some(plan),
            Proposal::Suggest(_) | Proposal::LeaveAlone(_) => None,
        }
    }
}

/// Decides: diagnoses, plans, and asks the guardrails.
pub fn decide(case: &Case, config: &Config) -> Decision {
    let diagnosis = diagnose(&case.evidence);
    let Some(service) = config.service(&case.subject.service) else {
        let why = format!("{} is not in paramedic.toml", case.subject.service);
        return Decision { diagnosis, proposal: Proposal::LeaveAlone(why), ruling: Ruling::Refuse(Vec::new()) };
    };
    let tried = case.ledger.as_ref().map(|ledger| ledger.tried_in_vain(&case.subject.incident_id)).unwrap_or_default();
    let proposal = plan(&diagnosis, &case.evidence, service, &tried);
    let ruling = match &proposal {
        Proposal::Act(plan) => rule(case, config, service, &diagnosis, plan),
        Proposal::Suggest(_) | Proposal::LeaveAlone(_) => Ruling::Refuse(Vec::new()),
    };
    Decision { diagnosis, proposal, ruling }
}

fn rule(case: &Case, config: &Config, service: &Service, diagnosis: &Diagnosis, plan: &Plan) -> Ruling {
    // Whoever cannot count the account's actions cannot claim one more, so the ledger is of no use then either.
    let counted = case.ledger.as_ref().zip(case.account_actions);
    let lately = |at: Timestamp| (-CLOCKS..APPROVAL).contains(&case.now.duration_since(at));
    let holds = |word: &Approval| word.plan == plan.digest() && lately(word.at);
    check(&Situation {
        plan,
        service,
        evidence: &case.evidence,
        diagnosis,
        told: &case.told,
        approved: case.approval.as_ref().is_some_and(holds),
        severity: case.subject.severity,
        incident_open: case.incident.open,
        incident_since: case.incident.since,
        flapping: case.incident.flapping,
        silenced: case.incident.silenced,
        services_in_trouble: case.services_in_trouble,
        ledger: counted.map(|(ledger, _)| ledger),
        account_actions: counted.map_or(u32::MAX, |(_, actions)| actions),
        switch: case.switch,
        frozen: config.frozen(&service.name, case.now),
        timing: &config.timing,
        velocity: config.velocity,
        time_left: case.time_left,
        now: case.now,
    })
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
