//! What the present configuration would have decided of the past.
//!
//! Each decision is made again by itself, on what was known at its moment. What an action that was not taken would have
//! changed afterwards is not guessed: its later looks at the same incident are judged as if nothing had been done.

use std::collections::{BTreeMap, BTreeSet};

use paramedic_domain::config::{Config, Mode};
use paramedic_domain::decision::{Change, Replayed, replay};
use paramedic_domain::id::ServiceName;
use paramedic_domain::remedy::RemedyKind;
use paramedic_domain::wall_clock::Zone;
use serde_json::{Value, json};

use super::history::{History, likeness, not_read, what, why};
use crate::columns::{at, columns};

/// The configuration with another mode for one remedy of some services.
#[must_use]
pub fn with_mode(mut config: Config, services: &[ServiceName], remedy: RemedyKind, mode: Mode) -> Config {
    let change = |service: paramedic_domain::config::Service| match services.contains(&service.name) {
        true => service.with_mode(remedy, mode),
        false => service,
    };
    config.services = config.services.into_iter().map(change).collect();
    config
}

/// The past, decided once more.
#[derive(Clone, Debug)]
pub struct Simulation<'a> {
    decisions: Vec<Replayed<'a>>,
    unreadable: usize,
}

/// Decides the past once more.
pub fn simulate<'a>(history: &'a History, config: &Config) -> Simulation<'a> {
    let kept = history.services.iter().flat_map(|(_, past)| &past.decisions);
    let mut decisions: Vec<Replayed<'a>> = kept.map(|kept| replay(kept, config)).collect();
    decisions.sort_by_key(|replayed| replayed.then.at);
    Simulation { decisions, unreadable: history.services.iter().map(|(_, past)| past.unreadable).sum() }
}

impl Simulation<'_> {
    fn counts(&self) -> BTreeMap<Change, usize> {
        let mut counts = BTreeMap::new();
        self.decisions.iter().for_each(|replayed| *counts.entry(replayed.change()).or_default() += 1);
        counts
    }

    /// In words: the summary, then what was decided beside what would be. Repetitions are folded.
    pub fn text(&self, zone: &Zone) -> String {
        if self.decisions.is_empty() {
            return format!("no decision was kept in that time\n{}", not_read(self.unreadable));
        }
        let incidents: BTreeSet<&str> =
            self.decisions.iter().map(|replayed| replayed.then.subject.incident_id.as_str()).collect();
        let counts: Vec<String> =
            self.counts().into_iter().map(|(change, count)| format!("{count} {}", change.told())).collect();
        let alike = self.decisions.chunk_by(|one, next| {
            let now = |replayed: &Replayed<'_>| replayed.now.as_ref().map(|now| (what(now), guardrails(now)));
            likeness(one.then) == likeness(next.then) && now(one) == now(next) && one.change() == next.change()
        });
        let rows: Vec<[String; 6]> = alike.filter_map(|alike| Some(row(alike.last()?, alike.len(), zone))).collect();
        format!(
            "decisions: {}, incidents: {}; {}\n\n{}{}",
            self.decisions.len(),
            incidents.len(),
            counts.join(", "),
            columns(["TIME", "SERVICE", "THEN", "NOW", "RESULT", "WHY"], &rows),
            not_read(self.unreadable)
        )
    }

    /// The same as JSON, nothing folded.
    pub fn json(&self) -> Value {
        let counts: Vec<Value> = self
            .counts()
            .into_iter()
            .map(|(change, decisions)| json!({ "result": change, "decisions": decisions }))
            .collect();
        let decisions: Vec<Value> = self
            .decisions
            .iter()
            .map(|replayed| {
                json!({ "subject": replayed.then.subject, "at": replayed.then.at, "evidence": replayed.then.evidence,
                        "result": replayed.change(), "then": replayed.then.decision, "now": replayed.now })
            })
            .collect();
        json!({ "summary": counts, "decisions": decisions, "unreadable": self.unreadable })
    }
}

fn guardrails(decision: &paramedic_domain::decision::Decision) -> Vec<&'static str> {
    decision.objections().iter().map(|objection| objection.guardrail.as_str()).collect()
}

fn row(replayed: &Replayed<'_>, times: usize, zone: &Zone) -> [String; 6] {
    let then = match times {
        1 => what(&replayed.then.decision),
        times => format!("{}, {times} times", what(&replayed.then.decision)),
    };
    let (now, why) = match &replayed.now {
        Some(now) => (what(now), why(now)),
        None => ("-".to_owned(), "its case was too large to be kept, or another release wrote it".to_owned()),
    };
    let result = replayed.change().told().to_owned();
    [at(replayed.then.at, zone), replayed.then.subject.service.to_string(), then, now, result, why]
}
