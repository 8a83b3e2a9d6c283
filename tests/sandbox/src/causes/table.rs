//! Which cause was staged, and which was found.

use std::collections::BTreeMap;
use std::fmt;

use paramedic_domain::diagnosis::{Cause, Confidence};

use super::{Incident, Played};

/// The confusion table: a row for what was staged, and in it how often what was found.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: BTreeMap<&'static str, Row>,
}

#[derive(Debug, Clone, Default)]
struct Row {
    staged: usize,
    right: usize,
    unsure: usize,
    wrong: BTreeMap<&'static str, usize>,
}

impl Table {
    /// Counts one incident; says whether its cause was found.
    pub fn count(&mut self, incident: &Incident, played: &Played) -> bool {
        let top = played.diagnosis.top();
        let row = self.rows.entry(incident.cause.name()).or_default();
        row.staged += 1;
        if top.cause != incident.cause {
            *row.wrong.entry(top.cause.name()).or_default() += 1;
            return false;
        }
        row.right += 1;
        let is_sure = top.confidence > Confidence::Low || top.cause == Cause::Unknown;
        row.unsure += usize::from(!is_sure);
        true
    }
}

impl fmt::Display for Table {
    /// As a table of Markdown.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "| staged | incidents | found | of these unsure | taken for another |")?;
        writeln!(out, "|---|---:|---:|---:|---|")?;
        let (mut staged, mut right, mut unsure) = (0, 0, 0);
        for (cause, row) in &self.rows {
            let wrong: Vec<String> = row.wrong.iter().map(|(cause, count)| format!("{cause}: {count}")).collect();
            let wrong = if wrong.is_empty() { "none".to_owned() } else { wrong.join(", ") };
            writeln!(out, "| {cause} | {} | {} | {} | {wrong} |", row.staged, row.right, row.unsure)?;
            (staged, right, unsure) = (staged + row.staged, right + row.right, unsure + row.unsure);
        }
        writeln!(out, "| all | {staged} | {right} | {unsure} | {} |", staged - right)
    }
}
