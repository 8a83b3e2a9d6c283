//! Whether what was done helped: looked at with every tick until it did, or until its time is up.

use jiff::Timestamp;
use lambda_runtime::Error;
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::evidence::Reading;
use paramedic_domain::id::ServiceName;
use paramedic_domain::ledger::{Attempt, Ledger, Stage};
use paramedic_domain::verification::{Done, Outcome, Verdict, verify};

use crate::act::keep;
use crate::consider::publish;
use crate::{Desk, orphan, set_back};

/// Follows up every attempt that is due.
///
/// # Errors
///
/// Fails if the due ledgers could not be listed or read; the next tick tries again.
pub(crate) async fn follow_up(desk: &Desk) -> Result<bool, Error> {
    let mut failed = None;
    for service in desk.store.due_ledgers(Timestamp::now()).await? {
        // One service's trouble must not keep the others from being looked at.
        let looked = match desk.store.ledger(&service).await {
            Ok(ledger) => look(desk, &service, &ledger).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = looked {
            tracing::error!(%service, %error, "an attempt could not be followed up");
            failed = Some(error);
        }
    }
    failed.map_or(Ok(true), Err)
}

async fn look(desk: &Desk, service: &ServiceName, ledger: &Ledger) -> Result<(), Error> {
    let now = Timestamp::now();
    let Some(attempt) = ledger.open_attempt() else { return set_back::set_back(desk, ledger, now).await };
    let (subject, plan) = (attempt.subject.clone(), attempt.plan.clone());
    if let Some(orphan) = ledger.orphan(now) {
        return orphan::look_after(desk, ledger, orphan, now).await;
    }
    if let Stage::Ambiguous { why } = &attempt.stage {
        let (why, outcome) = (why.clone(), Outcome::Unknown { why: why.clone() });
        let bulletin = Bulletin::Verified { subject, plan, outcome, at: now };
        return settle(desk, ledger, Stage::HandedOver { why }, bulletin).await;
    }
    let Stage::Acted { at, effect } = &attempt.stage else { return Ok(()) };
    let Some(configured) = desk.config.service(service) else {
        let why = "the service is not in paramedic.toml any more".to_owned();
        let outcome = Outcome::Failed { why };
        let bulletin = Bulletin::Verified { subject, plan, outcome: outcome.clone(), at: now };
        return settle(desk, ledger, Stage::Verified { acted_at: *at, outcome }, bulletin).await;
    };
    let timing = &desk.config.timing;
    let gathering = desk.reader.gather(configured, Reading::NotConfigured, timing.evidence_deadline, now);
    let evidence = Box::pin(gathering).await;
    let done = Done { effect, at: *at, before: attempt.before.as_ref() };
    match verify(done, &evidence, timing, Timestamp::now()) {
        Verdict::NotYet { why } => {
            tracing::info!(%service, why, "not yet recovered");
            Ok(())
        }
        Verdict::Done(outcome) => {
            tracing::info!(%service, outcome = ?outcome, "verified");
            let bulletin = Bulletin::Verified { subject, plan, outcome: outcome.clone(), at: now };
            settle(desk, ledger, Stage::Verified { acted_at: *at, outcome }, bulletin).await
        }
    }
}

/// Tells first and records then: if telling fails, the next tick finds the attempt still open and tells again.
pub(crate) async fn settle(desk: &Desk, ledger: &Ledger, stage: Stage, bulletin: Bulletin) -> Result<(), Error> {
    if !publish(desk, &bulletin).await {
        return Err("the result of an attempt could not be told".into());
    }
    if let Some(open) = ledger.open_attempt() {
        keep(desk, &Attempt { stage: stage.clone(), ..open.clone() }).await;
    }
    let settled = ledger.record(stage);
    if !desk.store.record(&settled, settled.due_at(&desk.config.timing)).await? {
        tracing::warn!(service = %ledger.service, "somebody else settled the attempt");
    }
    Ok(())
}
