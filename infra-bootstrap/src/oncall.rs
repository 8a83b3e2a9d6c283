//! Who is on call when, and when nobody is.

use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Config;
use paramedic_domain::id::RotationName;
use paramedic_domain::oncall::{Gap, Override, Roster, Shift};
use paramedic_domain::wall_clock::Zone;
use serde_json::{Value, json};

use crate::columns::{about, at, columns};
use crate::deployed::{TableError, table};

/// Why it is not known who is on call.
#[derive(Debug, thiserror::Error)]
pub enum OnCallError {
    /// The overrides cannot be read.
    #[error("{0}\nhint: --without-overrides tells what the configuration alone says")]
    Table(#[from] TableError),
    /// There is no such rotation.
    #[error("there is no rotation called {unknown:?}\nhint: the rotations of the configuration are {known}")]
    Unknown {
        /// What was named.
        unknown: String,
        /// What there is.
        known: String,
    },
}

/// The rotations of a configuration with the overrides that people ordered, or without any if no stack is named.
///
/// # Errors
/// See [`OnCallError`].
pub async fn roster(sdk: &SdkConfig, stack: Option<&str>, config: &Config) -> Result<Roster, OnCallError> {
    let overrides = match stack {
        Some(stack) => table(sdk, stack).await?.standing_unhurried().await.map_err(TableError::from)?.overrides,
        None => Vec::new(),
    };
    Ok(config.roster(overrides))
}

/// Leaves only one rotation.
///
/// # Errors
/// There is none of that name.
pub fn only(mut roster: Roster, rotation: &str) -> Result<Roster, OnCallError> {
    let known: Vec<String> = roster.rotations.iter().map(|rotation| rotation.name.to_string()).collect();
    roster.rotations.retain(|each| each.name.as_str() == rotation);
    if roster.rotations.is_empty() {
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(OnCallError::Unknown { unknown: rotation.to_owned(), known });
    }
    Ok(roster)
}

/// Who is on call now and in the time to come, each rotation by its own clock unless a zone is given.
pub fn on_call_text(roster: &Roster, zone: Option<&Zone>, now: Timestamp, span: SignedDuration) -> String {
    if roster.rotations.is_empty() {
        return "no rotations are configured\n".to_owned();
    }
    let mut text = String::new();
    for rotation in &roster.rotations {
        let zone = zone.unwrap_or(&rotation.zone);
        text.push_str(&format!("{}\n  now: {}\n", rotation.name, roster.on_call(&rotation.name, now).told(zone)));
        let rows: Vec<[String; 4]> = shifts(roster, &rotation.name, now, span)
            .into_iter()
            .map(|Shift { person, from, until, because }| {
                let person = person.map_or_else(|| "nobody".to_owned(), |person| person.to_string());
                [at(from, zone), at(until, zone), person, because.to_string()]
            })
            .collect();
        for line in columns(["FROM", "UNTIL", "WHO", "BECAUSE"], &rows).lines() {
            text.push_str(&format!("  {line}\n"));
        }
        let overrides: Vec<[String; 6]> = standing(roster, &rotation.name, now)
            .map(|cover| {
                let Override { id, person, from, by, reason, .. } = cover;
                let until = at(cover.over_at(), zone);
                [id.to_string(), person.to_string(), at(*from, zone), until, by.clone(), reason.clone()]
            })
            .collect();
        if !overrides.is_empty() {
            let listed = columns(["OVERRIDE", "WHO", "FROM", "UNTIL", "BY", "REASON"], &overrides);
            listed.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
    }
    text
}

/// The same as JSON.
pub fn on_call_json(roster: &Roster, now: Timestamp, span: SignedDuration) -> Value {
    let one = |name: &RotationName| {
        json!({
            "rotation": name,
            "now": roster.on_call(name, now),
            "shifts": shifts(roster, name, now, span),
            "overrides": standing(roster, name, now).collect::<Vec<_>>(),
        })
    };
    json!({ "rotations": roster.rotations.iter().map(|rotation| one(&rotation.name)).collect::<Vec<_>>() })
}

/// When nobody is on call in the time to come, rotation by rotation.
pub fn gaps(roster: &Roster, now: Timestamp, span: SignedDuration) -> Vec<Gap> {
    roster.gaps(now, end(now, span))
}

/// One gap a line.
pub fn gaps_text(roster: &Roster, gaps: &[Gap], zone: Option<&Zone>) -> String {
    let all = roster.rotations.len();
    if all == 0 {
        return "no rotations are configured\n".to_owned();
    }
    if gaps.is_empty() {
        return format!("somebody is on call at every moment in {all} rotation{}\n", if all == 1 { "" } else { "s" });
    }
    let utc = Zone::utc();
    let rows: Vec<[String; 5]> = gaps
        .iter()
        .map(|gap| {
            let own = roster.rotations.iter().find(|rotation| rotation.name == gap.rotation);
            let zone = zone.or(own.map(|rotation| &rotation.zone)).unwrap_or(&utc);
            let lasts = about(gap.until.duration_since(gap.from));
            [gap.rotation.to_string(), at(gap.from, zone), at(gap.until, zone), lasts, gap.why.to_string()]
        })
        .collect();
    columns(["ROTATION", "FROM", "UNTIL", "LASTS", "BECAUSE"], &rows)
}

fn shifts(roster: &Roster, rotation: &RotationName, now: Timestamp, span: SignedDuration) -> Vec<Shift> {
    roster.shifts(rotation, now, end(now, span))
}

fn standing<'a>(roster: &'a Roster, rotation: &'a RotationName, now: Timestamp) -> impl Iterator<Item = &'a Override> {
    roster.overrides.iter().filter(move |cover| cover.rotation == *rotation && now < cover.over_at())
}

fn end(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
