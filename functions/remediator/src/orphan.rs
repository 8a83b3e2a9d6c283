//! A claim whose maker ended before it recorded anything: what became of its call is looked at, never repeated.

use jiff::Timestamp;
use lambda_runtime::Error;
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::guardrail::{Guardrail, Objection};
use paramedic_domain::ledger::{Attempt, CLAIM_LEASE, Fate, Ledger, ORPHAN_LOOKS, Stage};
use paramedic_domain::remedy::Proposal;
use paramedic_domain::verification::Outcome;

use crate::Desk;
use crate::follow_up::settle;

/// What the incident says of a call that was never made.
const NOT_MADE: &str = "the remediator ended before it acted; nothing was changed, and the next look decides anew";

/// Looks what became of an orphaned claim, and hands it to a person only where that does not show.
///
/// # Errors
///
/// Fails if AWS does not answer, or what came of it could not be told or recorded; the next tick tries again.
pub(crate) async fn look_after(desk: &Desk, ledger: &Ledger, orphan: &Attempt, now: Timestamp) -> Result<(), Error> {
    let fate = match desk.actor.look(&orphan.plan).await {
        Ok(target) => target.fate(&orphan.plan),
        Err(error) if now < orphan.claimed_at + CLAIM_LEASE + ORPHAN_LOOKS => return Err(error.into()),
        Err(error) => Fate::Unknown(format!("what the call did could not be read ({error})")),
    };
    tracing::warn!(service = %ledger.service, fate = ?fate, "whoever claimed the attempt recorded nothing");
    let (subject, plan) = (orphan.subject.clone(), orphan.plan.clone());
    let (stage, bulletin) = match fate {
        Fate::Made(effect) => {
            let at = orphan.claimed_at;
            (Stage::Acted { at, effect }, Bulletin::Acted { subject, plan, at })
        }
        Fate::NotMade => {
            let objection = Objection { guardrail: Guardrail::Execution, approvable: false, why: NOT_MADE.to_owned() };
            let (proposal, objections) = (Proposal::Act(plan), vec![objection]);
            let why = NOT_MADE.to_owned();
            (Stage::NotDone { why }, Bulletin::Refused { subject, proposal, objections, at: now })
        }
        Fate::Unknown(why) => {
            let why = format!("whoever claimed the attempt recorded nothing, and {why}");
            let outcome = Outcome::Unknown { why: why.clone() };
            (Stage::HandedOver { why }, Bulletin::Verified { subject, plan, outcome, at: now })
        }
    };
    settle(desk, ledger, stage, bulletin).await
}
