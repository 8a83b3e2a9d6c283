//! What the minute brings: whatever is due in an incident, and every few minutes the reconciliation. Graphs come last.

use futures::StreamExt;
use jiff::Timestamp;
use lambda_runtime::Error;
use paramedic_domain::incident::Event;

use crate::{Desk, carry, daily, graph, heartbeat, own_trouble, reconcile, storm};

/// How many incidents are worked on at the same time.
const AT_ONCE: usize = 8;

/// Takes up everything that is due.
///
/// # Errors
///
/// Fails if the due incidents could not be listed, or one of them could not be written: the tick is then repeated.
pub(crate) async fn tick(desk: &Desk, now: Timestamp) -> Result<(), Error> {
    let due = desk.store.due_incidents(now).await?;
    let carried = futures::stream::iter(&due)
        .map(|service| async move { carry::carry(desk, service, &[Event::Tick]).await.map(drop) })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    heartbeat::beat(desk, now).await?;
    if desk.store.take_turn("reconciliation", desk.config.timing.reconcile_every, now).await? {
        reconcile::reconcile(desk, now).await?;
    }
    let storm = storm::watch(desk, now).await?;
    own_trouble::look(desk, now).await?;
    daily::look(desk, now).await?;
    // In a storm the table and Slack belong to what tells people.
    if !storm {
        Box::pin(graph::draw(desk, &due, now)).await;
    }
    carried.into_iter().collect::<Result<Vec<()>, _>>()?;
    Ok(())
}
