//! What happened in one incident, for the people who talk it over afterwards.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::document::{Block, Document, Inline, Moment, Section};
use super::history;
use super::line::{Label, Line, duration};
use super::story::story;
use crate::config::Service;
use crate::diagnosis::Finding;
use crate::incident::{Incident, Notification, Progress};

/// Alarms and notifications listed at most. An incident may have hundreds.
const ROWS: usize = 100;
const UNEXPLAINED: &str = "It was not explained.";

/// The report of an incident, with the configuration of its service where there is one. Times are those of `zone`.
pub fn post_incident(incident: &Incident, service: Option<&Service>, zone: &TimeZone) -> Document {
    let clock = Clock { zone, began: incident.opened_at };
    let told = story(incident, service);
    let of = |labels: &[Label]| -> Vec<Block> {
        told.lines.iter().filter(|line| labels.contains(&line.label)).flat_map(blocks).collect()
    };
    let sections = [
        Section::new("In figures", vec![figures(incident, &clock)]),
        Section::new("Alarms", alarms(incident, &clock)),
        Section::new(
            "Cause",
            or([of(&[Label::Cause]), others(incident), of(&[Label::Changed, Label::Unread])].concat(), UNEXPLAINED),
        ),
        Section::new(
            "What was done",
            or(
                of(&[Label::Did, Label::Verified, Label::WouldDo, Label::NotTouched, Label::Next]),
                "Paramedic did and proposed nothing.",
            ),
        ),
        Section::new("Acknowledged", acknowledged(incident, &clock)),
        Section::new("Who was told", told_whom(incident, &clock)),
        Section::new("Timeline", timeline(incident, &clock)),
        Section::new("Where it belongs", vec![belongs(incident, service)]),
    ];
    Document { title: told.headline, lead: lead(incident, &clock), sections: sections.into() }
}

/// Tells moments by the clock on the wall and by the time since the beginning.
struct Clock<'a> {
    zone: &'a TimeZone,
    began: Timestamp,
}

impl Clock<'_> {
    fn moment(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }

    fn after(&self, at: Timestamp) -> String {
        match at.duration_since(self.began) {
            early if early < SignedDuration::ZERO => format!("-{}", duration(-early.as_secs())),
            late => format!("+{}", duration(late.as_secs())),
        }
    }
}

fn or(blocks: Vec<Block>, otherwise: &str) -> Vec<Block> {
    if blocks.is_empty() { vec![Block::Text(otherwise.to_owned())] } else { blocks }
}

fn lead(incident: &Incident, clock: &Clock<'_>) -> String {
    let (id, service) = (&incident.id, &incident.service);
    match (incident.over_at(), history::dismissed_by(incident)) {
        (None, _) => format!("{id} of {service} goes on since {}.", clock.moment(incident.opened_at)),
        (Some(at), None) => format!("{id} of {service} was over after {}.", length(at.duration_since(clock.began))),
        (Some(at), Some(who)) => {
            format!("{id} of {service} was ended by {who} after {}.", length(at.duration_since(clock.began)))
        }
    }
}

fn length(lasted: SignedDuration) -> String {
    duration(lasted.as_secs())
}

fn figures(incident: &Incident, clock: &Clock<'_>) -> Block {
    let mut facts = vec![
        ("Severity", incident.severity.to_string()),
        ("Began", clock.moment(incident.opened_at)),
        ("Ended", incident.over_at().map_or("it goes on".to_owned(), |at| clock.moment(at))),
    ];
    let first_told = history::first_told_at(incident).map(|at| at.duration_since(clock.began));
    let never = |time: Option<SignedDuration>, word: &str| time.map_or(word.to_owned(), length);
    facts.push(("Time to tell somebody", never(first_told, "nobody was told")));
    facts.push(("Time to acknowledge", never(history::time_to_acknowledge(incident), "nobody acknowledged")));
    facts.push(("Time to recover", never(history::time_to_recover(incident), "it goes on")));
    facts.push(("Alarms", history::alarms(incident).len().to_string()));
    facts.push(("Pages", history::pages(incident).to_string()));
    let told = history::notifications(incident).filter_map(history::sent_at).count();
    facts.push(("Notifications", told.to_string()));
    Block::Facts(facts.into_iter().map(|(name, value)| (name.to_owned(), Inline::Text(value))).collect())
}

fn alarms(incident: &Incident, clock: &Clock<'_>) -> Vec<Block> {
    let all = history::alarms(incident);
    let rows = all.iter().take(ROWS).map(|alarm| {
        vec![
            alarm.name.clone(),
            alarm.severity.to_string(),
            format!("{} since {}", alarm.state, clock.moment(alarm.changed_at)),
            alarm.reason.clone(),
        ]
    });
    table(vec!["Alarm", "Severity", "State", "Reason"], rows.collect(), all.len())
}

/// A table, and what was left out of it.
fn table(head: Vec<&'static str>, rows: Vec<Vec<String>>, all: usize) -> Vec<Block> {
    let left_out = all.saturating_sub(rows.len());
    let mut blocks = vec![Block::Table { head, rows }];
    if left_out > 0 {
        blocks.push(Block::Text(format!("and {left_out} more")));
    }
    blocks
}

/// A line of the story as it stands in a report.
fn blocks(line: &Line) -> Vec<Block> {
    let mut blocks = vec![Block::Text(format!("{}: {}", line.label.words(), line.text))];
    if !line.details.is_empty() {
        blocks.push(Block::List(line.details.clone()));
    }
    blocks.extend(line.command.clone().map(Block::Command));
    blocks
}

/// The causes that the evidence spoke for too.
fn others(incident: &Incident) -> Vec<Block> {
    let findings = incident.explanation.as_ref().map_or(&[][..], |known| known.diagnosis.findings());
    let tell = |finding: &Finding| {
        format!("{} ({} confidence): {}", finding.cause, finding.confidence, finding.facts.join("; "))
    };
    let others: Vec<String> = findings.iter().skip(1).map(tell).collect();
    if others.is_empty() {
        return Vec::new();
    }
    vec![Block::Text("The evidence also spoke for:".to_owned()), Block::List(others)]
}

fn acknowledged(incident: &Incident, clock: &Clock<'_>) -> Vec<Block> {
    let tell = |ack: &history::Acknowledged| {
        format!(
            "{} at {}, {} after the first alarm",
            ack.by,
            clock.moment(ack.at),
            length(ack.at.duration_since(clock.began))
        )
    };
    match history::acknowledged(incident) {
        acks if acks.is_empty() => vec![Block::Text("Nobody acknowledged it.".to_owned())],
        acks => vec![Block::List(acks.iter().map(tell).collect())],
    }
}

fn told_whom(incident: &Incident, clock: &Clock<'_>) -> Vec<Block> {
    let all: Vec<&Notification> = history::notifications(incident).collect();
    if all.is_empty() {
        return vec![Block::Text("Nobody.".to_owned())];
    }
    let row = |notification: &&Notification| {
        let when = match notification.progress {
            Progress::Sent { at } => format!("{} ({})", clock.moment(at), clock.after(at)),
            Progress::Owed { at } => format!("not yet; tried again at {}", clock.moment(at)),
            Progress::Claimed { .. } => "on its way".to_owned(),
            Progress::Moot => "not sent, since it was no longer true".to_owned(),
        };
        let trouble = match (&notification.last_failure, notification.attempts) {
            (Some(failure), _) => failure.why().to_owned(),
            (None, attempts) if attempts > 1 => format!("at the attempt number {attempts}"),
            (None, _) => String::new(),
        };
        vec![when, history::whom(&notification.channel), history::how(notification.kind).to_owned(), trouble]
    };
    let rows = all.iter().take(ROWS).map(row).collect();
    table(vec!["When", "Who", "What", "Trouble"], rows, all.len())
}

fn timeline(incident: &Incident, clock: &Clock<'_>) -> Vec<Block> {
    let mut day = String::new();
    let mut moments = Vec::with_capacity(incident.timeline.len());
    for entry in &incident.timeline {
        let at = entry.at.to_zoned(clock.zone.clone());
        let today = at.strftime("%Y-%m-%d").to_string();
        // The date stands where it changes; elsewhere it would only hide the time.
        let time = if today == day { at.strftime("%H:%M:%S") } else { at.strftime("%Y-%m-%d %H:%M:%S %Z") };
        let by = history::actor(entry).map_or(String::new(), |who| format!(", by {who}"));
        moments.push(Moment {
            time: time.to_string(),
            after: clock.after(entry.at),
            what: entry.what.words(),
            detail: format!("{}{by}", entry.detail),
        });
        day = today;
    }
    vec![Block::Timeline(moments)]
}

fn belongs(incident: &Incident, service: Option<&Service>) -> Block {
    let unknown = if incident.configured { "" } else { " (not in paramedic.toml)" };
    let mut facts = vec![
        ("Service".to_owned(), Inline::text(format!("{}{unknown}", incident.service))),
        ("Account".to_owned(), Inline::text(incident.account.as_str())),
        ("Region".to_owned(), Inline::text(incident.region.as_str())),
    ];
    if let Some(service) = service {
        facts.extend(service.owner.as_ref().map(|owner| ("Owner".to_owned(), Inline::text(owner))));
        facts.extend(service.runbook.as_ref().map(|url| ("Runbook".to_owned(), Inline::Link(url.clone()))));
        let policy = service.policy.as_ref().map_or("default", |policy| policy.as_str());
        facts.push(("Escalation policy".to_owned(), Inline::text(policy)));
    }
    Block::Facts(facts)
}

#[cfg(test)]
mod tests;
