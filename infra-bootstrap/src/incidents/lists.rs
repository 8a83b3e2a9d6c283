//! Lists of incidents, as text and as JSON.

use jiff::Timestamp;
use paramedic_domain::incident::{Incident, Phase};
use paramedic_domain::wall_clock::Zone;
use serde_json::{Value, json};

use super::OpenIncidents;
use super::next::Next;
use crate::columns::{about, at, columns};

/// The incidents that go on, one a line, with times as they are read in a zone.
pub fn open_text(open: &OpenIncidents, zone: &Zone) -> String {
    if open.incidents.is_empty() {
        return "no incident goes on\n".to_owned();
    }
    let rows: Vec<[String; 6]> = open
        .incidents
        .iter()
        .map(|incident| {
            let next = open.policy.as_ref().map(|policy| Next::of(incident, policy));
            [
                incident.severity.to_string(),
                incident.service.to_string(),
                incident.id.to_string(),
                format!("{} ({})", at(incident.opened_at, zone), about(open.now.duration_since(incident.opened_at))),
                state(incident, zone),
                next.map_or_else(|| "-".to_owned(), |next| next.words(|time| at(time, zone))),
            ]
        })
        .collect();
    columns(["SEVERITY", "SERVICE", "ID", "SINCE", "STATE", "NEXT"], &rows)
}

/// The same as JSON.
pub fn open_json(open: &OpenIncidents) -> Value {
    let one = |incident: &Incident| {
        let next = open.policy.as_ref().map(|policy| Next::of(incident, policy));
        json!({
            "id": incident.id,
            "service": incident.service,
            "severity": incident.severity,
            "since": incident.opened_at,
            "alarms": incident.firing().iter().map(|alarm| alarm.name.as_str()).collect::<Vec<_>>(),
            "pages": incident.pages,
            "acked": incident.ack,
            "silenced": incident.silenced,
            "flapping": incident.flapping.is_some(),
            "next": next.as_ref().map(|next| json!({
                "at": next.at(),
                "words": next.words(|time: Timestamp| time.to_string()),
            })),
        })
    };
    json!({ "incidents": open.incidents.iter().map(one).collect::<Vec<_>>() })
}

/// Who is at it, and whether anybody was told.
fn state(incident: &Incident, zone: &Zone) -> String {
    let flapping = if incident.flapping.is_some() { ", flapping" } else { "" };
    let state = match (&incident.silenced, &incident.ack) {
        (Some(silence), _) => {
            format!("silenced until {} by {}: {}", at(silence.until, zone), silence.by, silence.reason)
        }
        (None, Some(ack)) => format!("acked by {} until {}", ack.by, at(ack.until, zone)),
        (None, None) => match incident.pages {
            0 => "nobody was told".to_owned(),
            1 => "not acked, paged once".to_owned(),
            pages => format!("not acked, paged {pages} times"),
        },
    };
    format!("{state}{flapping}")
}

/// Incidents that are over, one a line.
pub fn closed_text(closed: &[Incident], zone: &Zone) -> String {
    if closed.is_empty() {
        return "no incident was over in that time\n".to_owned();
    }
    let rows: Vec<[String; 7]> = closed
        .iter()
        .map(|incident| {
            let over = incident.over_at().unwrap_or(incident.opened_at);
            [
                incident.severity.to_string(),
                incident.service.to_string(),
                incident.id.to_string(),
                at(incident.opened_at, zone),
                about(over.duration_since(incident.opened_at)),
                incident.pages.to_string(),
                ended(incident),
            ]
        })
        .collect();
    columns(["SEVERITY", "SERVICE", "ID", "BEGAN", "LASTED", "PAGES", "ENDED"], &rows)
}

/// The same as JSON.
pub fn closed_json(closed: &[Incident]) -> Value {
    let one = |incident: &Incident| {
        json!({
            "id": incident.id,
            "service": incident.service,
            "severity": incident.severity,
            "since": incident.opened_at,
            "until": incident.over_at(),
            "pages": incident.pages,
            "ended": ended(incident),
        })
    };
    json!({ "incidents": closed.iter().map(one).collect::<Vec<_>>() })
}

fn ended(incident: &Incident) -> String {
    match &incident.phase {
        Phase::Dismissed { by, .. } => format!("by {by}"),
        Phase::Open | Phase::Resolved { .. } | Phase::Calm { .. } => "its alarms recovered".to_owned(),
    }
}
