//! Looking for what never arrived: an alarm acts once, on its change, and a muted or broken path loses that silently. So
//! what is in ALARM is compared with the open incidents every few minutes.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Error;
use paramedic_domain::alarm::{Alarm, AlarmState};
use paramedic_domain::escalation::{Found, Sighting, Topics, broken_path, sight};
use paramedic_domain::id::{Arn, ServiceName};
use paramedic_domain::incident::{Event, Incident};
use paramedic_edge::alarms::WiredAlarm;

use crate::{Desk, carry, heartbeat};

/// A notification may take this long on its way before it counts as lost.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(60);

/// Opens the incidents of alarms whose notification was lost, and settles incidents whose alarms are OK or gone.
pub(crate) async fn reconcile(desk: &Desk, now: Timestamp) -> Result<(), Error> {
    let grace = ON_ITS_WAY.min(desk.config.timing.reconcile_every / 2);
    let before = now - grace;
    let (firing, open) = futures::join!(desk.alarms.in_alarm(), desk.store.open_incidents());
    let (firing, open) = (firing?, open?);
    let mut incidents: Vec<Incident> = Vec::new();
    for (service, read) in open.iter().zip(join_all(open.iter().map(|service| desk.store.load(service))).await) {
        match read {
            Ok(incident) => incidents.extend(incident),
            // One service's trouble must not keep the others from being looked at.
            Err(error) => tracing::error!(%service, %error, "its incident could not be read"),
        }
    }

    let mut events: BTreeMap<ServiceName, Vec<Event>> = BTreeMap::new();
    for alarm in firing.iter().filter(|alarm| alarm.alarm.changed_at <= before) {
        let Some(sighting) = found(alarm, desk) else { continue };
        let known = incidents
            .iter()
            .filter(|incident| incident.keeps_watch())
            .any(|incident| incident.alarms.get(&sighting.alarm).is_some_and(|a| a.state == AlarmState::Alarm));
        if !known {
            tracing::warn!(alarm = %sighting.name, "in ALARM without an incident");
            let sighting = tagged(alarm, desk).await.unwrap_or(sighting);
            events.entry(sighting.route.service.clone()).or_default().push(Event::Seen(Box::new(sighting)));
        }
    }
    for (service, alarm) in recovered(desk, &firing, &incidents, before).await? {
        events.entry(service).or_default().push(Event::Settled { alarm, at: now });
    }
    let mut failed = None;
    for (service, events) in events {
        if let Err(error) = carry::carry(desk, &service, &events).await {
            tracing::error!(%service, %error, "what the reconciliation found could not be written");
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// The alarm with what broke on its way; `None` if it was never meant to be heard here.
fn found(alarm: &WiredAlarm, desk: &Desk) -> Option<Sighting> {
    if heartbeat::is(desk, &alarm.alarm) {
        return None;
    }
    let sighting = sight(&alarm.alarm, &desk.config);
    let topics = Topics { alarms: &desk.place.alarms_topic, pages: &desk.place.pages_topic };
    let broken_path = broken_path(&alarm.alarm, alarm.actions_enabled, sighting.route.configured, topics)?;
    Some(Sighting { found: Found::Reconciled { broken_path }, ..sighting })
}

/// The same with the alarm's tags, by which it may be routed elsewhere: its message would have had them. `None` if they cannot
/// be read; then it goes where it goes without.
async fn tagged(alarm: &WiredAlarm, desk: &Desk) -> Option<Sighting> {
    match desk.alarms.tags(&alarm.alarm.arn).await {
        Ok(tags) => found(&WiredAlarm { alarm: Alarm { tags, ..alarm.alarm.clone() }, ..alarm.clone() }, desk),
        Err(error) => {
            tracing::warn!(alarm = %alarm.alarm.name, %error, "routed without its tags");
            None
        }
    }
}

/// The alarms of open incidents that are OK or gone although no message said so. INSUFFICIENT_DATA is no recovery.
async fn recovered(
    desk: &Desk,
    firing: &[WiredAlarm],
    incidents: &[Incident],
    before: Timestamp,
) -> Result<Vec<(ServiceName, Arn)>, Error> {
    let firing: BTreeSet<&Arn> = firing.iter().map(|alarm| &alarm.alarm.arn).collect();
    let missing: Vec<(&Incident, &Arn, &str)> = incidents
        .iter()
        .filter(|incident| incident.keeps_watch())
        .flat_map(|incident| incident.alarms.iter().map(move |(arn, alarm)| (incident, arn, alarm)))
        .filter(|(_, arn, alarm)| {
            alarm.state != AlarmState::Ok
                && alarm.changed_at <= before
                && arn.as_str().contains(":alarm:")
                && !firing.contains(arn)
        })
        .map(|(incident, arn, alarm)| (incident, arn, alarm.name.as_str()))
        .collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = missing.iter().map(|(_, _, name)| (*name).to_owned()).collect();
    let present = desk.alarms.named(&names).await?;
    // An answer without a single alarm says more about the answer than about the alarms.
    if present.is_empty() && firing.is_empty() {
        return Ok(Vec::new());
    }
    Ok(missing
        .into_iter()
        .filter(|(_, arn, _)| {
            present
                .iter()
                .find(|alarm| alarm.alarm.arn == **arn)
                .is_none_or(|alarm| alarm.alarm.state == AlarmState::Ok)
        })
        .map(|(incident, arn, _)| (incident.service.clone(), arn.clone()))
        .collect())
}
