//! Acting, at most once: claim in the ledger, look once more, make the call, record what came of it.
//!
//! The calls of ECS have no client token, so one whose answer was lost is never made again. What it did is observed, and where
//! that does not decide, a person is asked.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::bulletin::{Bulletin, Subject};
use paramedic_domain::guardrail::{Guardrail, NEEDED, Objection, Switch};
use paramedic_domain::ledger::{Attempt, CLAIM_LEASE, Effect, Ledger, Stage};
use paramedic_domain::remedy::{Plan, Proposal};
use paramedic_domain::verification::{Outcome, Vitals};
use paramedic_edge::actor::ActError;

use crate::Desk;
use crate::consider::{publish, refuse};

/// How long to wait between two looks at what a lost call did.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// When to stop looking, so that there is time to record.
const KEEP_FREE: SignedDuration = SignedDuration::from_secs(5);

/// Carries out a plan that every guardrail agreed to, going by this ledger and so many actions in the account; if either changed
/// meanwhile, the claim fails. What comes of it is judged beside these vitals.
pub(crate) async fn act(
    desk: &Desk,
    subject: &Subject,
    plan: Plan,
    (ledger, account_actions): (&Ledger, u32),
    before: Vitals,
    deadline: Timestamp,
) -> bool {
    let now = Timestamp::now();
    let mut claimed = ledger.claim(subject.clone(), plan.clone(), now).measured(before);
    match desk.store.claim(&claimed, account_actions, now, Some(now + CLAIM_LEASE)).await {
        Ok(true) => claimed.version += 1,
        Ok(false) => {
            return refused(desk, subject, plan, Guardrail::OneAtATime, "another attempt was claimed first").await;
        }
        Err(error) => {
            tracing::error!(%error, "the claim could not be written");
            return refused(desk, subject, plan, Guardrail::LedgerRead, "the attempt could not be claimed").await;
        }
    }
    // The last look: the decision was made for what there was then, and reading took its time.
    let (present, switch) = futures::join!(desk.actor.look(&plan), desk.store.switch());
    let changed = match present {
        _ if switch != Switch::On => Some("remedies were switched off meanwhile".to_owned()),
        _ if Timestamp::now() + NEEDED > deadline => Some("too little of this invocation is left".to_owned()),
        Ok(present) => present.differs_from(&plan),
        Err(error) => Some(format!("what it is for could not be read again ({error})")),
    };
    if let Some(why) = changed {
        record(desk, &mut claimed, Stage::NotDone { why: why.clone() }).await;
        return refused(desk, subject, plan, Guardrail::Execution, &why).await;
    }
    match desk.actor.carry_out(&plan).await {
        Ok(effect) => acted(desk, subject, plan, claimed, effect).await,
        Err(ActError::NotDone { why }) => {
            record(desk, &mut claimed, Stage::NotDone { why: why.clone() }).await;
            refused(desk, subject, plan, Guardrail::Execution, &why).await
        }
        Err(ActError::Ambiguous { why }) => match observe(desk, &plan, deadline).await {
            Some(effect) => acted(desk, subject, plan, claimed, effect).await,
            None => hand_over(desk, subject, plan, claimed, why).await,
        },
    }
}

async fn acted(desk: &Desk, subject: &Subject, plan: Plan, mut claimed: Ledger, effect: Effect) -> bool {
    let at = Timestamp::now();
    tracing::info!(service = %subject.service, %effect, remedy = %plan.remedy(), "acted");
    record(desk, &mut claimed, Stage::Acted { at, effect }).await;
    // Whether or not this is heard, the attempt is dealt with: it must not be made again, and its verification will be told.
    publish(desk, &Bulletin::Acted { subject: subject.clone(), plan, at }).await;
    true
}

/// Asks a person to look at what nobody knows. Where that is not heard, the next tick tells it.
async fn hand_over(desk: &Desk, subject: &Subject, plan: Plan, mut claimed: Ledger, why: String) -> bool {
    record(desk, &mut claimed, Stage::Ambiguous { why: why.clone() }).await;
    let (subject, outcome, at) = (subject.clone(), Outcome::Unknown { why: why.clone() }, Timestamp::now());
    if publish(desk, &Bulletin::Verified { subject, plan, outcome, at }).await {
        record(desk, &mut claimed, Stage::HandedOver { why }).await;
    }
    true
}

async fn refused(desk: &Desk, subject: &Subject, plan: Plan, guardrail: Guardrail, why: &str) -> bool {
    let objection = Objection { guardrail, approvable: false, why: why.to_owned() };
    refuse(desk, subject, Proposal::Act(plan), vec![objection]).await
}

/// Writes how far the attempt came. If that fails the claim stays, and is looked after as an orphan when its lease is over.
async fn record(desk: &Desk, ledger: &mut Ledger, stage: Stage) {
    let claimed = ledger.open_attempt().cloned();
    *ledger = ledger.record(stage.clone());
    if let Some(claimed) = claimed {
        keep(desk, &Attempt { stage, ..claimed }).await;
    }
    match desk.store.record(ledger, ledger.due_at(&desk.config.timing)).await {
        Ok(true) => ledger.version += 1,
        Ok(false) => tracing::error!(service = %ledger.service, "somebody else wrote the ledger during an attempt"),
        Err(error) => tracing::error!(service = %ledger.service, %error, "the attempt could not be recorded"),
    }
}

/// Keeps how far an attempt came for whoever asks in a month. The ledger is what counts, so failing here stops nothing.
pub(crate) async fn keep(desk: &Desk, attempt: &Attempt) {
    if let Err(error) = desk.store.keep_attempt(attempt).await {
        tracing::error!(service = %attempt.subject.service, %error, "what came of an attempt could not be kept");
    }
}

/// Looks whether a call without an answer had its effect.
async fn observe(desk: &Desk, plan: &Plan, deadline: Timestamp) -> Option<Effect> {
    while Timestamp::now() + KEEP_FREE < deadline {
        match desk.actor.look(plan).await {
            Ok(present) => {
                if let Some(effect) = present.shows(plan) {
                    return Some(effect);
                }
            }
            Err(error) => tracing::warn!(%error, "what the call did could not be observed yet"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    None
}
