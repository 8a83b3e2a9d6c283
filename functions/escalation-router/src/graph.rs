//! Drawing the graphs that incidents are owed, when the tick has done everything else: nothing that tells somebody something
//! ever waits for a renderer, and what becomes of a graph fails nothing.

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::{Event, Reason, Undrawn};
use paramedic_edge::store::StoreError;

use crate::{World, carry};

/// How many graphs are drawn at the same time.
const AT_ONCE: usize = 4;
/// None is begun when the invocation is older than this: it has ten seconds, and a graph may take five. Others wait for
/// the next tick.
const BEGUN_WITHIN: SignedDuration = SignedDuration::from_millis(2500);

/// Draws what is owed to the incidents of these services, as far as there is time. `since` is when the invocation began.
pub async fn draw<W: World>(world: &W, services: &[ServiceName], since: Timestamp) {
    let drawn = futures::stream::iter(services).map(|service| async move {
        if world.now().duration_since(since) > BEGUN_WITHIN {
            return;
        }
        if let Err(error) = draw_one(world, service).await {
            tracing::warn!(%service, %error, "what came of its graph could not be written");
        }
    });
    drawn.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

/// Claims the graph, draws it, and records what came of it.
async fn draw_one<W: World>(world: &W, service: &ServiceName) -> Result<(), StoreError> {
    let reasons = carry::carry(world, service, &[Event::Draw]).await?;
    if !reasons.contains(&Reason::Drawing) {
        return Ok(());
    }
    let Some(incident) = world.load(service).await? else { return Ok(()) };
    let result = world.draw(&incident).await;
    match &result {
        Ok(()) => tracing::info!(%service, "its graph is in the thread"),
        Err(Undrawn::NotToBeHad { why }) => tracing::info!(%service, why, "there is no graph of it"),
        Err(Undrawn::Failed(failure)) => tracing::warn!(%service, why = failure.why(), "its graph was not drawn"),
    }
    let drawn = Event::Drawn { incident: incident.id.clone(), result };
    carry::carry(world, service, &[drawn]).await.map(drop)
}
