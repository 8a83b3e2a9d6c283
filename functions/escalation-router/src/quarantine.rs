//! Keeping what is no alarm, and saying that it came.

use jiff::Timestamp;
use paramedic_domain::alarm::{Delivery, NotAnAlarm};
use paramedic_domain::report;

use crate::Desk;

/// Keeps the refused deliveries and mails one notice for all of them. Returns the deliveries that must come again, because
/// neither could be done.
pub(crate) async fn keep(desk: &Desk, refused: &[(Delivery, NotAnAlarm)], now: Timestamp) -> Vec<Option<String>> {
    for (delivery, not_an_alarm) in refused {
        tracing::warn!(via = ?delivery.via, why = %not_an_alarm.why, digest = %not_an_alarm.digest, "quarantined");
    }
    let (subject, body) = report::quarantine_notice(refused);
    let (kept, noticed) = futures::join!(desk.store.quarantine(refused, now), desk.notifiers.notice(&subject, &body));
    if let Err(error) = &kept {
        tracing::error!(%error, "the quarantine could not be written");
    }
    if let Err(failure) = &noticed {
        tracing::error!(why = failure.why(), "the quarantine's notice could not be mailed");
    }
    // The notice holds the digest and the beginning of each, so one of the two is enough for nothing to be lost.
    if kept.is_err() && noticed.is_err() {
        refused.iter().map(|(delivery, _)| delivery.id.clone()).collect()
    } else {
        Vec::new()
    }
}
