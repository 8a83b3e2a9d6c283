//! Acting, at most once: claim in the ledger, look once more, make the call, record what came of it.
//!
//! `ecs:UpdateService` has no client token, so a call whose answer was lost is never made again. What it did is observed,
//! and where that does not decide, a person is asked.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::bulletin::{Bulletin, Subject};
use paramedic_domain::guardrail::{Guardrail, NEEDED, Objection, Switch};
use paramedic_domain::id::DeploymentId;
use paramedic_domain::ledger::{CLAIM_LEASE, Ledger, Stage};
use paramedic_domain::remedy::{Plan, Proposal};
use paramedic_edge::actor::ActError;

use crate::Desk;
use crate::consider::{publish, refuse};

/// How long to wait between two looks at what a lost call did.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// When to stop looking, so that there is time to record.
const KEEP_FREE: SignedDuration = SignedDuration::from_secs(5);

/// Carries out a plan that every guardrail agreed to, going by this ledger and so many actions in the account. If either
/// changed meanwhile, the claim fails.
pub(crate) async fn act(
    desk: &Desk,
    subject: &Subject,
    plan: Plan,
    (ledger, account_actions): (&Ledger, u32),
    deadline: Timestamp,
) -> bool {
    let now = Timestamp::now();
    let mut claimed = ledger.claim(subject.clone(), plan.clone(), now);
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
    // The last look: the decision was made for this very deployment, and reading took its time.
    let (primary, switch) = futures::join!(desk.actor.primary_deployment(&plan), desk.store.switch());
    let present = match primary {
        _ if switch != Switch::On => Some("remedies were switched off meanwhile".to_owned()),
        _ if Timestamp::now() + NEEDED > deadline => Some("too little of this invocation is left".to_owned()),
        Ok(present) if present == plan.expected_deployment => None,
        Ok(present) => Some(format!("deployment {present} took the place of the one that was judged")),
        Err(error) => Some(format!("the deployment could not be read again ({error})")),
    };
    if let Some(why) = present {
        record(desk, &mut claimed, Stage::NotDone { why: why.clone() }).await;
        return refused(desk, subject, plan, Guardrail::Execution, &why).await;
    }
    match desk.actor.force_redeploy(&plan).await {
        Ok(deployment) => acted(desk, subject, plan, claimed, deployment).await,
        Err(ActError::NotDone { why }) => {
            record(desk, &mut claimed, Stage::NotDone { why: why.clone() }).await;
            refused(desk, subject, plan, Guardrail::Execution, &why).await
        }
        Err(ActError::Ambiguous { why }) => match observe(desk, &plan, deadline).await {
            Some(deployment) => acted(desk, subject, plan, claimed, deployment).await,
            None => {
                record(desk, &mut claimed, Stage::Ambiguous { why }).await;
                let at = Timestamp::now();
                publish(desk, &Bulletin::Verified { subject: subject.clone(), plan, outcome: None, at }).await
            }
        },
    }
}

async fn acted(desk: &Desk, subject: &Subject, plan: Plan, mut claimed: Ledger, deployment: DeploymentId) -> bool {
    let at = Timestamp::now();
    tracing::info!(service = %subject.service, %deployment, remedy = %plan.remedy, "acted");
    record(desk, &mut claimed, Stage::Acted { at, deployment }).await;
    // Whether or not this is heard, the attempt is dealt with: it must not be made again, and its verification will be told.
    publish(desk, &Bulletin::Acted { subject: subject.clone(), plan, at }).await;
    true
}

async fn refused(desk: &Desk, subject: &Subject, plan: Plan, guardrail: Guardrail, why: &str) -> bool {
    let objection = Objection { guardrail, approvable: false, why: why.to_owned() };
    refuse(desk, subject, Proposal::Act(plan), vec![objection]).await
}

/// Writes how far the attempt came. If that fails the claim stays, and becomes a person's business when its lease is over.
async fn record(desk: &Desk, ledger: &mut Ledger, stage: Stage) {
    *ledger = ledger.record(stage);
    match desk.store.record(ledger, ledger.due_at(&desk.config.timing)).await {
        Ok(true) => ledger.version += 1,
        Ok(false) => tracing::error!(service = %ledger.service, "somebody else wrote the ledger during an attempt"),
        Err(error) => tracing::error!(service = %ledger.service, %error, "the attempt could not be recorded"),
    }
}

/// Looks whether a call without an answer made a deployment: then the primary one is another than before.
async fn observe(desk: &Desk, plan: &Plan, deadline: Timestamp) -> Option<DeploymentId> {
    while Timestamp::now() + KEEP_FREE < deadline {
        match desk.actor.primary_deployment(plan).await {
            Ok(present) if present != plan.expected_deployment => return Some(present),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "what the call did could not be observed yet"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    None
}
