//! What the enricher and the remediator say of an incident.

use super::apply::{Reason, Step};
use super::timeline::Happening;
use super::{Explanation, RemedyRecord};
use crate::bulletin::Bulletin;
use crate::diagnosis::{Cause, Diagnosis};
use crate::escalation::Occasion;
use crate::guardrail::Objection;
use crate::remedy::{Plan, Proposal};

impl Step<'_> {
    pub(super) fn told(&mut self, bulletin: &Bulletin) -> Reason {
        let Some(incident) = self.incident.as_mut().filter(|incident| incident.id == bulletin.subject().incident_id)
        else {
            return Reason::OtherIncident;
        };
        let now = self.now;
        match bulletin {
            Bulletin::Opened { .. } | Bulletin::Escalated { .. } | Bulletin::Approved { .. } => Reason::Nothing,
            Bulletin::Diagnosed { gathered_at, diagnosis, picture, .. } => {
                incident.wait_no_longer(now);
                let known = incident.explanation.as_ref();
                if known.is_some_and(|known| known.gathered_at >= *gathered_at) {
                    return Reason::Duplicate;
                }
                // A later look that finds nothing, mostly because it is over, does not take the explanation away.
                if diagnosis.top().cause == Cause::Unknown && known.is_some() {
                    return Reason::Nothing;
                }
                let (diagnosis, picture) = (diagnosis.redacted(), picture.clone());
                self.explained(Explanation { diagnosis, gathered_at: *gathered_at, picture })
            }
            Bulletin::Refused { proposal, objections, .. } => self.refused(proposal, objections),
            Bulletin::Acted { plan, at, .. } => {
                if let Some(RemedyRecord::Acted { at: known, .. }) = &incident.remedy
                    && known >= at
                {
                    return Reason::Duplicate;
                }
                incident.note(now, Happening::Acted, &plan.sentence());
                incident.remedy = Some(RemedyRecord::Acted { plan: plan.clone(), at: *at });
                self.touch();
                Reason::Remedied
            }
            Bulletin::Verified { plan, outcome, .. } => {
                let record = RemedyRecord::Verified { plan: plan.clone(), outcome: outcome.clone() };
                if incident.remedy.as_ref() == Some(&record) {
                    return Reason::Duplicate;
                }
                incident.note(now, Happening::Verified, &outcome.told());
                incident.remedy = Some(record);
                if !outcome.helped() {
                    self.owe(Occasion::RemedyFailed);
                }
                self.touch();
                Reason::Remedied
            }
            Bulletin::SetBack { from, to, left, .. } => {
                let detail = match left {
                    None => format!("the maximum of scaling was set back from {to} to {from}"),
                    Some(why) => format!("the maximum of scaling stays at what it is, and was {from} before: {why}"),
                };
                incident.note(now, Happening::SetBack, &detail);
                self.touch();
                Reason::Remedied
            }
        }
    }

    fn explained(&mut self, explanation: Explanation) -> Reason {
        let now = self.now;
        let Some(incident) = &mut self.incident else { return Reason::OtherIncident };
        let top = explanation.diagnosis.top();
        incident.note(now, Happening::Diagnosed, &format!("{} ({} confidence)", top.cause, top.confidence));
        let agrees = |known: &Explanation, with: &Diagnosis| known.diagnosis.agrees_with(with);
        let same = incident.explanation.as_ref().is_some_and(|known| agrees(known, &explanation.diagnosis));
        incident.explanation = Some(explanation);
        if incident.is_open() && !same {
            self.owe(Occasion::Explained);
        }
        self.touch();
        Reason::Explained
    }

    fn refused(&mut self, proposal: &Proposal, objections: &[Objection]) -> Reason {
        let now = self.now;
        let Some(incident) = &mut self.incident else { return Reason::OtherIncident };
        let record = RemedyRecord::Refused { proposal: proposal.clone(), objections: objections.to_vec() };
        // Another look that comes to the same result is no news, and what was done outweighs it.
        let acted = matches!(incident.remedy, Some(RemedyRecord::Acted { .. } | RemedyRecord::Verified { .. }));
        if acted || incident.remedy.as_ref() == Some(&record) {
            return Reason::Duplicate;
        }
        let why = objections.first().map_or("nothing to do", |objection| objection.why.as_str());
        incident.note(now, Happening::Refused, why);
        let wanted = record.wanted().is_some() && incident.is_open();
        let (only_waits, looks) = (record.only_waits(), incident.look.count);
        incident.remedy = Some(record);
        if only_waits {
            self.look_in(looks);
        }
        if wanted {
            self.owe(Occasion::ApprovalWanted);
        }
        self.touch();
        Reason::Remedied
    }
}

impl RemedyRecord {
    /// Whether only what passes by itself keeps a plan from being carried out.
    pub(super) fn only_waits(&self) -> bool {
        match self {
            Self::Refused { proposal: Proposal::Act(_), objections } => {
                !objections.is_empty() && objections.iter().all(|objection| objection.guardrail.passes())
            }
            _ => false,
        }
    }

    /// The plan for which only a person's approval is missing.
    pub fn wanted(&self) -> Option<&Plan> {
        match self {
            Self::Refused { proposal: Proposal::Act(plan), objections } => {
                let approvable = !objections.is_empty() && objections.iter().all(|objection| objection.approvable);
                approvable.then_some(plan)
            }
            _ => None,
        }
    }
}
