//! One incident with all that happened.

use jiff::tz::TimeZone;
use paramedic_domain::alarm::text::escaped;
use paramedic_domain::config::Config;
use paramedic_domain::incident::Incident;
use paramedic_domain::report::{self, Document, post_incident, story};
use paramedic_domain::wall_clock::Zone;

use crate::columns::columns;

/// The longest line, in characters.
const LINE: usize = 1200;

/// What is known of it, and its timeline.
pub fn incident_text(incident: &Incident, config: Option<&Config>, zone: &Zone) -> String {
    let service = config.and_then(|config| config.service(&incident.service));
    let mut text = String::new();
    for line in report::mail(&story(incident, service)).lines() {
        text.push_str(&escaped(line, LINE));
        text.push('\n');
    }
    let rows: Vec<[String; 4]> = incident
        .timeline
        .iter()
        .map(|entry| {
            let by = entry.by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default();
            let after = entry.at.duration_since(incident.opened_at).as_secs();
            let clock = zone.clock(entry.at).strftime("%Y-%m-%d %H:%M:%S").to_string();
            [clock, format!("{after:+} s"), entry.what.words().to_owned(), format!("{}{by}", entry.detail)]
        })
        .collect();
    let clock = format!("TIME ({zone})");
    format!("{text}\n{}", columns([&clock, "AFTER", "WHAT", "DETAIL"], &rows))
}

/// The post-incident report.
pub fn incident_markup(incident: &Incident, config: Option<&Config>, zone: &TimeZone) -> Document {
    post_incident(incident, config.and_then(|config| config.service(&incident.service)), zone)
}
