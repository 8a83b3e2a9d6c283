//! Whether anything is done about a diagnosis: gather a case, decide, keep the decision, act or say why not.

use futures::join;
use jiff::Timestamp;
use paramedic_domain::bulletin::{Bulletin, Subject};
use paramedic_domain::decision::{Approval, Case, Kept, Present, decide};
use paramedic_domain::diagnosis::Diagnosis;
use paramedic_domain::evidence::Reading;
use paramedic_domain::guardrail::{Guardrail, Objection, Ruling};
use paramedic_domain::remedy::Proposal;
use paramedic_domain::verification::Vitals;

use crate::{Desk, act};

/// What is asked of the remediator.
pub(crate) struct Request {
    /// For which incident.
    pub(crate) subject: Subject,
    /// What was told about it.
    pub(crate) told: Diagnosis,
    /// The plan that a person approved, and when.
    pub(crate) approval: Option<Approval>,
}

/// Considers one diagnosis. Returns whether it is dealt with; what is not must be delivered again.
pub(crate) async fn consider(desk: &Desk, request: &Request, deadline: Timestamp) -> bool {
    let Request { subject, told, approval } = request;
    let Some(service) = desk.config.service(&subject.service) else {
        tracing::info!(service = %subject.service, "not configured, nothing is considered");
        return true;
    };
    let began = Timestamp::now();
    let (evidence, incident, open, ledger, account_actions, switch) = join!(
        // Boxed, as all large futures here: a dozen SDK calls in flight make a future too deep for the compiler.
        Box::pin(desk.reader.gather(service, Reading::NotConfigured, desk.config.timing.evidence_deadline, began)),
        desk.store.load(&service.name),
        desk.store.open_incidents(),
        desk.store.ledger(&service.name),
        desk.store.account_actions(began),
        desk.store.switch(),
    );
    if let Some(error) = ledger.as_ref().err().or(account_actions.as_ref().err()) {
        tracing::error!(service = %service.name, %error, "the ledger is unreadable");
    }
    let now = Timestamp::now();
    let case = Case {
        subject: subject.clone(),
        told: told.clone(),
        approval: approval.clone(),
        evidence,
        incident: Present::of(subject, incident.as_ref().ok().and_then(Option::as_ref)),
        services_in_trouble: open.ok().and_then(|open| u32::try_from(open.len()).ok()),
        ledger: ledger.ok(),
        account_actions: account_actions.ok(),
        switch,
        time_left: deadline.duration_since(now),
        now,
    }
    .redacted();
    let decision = decide(&case, &desk.config);
    let vitals = Vitals::of(&case.evidence);
    let (ledger, actions) = (case.ledger.clone(), case.account_actions);
    let kept = desk.store.keep_decision(&Kept::of(case, &decision)).await;
    if let Err(error) = &kept {
        tracing::error!(service = %service.name, %error, "the decision could not be kept");
    }
    match (decision.ruling, decision.proposal, ledger.zip(actions)) {
        // What nobody could find out about afterwards is not done.
        (Ruling::Proceed, Proposal::Act(plan), _) if kept.is_err() => {
            let why = "the decision could not be kept, and what cannot be accounted for is not done".to_owned();
            let objection = Objection { guardrail: Guardrail::LedgerRead, approvable: false, why };
            refuse(desk, subject, Proposal::Act(plan), vec![objection]).await
        }
        (Ruling::Proceed, Proposal::Act(plan), Some((ledger, actions))) => {
            Box::pin(act::act(desk, subject, plan, (&ledger, actions), vitals, deadline)).await
        }
        // No guardrail lets this happen.
        (Ruling::Proceed, ..) => false,
        (Ruling::NeedsApproval(objections) | Ruling::Refuse(objections), proposal, _) => {
            refuse(desk, subject, proposal, objections).await
        }
    }
}

/// Says that nothing was touched, and why.
pub(crate) async fn refuse(desk: &Desk, subject: &Subject, proposal: Proposal, objections: Vec<Objection>) -> bool {
    let guardrails: Vec<&str> = objections.iter().map(|objection| objection.guardrail.as_str()).collect();
    tracing::info!(service = %subject.service, guardrails = guardrails.join(","), "nothing is touched");
    let bulletin = Bulletin::Refused { subject: subject.clone(), proposal, objections, at: Timestamp::now() };
    publish(desk, &bulletin).await
}

/// Publishes a bulletin; says whether the topic has it.
pub(crate) async fn publish(desk: &Desk, bulletin: &Bulletin) -> bool {
    match desk.bus.publish(bulletin).await {
        Ok(()) => true,
        Err(failure) => {
            tracing::error!(event = bulletin.event(), why = failure.why(), "the bulletin could not be published");
            false
        }
    }
}
