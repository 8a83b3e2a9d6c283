//! What of an incident matters for what can happen to it: its place in the state that is checked.

use std::hash::{Hash, Hasher};

use jiff::Timestamp;
use paramedic_domain::escalation::Kind;
use paramedic_domain::incident::{Incident, Notification, Phase, Progress};

/// Hashes an incident without its timeline and view, its texts, its version, and what is settled and never read again.
pub(crate) fn hash<H: Hasher>(incident: &Incident, state: &mut H) {
    incident.id.as_str().hash(state);
    incident.severity.hash(state);
    phase(&incident.phase).hash(state);
    second(incident.began_at).hash(state);
    incident.rung.as_ref().map(|r| (r.height.step, r.height.round, &r.notes, r.answered_at.map(second))).hash(state);
    incident.pages.hash(state);
    incident.open_pages.hash(state);
    incident.told.hash(state);
    incident.ack.as_ref().map(|ack| second(ack.until)).hash(state);
    incident.flips.iter().map(|at| second(*at)).collect::<Vec<_>>().hash(state);
    incident.flapping.map(|flapping| (flapping.told, second(flapping.calm_at))).hash(state);
    for (arn, alarm) in &incident.alarms {
        (arn.as_str(), alarm.state as u8, second(alarm.changed_at), alarm.severity).hash(state);
    }
    // The next number follows from the last, and the last page tells how long ago anybody was woken.
    incident.notifications.last().map(|last| last.id).hash(state);
    let mut notifications = incident.notifications.iter().rev();
    notifications.find(|n| n.kind == Kind::Page && n.progress != Progress::Moot).map(sent).hash(state);
    for notification in incident.notifications.iter().filter(|notification| !notification.is_settled()) {
        self::notification(notification, state);
        progress(&notification.progress).hash(state);
        (notification.attempts > 0).hash(state);
    }
}

/// Hashes what a notification is, apart from how far it is.
pub(crate) fn notification<H: Hasher>(notification: &Notification, state: &mut H) {
    (notification.id, &notification.channel, notification.kind as u8, notification.severity, notification.page)
        .hash(state);
}

fn sent(notification: &Notification) -> Option<i64> {
    match notification.progress {
        Progress::Sent { at } => Some(second(at)),
        _ => None,
    }
}

fn progress(progress: &Progress) -> (u8, i64) {
    match progress {
        Progress::Owed { at } => (0, second(*at)),
        Progress::Claimed { until } => (1, second(*until)),
        Progress::Sent { .. } | Progress::Moot => (2, 0),
    }
}

fn phase(phase: &Phase) -> (u8, i64) {
    match phase {
        Phase::Open => (0, 0),
        Phase::Resolved { at } => (1, second(*at)),
        Phase::Calm { at } => (2, second(*at)),
        Phase::Dismissed { at, .. } => (3, second(*at)),
    }
}

fn second(at: Timestamp) -> i64 {
    at.as_second()
}
