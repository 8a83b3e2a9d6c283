//! The heartbeat: an alarm of our own that the tick sets off, that travels the way of every alarm, and that opens no
//! incident when it arrives. When it stays away, the watchdog speaks, through none of the functions.

use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::Alarm;
use paramedic_domain::proof::heartbeat::Beat;
use paramedic_edge::store::StoreError;

use crate::Desk;

/// A beat that took longer than this many intervals proves nothing about the way as it is now: it lay in a dead-letter
/// queue.
const STALE: i32 = 3;

/// Sends a beat, if it is time. Should CloudWatch not take it, the next one is due after the usual time: the watchdog
/// misses a single one not at all.
pub(crate) async fn beat(desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
    let Some(proof) = &desk.proof else { return Ok(()) };
    let Some(pulse) = &proof.pulse else { return Ok(()) };
    let every = desk.config.heartbeat.every;
    // The tick comes a moment early or late; without some slack every other beat would wait for the next minute.
    let due = every - (every / 10).min(SignedDuration::from_secs(20));
    if !desk.store.take_turn("heartbeat", due, now).await? {
        return Ok(());
    }
    // What the tick did before is no part of the way.
    if let Err(error) = proof.heart.beat(pulse.name(), Timestamp::now()).await {
        tracing::error!(%error, "the heartbeat was not sent");
    }
    Ok(())
}

/// Whether this alarm is the heartbeat, and so no business of any incident.
pub(crate) fn is(desk: &Desk, alarm: &Alarm) -> bool {
    let pulse = desk.proof.as_ref().and_then(|proof| proof.pulse.as_ref());
    pulse.is_some_and(|pulse| pulse.is(alarm))
}

/// Counts a beat that came back, calls whoever waits for it outside, and keeps it for the doctor. Nothing here is a reason
/// to have the delivery again: the next beat is on its way.
pub(crate) async fn arrived(desk: &Desk, alarm: &Alarm, now: Timestamp) {
    let Some(proof) = &desk.proof else { return };
    let Some((sent_at, round_trip)) = proof.pulse.as_ref().and_then(|pulse| pulse.round_trip(alarm, now)) else {
        return;
    };
    if round_trip > desk.config.heartbeat.every * STALE {
        tracing::warn!(%sent_at, "a heartbeat came too late to prove anything");
        return;
    }
    let outside = async {
        match &desk.config.heartbeat.secret {
            Some(secret) => Some(proof.heart.call_outside(secret).await),
            None => None,
        }
    };
    let (counted, outside) = futures::join!(proof.heart.count(&proof.place.stack, round_trip, now), outside);
    if let Err(error) = counted {
        tracing::error!(%error, "a heartbeat that came back was not counted");
    }
    tracing::info!(round_trip_ms = round_trip.as_millis(), ?outside, "a heartbeat came back");
    let beat = Beat { sent_at, arrived_at: now, outside };
    if let Err(error) = desk.store.keep_beat(&beat).await {
        tracing::warn!(%error, "a heartbeat that came back was not kept");
    }
}
