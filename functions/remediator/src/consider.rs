//! Whether anything is done about a diagnosis: fresh evidence, a diagnosis of its own, a plan, the guardrails.

use futures::join;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::bulletin::{Bulletin, Subject};
use paramedic_domain::diagnosis::{Diagnosis, diagnose};
use paramedic_domain::evidence::Reading;
use paramedic_domain::guardrail::{Objection, Ruling, Situation, check};
use paramedic_domain::incident::Incident;
use paramedic_domain::remedy::{Proposal, plan};

use crate::{Desk, act};

/// How long a person's word holds: what was seen then is not what is the case much later.
const APPROVAL: SignedDuration = SignedDuration::from_mins(10);

/// What is asked of the remediator.
pub(crate) struct Request {
    /// For which incident.
    pub(crate) subject: Subject,
    /// What was told about it.
    pub(crate) told: Diagnosis,
    /// The plan that a person approved, and when.
    pub(crate) approved: Option<(String, Timestamp)>,
}

/// Considers one diagnosis. Returns whether it is dealt with; what is not must be delivered again.
pub(crate) async fn consider(desk: &Desk, request: &Request, deadline: Timestamp) -> bool {
    let Request { subject, told, approved } = request;
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
    let diagnosis = diagnose(&evidence);
    let plan = match plan(&diagnosis, &evidence, service) {
        Proposal::Act(plan) => plan,
        other => return refuse(desk, subject, other, Vec::new()).await,
    };
    let readable = match (&ledger, &account_actions) {
        (Ok(ledger), Ok(actions)) => Some((ledger, *actions)),
        (ledger, actions) => {
            let error = ledger.as_ref().err().or(actions.as_ref().err());
            tracing::error!(service = %service.name, error = error.map(tracing::field::display), "the ledger is unreadable");
            None
        }
    };
    let now = Timestamp::now();
    let present = incident.as_ref().ok().and_then(Option::as_ref).filter(|known| known.id == subject.incident_id);
    let approves = |(digest, at): &(String, Timestamp)| *digest == plan.digest() && now.duration_since(*at) < APPROVAL;
    let situation = Situation {
        approved: approved.as_ref().is_some_and(approves),
        plan: &plan,
        service,
        evidence: &evidence,
        diagnosis: &diagnosis,
        told,
        severity: subject.severity,
        incident_open: present.is_some_and(Incident::is_open),
        flapping: present.and_then(|incident| incident.flapping).map(|flapping| flapping.turns),
        silenced: present.is_some_and(|incident| incident.silenced.is_some()),
        services_in_trouble: open.ok().and_then(|open| u32::try_from(open.len()).ok()),
        ledger: readable.map(|(ledger, _)| ledger),
        account_actions: readable.map_or(u32::MAX, |(_, actions)| actions),
        switch,
        timing: &desk.config.timing,
        velocity: desk.config.velocity,
        time_left: deadline.duration_since(now),
        now,
    };
    match (check(&situation), readable) {
        (Ruling::Proceed, Some(before)) => Box::pin(act::act(desk, subject, plan, before, deadline)).await,
        (Ruling::Proceed, None) => false,
        (Ruling::NeedsApproval(objections) | Ruling::Refuse(objections), _) => {
            refuse(desk, subject, Proposal::Act(plan), objections).await
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
