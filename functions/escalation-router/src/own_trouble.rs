//! Paramedic's own trouble is an incident too: a channel whose secret cannot be read pages through the others.

use futures::future::join_all;
use jiff::Timestamp;
use paramedic_domain::alarm::AlarmState;
use paramedic_domain::escalation::{Failure, Found, Profile, Route, Sighting};
use paramedic_domain::id::{Arn, ServiceName};
use paramedic_domain::incident::{Event, Incident};
use paramedic_domain::severity::Severity;
use paramedic_edge::store::StoreError;

use crate::{Desk, World, carry};

/// The name under which Paramedic has incidents of its own. A configured service cannot be mistaken for it: names of
/// services have no spaces.
const OURSELVES: &str = "paramedic itself";

/// Opens an incident about a secret that a delivery needed and did not get.
pub(crate) async fn report<W: World>(world: &W, incident: &Incident, told: &[Event]) {
    if incident.service.as_str() == OURSELVES {
        return; // The other channels have just been told; telling them about telling would not end.
    }
    let failures = told.iter().flat_map(|event| match event {
        Event::Delivered(deliveries) => {
            deliveries.iter().filter_map(|delivery| delivery.result.as_ref().err()).collect()
        }
        _ => Vec::new(),
    });
    for failure in failures {
        if let Failure::SecretUnavailable { secret, why } = failure {
            let sighting = sighting(incident, secret, why, world.now());
            let event = [Event::Seen(Box::new(sighting))];
            // Boxed because carrying tells, and telling may report.
            let carried = Box::pin(carry::carry(world, &ServiceName::from(OURSELVES), &event)).await;
            if let Err(error) = carried {
                tracing::error!(%error, secret, "the incident about an unreadable secret could not be written");
            }
        }
    }
}

/// Settles the incident once every secret can be read again.
pub(crate) async fn look(desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
    let ourselves = ServiceName::from(OURSELVES);
    let open = desk.store.open_incidents().await?;
    if !open.contains(&ourselves) {
        return Ok(());
    }
    let read = join_all(desk.secrets_in_use().map(|(name, field)| desk.secrets.fresh(name, field))).await;
    if read.iter().any(Result::is_err) {
        return Ok(());
    }
    let Some(incident) = desk.store.load(&ourselves).await? else { return Ok(()) };
    let settled: Vec<Event> =
        incident.alarms.keys().map(|alarm| Event::Settled { alarm: alarm.clone(), at: now }).collect();
    carry::carry(desk, &ourselves, &settled).await.map(drop)
}

fn sighting(incident: &Incident, secret: &str, why: &str, now: Timestamp) -> Sighting {
    Sighting {
        route: Route::new(ServiceName::from(OURSELVES), false, Severity::P0),
        alarm: Arn::new(format!("paramedic:secret:{secret}")),
        name: format!("secret {secret} cannot be read"),
        account: incident.account.clone(),
        region: incident.region.clone(),
        state: AlarmState::Alarm,
        changed_at: now,
        reason: format!("{why}; its channel tells nobody until that is mended"),
        found: Found::Delivered,
        // No silence that asks anything can match it: whoever cannot be told should at least hear that.
        profile: Profile::default(),
    }
}
