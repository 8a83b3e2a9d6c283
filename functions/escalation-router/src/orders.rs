//! What people ask of incidents and what they order: each becomes an event of an incident, a standing order, or both.

use paramedic_domain::id::ServiceName;
use paramedic_domain::incident::Event;
use paramedic_domain::request::{Ask, Petition, Request, Whose};
use paramedic_domain::silence::Silence;
use paramedic_domain::standing::{Changed, Order};
use paramedic_edge::store::StoreError;

use crate::{World, carry};

/// Why something people want was not done.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// The table failed; it may work later.
    #[error(transparent)]
    Table(#[from] StoreError),
    /// It cannot be had, and the same will not be had later.
    #[error("{0}")]
    Refused(String),
}

/// Does what a petition asks. Says what came of it, in a word for whoever waits for the answer.
///
/// # Errors
///
/// See [`NotDone`].
pub async fn heed<W: World>(world: &W, petition: &Petition) -> Result<String, NotDone> {
    let request = &petition.request;
    let (service, incident) = match &petition.whose {
        Whose::Incident { incident_id, service } => (service.clone(), Some(incident_id.clone())),
        Whose::Service { service } => (service.clone(), None),
        Whose::Page { dedup_key } => match paged_as(world, dedup_key).await? {
            Some(service) => (service, None),
            None => return Ok("nothing_to_resolve".to_owned()),
        },
    };
    if let Ask::Silence { lasts, reason } = &request.ask {
        let Request { by, at, .. } = request;
        let silence = Silence::of_service(&service, *lasts, &by.to_string(), reason, *at);
        keep(world, &Order::AddSilence(silence)).await?;
    }
    let asked = Event::Asked { incident, request: request.clone() };
    let reasons = carry::carry(world, &service, &[asked]).await?;
    Ok(reasons.first().map_or("nothing", |reason| reason.as_str()).to_owned())
}

/// Carries out an order, and lets every open incident take notice.
///
/// # Errors
///
/// See [`NotDone`].
pub async fn carry_out<W: World>(world: &W, order: &Order) -> Result<String, NotDone> {
    if let Order::AddOverride(cover) = order {
        let roster = world.config().roster(Vec::new());
        roster.admits(cover).map_err(|error| NotDone::Refused(error.to_string()))?;
    }
    if !keep(world, order).await? {
        return Ok("duplicate".to_owned());
    }
    for service in world.open_incidents().await? {
        carry::carry(world, &service, &[Event::Tick]).await?;
    }
    Ok("ordered".to_owned())
}

/// Says whether the order changed anything.
async fn keep<W: World>(world: &W, order: &Order) -> Result<bool, NotDone> {
    let changed =
        world.standing().await.apply(order, world.now()).map_err(|error| NotDone::Refused(error.to_string()))?;
    world.keep_standing(&changed).await?;
    Ok(changed != Changed::Nothing)
}

/// The service whose incident was paged under this key.
async fn paged_as<W: World>(world: &W, dedup_key: &str) -> Result<Option<ServiceName>, StoreError> {
    for service in world.open_incidents().await? {
        if let Some(incident) = world.load(&service).await?
            && incident.was_paged_as(dedup_key)
        {
            return Ok(Some(service));
        }
    }
    Ok(None)
}
