//! The month as a document.

use jiff::SignedDuration;

use super::{Figures, Monthly, Spread};
use crate::report::document::{Block, Document, Inline, Section};
use crate::report::line::duration;
use crate::severity::Severity;

impl Monthly {
    /// The report for people.
    pub fn document(&self) -> Document {
        let sections = vec![
            Section::new("All services", vec![facts(&self.overall)]),
            Section::new("By service", self.by_service()),
            Section::new("Who was woken", self.who_was_woken()),
            Section::new(
                "How it is counted",
                vec![Block::List(COUNTED.iter().map(|line| (*line).to_owned()).collect())],
            ),
        ];
        Document { title: format!("Incidents of {}", self.month), lead: self.lead(), sections }
    }

    fn lead(&self) -> String {
        let overall = &self.overall;
        if overall.total() == 0 {
            return format!("No incident began. Times are those of {}.", self.zone);
        }
        format!(
            "{}, {}; noise: {}. Times are those of {}.",
            counted(overall.total(), "incident"),
            counted(overall.pages, "page"),
            share(overall.noise.any, overall.total()),
            self.zone
        )
    }

    fn by_service(&self) -> Vec<Block> {
        let row = |(name, figures): (&crate::id::ServiceName, &Figures)| {
            vec![
                name.as_str().to_owned(),
                severities(figures),
                figures.pages.to_string(),
                share(figures.noise.any, figures.total()),
                figures.to_acknowledge.map_or("never".to_owned(), |spread| length(spread.median)),
                figures.to_recover.map_or("never".to_owned(), |spread| length(spread.median)),
            ]
        };
        let head = vec!["Service", "Incidents", "Pages", "Noise", "To acknowledge", "To recover"];
        let rows: Vec<_> = self.services.iter().map(row).collect();
        if rows.is_empty() { vec![Block::Text("None.".to_owned())] } else { vec![Block::Table { head, rows }] }
    }

    fn who_was_woken(&self) -> Vec<Block> {
        if self.woken.is_empty() {
            return vec![Block::Text("Nobody.".to_owned())];
        }
        let mut woken: Vec<_> = self.woken.iter().collect();
        woken.sort_by_key(|(_, hours)| std::cmp::Reverse(hours.all));
        let row = |(who, hours): (&String, &super::Hours)| {
            vec![who.clone(), hours.all.to_string(), hours.at_night.to_string(), hours.on_a_weekend.to_string()]
        };
        let rows = woken.into_iter().map(row).collect();
        vec![Block::Table { head: vec!["Who", "Times", "At night", "On a weekend"], rows }]
    }
}

const COUNTED: [&str; 4] = [
    "An incident counts in the month in which its first alarm went off.",
    "Noise is what ended without an acknowledgement, an action or a person's word, what went up and down, and what was silenced.",
    "To acknowledge and to recover are measured from the first alarm; the median in the table, by nearest rank.",
    "Night is from 22:00 to 07:00. PagerDuty, the pages topic and a person's own SMS wake; Slack and mail do not.",
];

fn facts(figures: &Figures) -> Block {
    let noise = figures.noise;
    let facts = [
        ("Incidents", severities(figures)),
        ("Alarms", figures.alarms.to_string()),
        ("Pages", figures.pages.to_string()),
        (
            "Noise",
            format!(
                "{} ({} ended by themselves, {} went up and down, {} silenced)",
                share(noise.any, figures.total()),
                noise.by_itself,
                noise.flapping,
                noise.silenced
            ),
        ),
        ("Time to acknowledge", spread(figures.to_acknowledge)),
        ("Time to recover", spread(figures.to_recover)),
    ];
    Block::Facts(facts.into_iter().map(|(name, value)| (name.to_owned(), Inline::Text(value))).collect())
}

fn severities(figures: &Figures) -> String {
    let each = [Severity::P0, Severity::P1, Severity::P2]
        .into_iter()
        .filter_map(|severity| Some(format!("{} {severity}", figures.incidents.get(&severity)?)));
    match each.collect::<Vec<_>>() {
        none if none.is_empty() => "none".to_owned(),
        each => each.join(", "),
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn share(part: usize, of: usize) -> String {
    match (part * 100 + of / 2).checked_div(of) {
        None => "none".to_owned(),
        Some(percent) => format!("{part} ({percent} %)"),
    }
}

fn spread(spread: Option<Spread>) -> String {
    spread.map_or("never".to_owned(), |spread| {
        format!(
            "{} median, {} at most for nine of ten ({})",
            length(spread.median),
            length(spread.p90),
            counted(spread.of, "incident")
        )
    })
}

fn length(time: SignedDuration) -> String {
    duration(time.as_secs())
}
