//! Watching for storms: many services in trouble at once get one digest that names every P0.

use futures::StreamExt;
use jiff::Timestamp;
use paramedic_domain::escalation::{MANY_SERVICES, STORM, Trouble, digest, is_storm, over};
use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::{Event, Incident, Reason};
use paramedic_edge::store::StoreError;

use crate::{World, carry};

/// How many incidents are read at the same time.
const AT_ONCE: usize = 16;

/// Whether what came of some events may have made a storm.
pub(crate) fn may_have_begun(reasons: &[Reason]) -> bool {
    reasons.iter().any(|reason| matches!(reason, Reason::Opened | Reason::Reopened | Reason::Raised))
}

/// Looks at all open incidents and keeps the digest of a storm, if there is one; says whether there is.
///
/// # Errors
///
/// The incidents could not be read or the digest not be written; the next tick looks again.
pub async fn watch<W: World>(world: &W, now: Timestamp) -> Result<bool, StoreError> {
    let open = world.open_incidents().await?;
    let name = ServiceName::from(MANY_SERVICES);
    let is_open = open.contains(&name);
    if !is_open && u32::try_from(open.len()).is_ok_and(|count| count < STORM) {
        return Ok(false);
    }
    let read: Vec<Result<Option<Incident>, StoreError>> =
        futures::stream::iter(&open).map(|service| world.load(service)).buffer_unordered(AT_ONCE).collect().await;
    let incidents: Vec<Incident> = read.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let troubles: Vec<Trouble> = incidents.iter().filter_map(Trouble::of).collect();
    let known = incidents.iter().find(|incident| incident.service == name);
    let mut events = Vec::new();
    let goes_on = is_storm(&troubles) || known.is_some_and(Incident::is_open);
    if goes_on {
        events.extend(digest(&troubles, known).into_iter().map(|line| Event::Seen(Box::new(line))));
    }
    if let Some(known) = known {
        events.extend(over(&troubles, known).into_iter().map(|alarm| Event::Settled { alarm, at: now }));
    }
    if !events.is_empty() {
        carry::carry(world, &name, &events).await?;
    }
    Ok(goes_on)
}
