//! What an incident went through, as the reports read it from its notifications and its timeline.
//!
//! The reports ask here only, so that what an incident records can grow in one place.

use jiff::{SignedDuration, Timestamp};

use crate::alarm::AlarmState;
use crate::escalation::{Channel, Kind};
use crate::incident::{AlarmRecord, Entry, Happening, Incident, Notification, Phase, Progress, RemedyRecord};
use crate::severity::Severity;

/// Somebody took the incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Acknowledged {
    /// Who, and by which way.
    pub(super) by: String,
    /// When.
    pub(super) at: Timestamp,
}

/// A page that reached a channel which wakes people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Woken {
    /// When.
    pub(super) at: Timestamp,
    /// Whom.
    pub(super) who: String,
    /// How bad it was then.
    pub(super) severity: Severity,
    /// Which of the incident's pages it was.
    pub(super) page: u32,
}

/// Who said that it is over, if a person did and not the alarms.
pub(super) fn dismissed_by(incident: &Incident) -> Option<String> {
    match &incident.phase {
        Phase::Dismissed { by, .. } => Some(by.to_string()),
        Phase::Open | Phase::Resolved { .. } | Phase::Calm { .. } => None,
    }
}

/// The acknowledgements, oldest first.
pub(super) fn acknowledged(incident: &Incident) -> Vec<Acknowledged> {
    let acks = incident.timeline.iter().filter(|entry| entry.what == Happening::Acked);
    acks.map(|entry| Acknowledged { by: actor(entry).unwrap_or_default(), at: entry.at }).collect()
}

/// Whether a silence covered it at some time.
pub(super) fn was_silenced(incident: &Incident) -> bool {
    incident.timeline.iter().any(|entry| entry.what == Happening::Silenced)
}

/// Whether it went up and down.
pub(super) fn flapped(incident: &Incident) -> bool {
    incident.timeline.iter().any(|entry| entry.what == Happening::Flapping)
}

/// Who did what an entry tells, where it was a person.
pub(super) fn actor(entry: &Entry) -> Option<String> {
    entry.by.as_ref().map(ToString::to_string)
}

/// Whether Paramedic changed something about it.
pub(super) fn was_acted_on(incident: &Incident) -> bool {
    matches!(incident.remedy, Some(RemedyRecord::Acted { .. } | RemedyRecord::Verified { .. }))
        || incident.timeline.iter().any(|entry| entry.what == Happening::Acted)
}

/// Whether it ended without anybody taking it or doing anything: its alarms recovered by themselves.
pub(super) fn ended_by_itself(incident: &Incident) -> bool {
    incident.over_at().is_some()
        && dismissed_by(incident).is_none()
        && acknowledged(incident).is_empty()
        && !was_acted_on(incident)
}

/// From the first alarm to the first acknowledgement.
pub(super) fn time_to_acknowledge(incident: &Incident) -> Option<SignedDuration> {
    acknowledged(incident).first().map(|ack| ack.at.duration_since(incident.opened_at))
}

/// From the first alarm to the end.
pub(super) fn time_to_recover(incident: &Incident) -> Option<SignedDuration> {
    incident.over_at().map(|at| at.duration_since(incident.opened_at))
}

/// Its alarms, the worst and then the oldest first, without those of a former incident that are only kept so that late
/// messages about them are known to be late.
pub(super) fn alarms(incident: &Incident) -> Vec<&AlarmRecord> {
    let own = |alarm: &&AlarmRecord| alarm.state != AlarmState::Ok || alarm.changed_at >= incident.opened_at;
    let mut alarms: Vec<_> = incident.alarms.values().filter(own).collect();
    alarms.sort_by_key(|alarm| (std::cmp::Reverse(alarm.severity), alarm.changed_at, alarm.name.clone()));
    alarms
}

/// The notifications of people, oldest first.
pub(super) fn notifications(incident: &Incident) -> impl Iterator<Item = &Notification> {
    incident.notifications.iter().filter(|notification| notification.channel != Channel::Incidents)
}

/// When the first person was told.
pub(super) fn first_told_at(incident: &Incident) -> Option<Timestamp> {
    notifications(incident).filter_map(sent_at).min()
}

/// When a notification reached its channel.
pub(super) fn sent_at(notification: &Notification) -> Option<Timestamp> {
    match notification.progress {
        Progress::Sent { at } => Some(at),
        Progress::Owed { .. } | Progress::Claimed { .. } | Progress::Moot => None,
    }
}

/// Who was woken, oldest first: each once a page. A mail and a message on Slack wake nobody.
pub(super) fn woken(incident: &Incident) -> Vec<Woken> {
    let mut woken: Vec<Woken> = Vec::new();
    for notification in notifications(incident).filter(|notification| notification.kind == Kind::Page) {
        let wakes = matches!(notification.channel, Channel::PagerDuty | Channel::Pages | Channel::Person(_));
        if let (true, Some(at)) = (wakes, sent_at(notification)) {
            let (who, severity, page) = (whom(&notification.channel), notification.severity, notification.page);
            if !woken.iter().any(|known| known.who == who && known.severity == severity && known.page == page) {
                woken.push(Woken { at, who, severity, page });
            }
        }
    }
    woken.sort();
    woken
}

/// How many pages it had: one page may take several channels.
pub(super) fn pages(incident: &Incident) -> usize {
    let mut pages: Vec<_> = woken(incident).into_iter().map(|woken| (woken.severity, woken.page)).collect();
    pages.sort_unstable();
    pages.dedup();
    pages.len()
}

/// Who is behind a channel.
pub(super) fn whom(channel: &Channel) -> String {
    match channel {
        Channel::PagerDuty => "PagerDuty".to_owned(),
        Channel::Pages => "pages topic (SMS, e-mail)".to_owned(),
        Channel::Slack => "Slack".to_owned(),
        Channel::SlackTo(to) => format!("Slack {to}"),
        Channel::Mail => "mail topic".to_owned(),
        Channel::Person(name) => name.as_str().to_owned(),
        Channel::Webhook(name) => format!("webhook {name}"),
        Channel::Incidents => "enricher".to_owned(),
    }
}

/// What a notification was, in words.
pub(super) fn how(kind: Kind) -> &'static str {
    match kind {
        Kind::Page => "paged",
        Kind::Post => "posted",
        Kind::Broadcast => "told again",
        Kind::Update => "updated",
        Kind::Acknowledge => "told that somebody took it",
        Kind::Resolve => "told that it is over",
        Kind::Opened => "asked for an explanation",
        Kind::Escalated => "asked for another explanation",
        Kind::Approved => "passed on the approval",
    }
}
