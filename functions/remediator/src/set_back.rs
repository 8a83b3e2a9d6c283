//! What was raised for the time being is set back once it is not needed any more.

use jiff::Timestamp;
use lambda_runtime::Error;
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::ledger::{Ledger, Raised, SetBack};

use crate::Desk;
use crate::consider::publish;

/// Sets a raised maximum back if it is time and nothing speaks against it.
///
/// # Errors
///
/// Fails if it could not be looked at, written, told or recorded; the next tick tries again.
pub(crate) async fn set_back(desk: &Desk, ledger: &Ledger, now: Timestamp) -> Result<(), Error> {
    let Some(raised) = ledger.raised.as_ref().filter(|raised| raised.due_at(&desk.config.timing) <= now) else {
        return Ok(());
    };
    let (bounds, switch) = futures::join!(desk.actor.bounds(raised), desk.store.switch());
    let bounds = bounds?;
    let frozen = desk.config.frozen(&ledger.service, now).is_some();
    match raised.set_back(bounds.desired, bounds.maximum, switch, frozen, now) {
        SetBack::Later { why } => {
            tracing::info!(service = %ledger.service, why, "the maximum is not set back yet");
            record(desk, ledger, Some(Raised { looked_at: Some(now), ..raised.clone() })).await
        }
        SetBack::Never { why } => settle(desk, ledger, raised, Some(why), now).await,
        SetBack::Now => {
            desk.actor.set_back(raised).await?;
            tracing::info!(service = %ledger.service, from = raised.to, to = raised.from, "the maximum was set back");
            settle(desk, ledger, raised, None, now).await
        }
    }
}

/// Tells first and records then: if telling fails, the next tick finds that it was set back already and says so.
async fn settle(
    desk: &Desk,
    ledger: &Ledger,
    raised: &Raised,
    left: Option<String>,
    at: Timestamp,
) -> Result<(), Error> {
    let Raised { subject, from, to, .. } = raised.clone();
    if !publish(desk, &Bulletin::SetBack { subject, from, to, left, at }).await {
        return Err("that a maximum was set back could not be told".into());
    }
    record(desk, ledger, None).await
}

async fn record(desk: &Desk, ledger: &Ledger, raised: Option<Raised>) -> Result<(), Error> {
    let next = ledger.with_raised(raised);
    if !desk.store.record(&next, next.due_at(&desk.config.timing)).await? {
        tracing::warn!(service = %ledger.service, "somebody else wrote the ledger; the next tick looks again");
    }
    Ok(())
}
