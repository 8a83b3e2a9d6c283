//! `[[rotation]]`: who takes turns on call, and when.

use jiff::civil::{Date, Time};
use serde::Deserialize;
use toml::Spanned;

use super::Person;
use super::error::{ConfigError, Place};
use super::moment::Moment;
use super::person::require_own_name;
use crate::id::{PersonName, RotationName};
use crate::oncall::{Rotation, ShiftLength};
use crate::wall_clock::{Hours, Weekdays, Zone, time_of_day};

/// A `[[rotation]]` table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: Spanned<String>,
    people: Spanned<Vec<Spanned<String>>>,
    shift: Spanned<String>,
    handover: Spanned<String>,
    starts: Spanned<Moment>,
    time_zone: Spanned<String>,
    #[serde(default)]
    hours: Vec<Spanned<String>>,
}

/// Turns the tables into rotations, refusing those in which it could be unclear whose turn it is.
pub(super) fn check(entries: Vec<Entry>, persons: &[Person], place: &Place<'_>) -> Result<Vec<Rotation>, ConfigError> {
    let mut rotations: Vec<Rotation> = Vec::with_capacity(entries.len());
    for entry in entries {
        require_own_name(place, &entry.name, "rotation", rotations.iter().map(|rotation| rotation.name.as_str()))?;
        let shift: ShiftLength = read(place, &entry.shift)?;
        let (handover, starts) = begin(place, &entry, shift)?;
        rotations.push(Rotation {
            name: RotationName::new(entry.name.get_ref().as_str()),
            people: people(place, &entry, persons)?,
            shift,
            starts,
            handover,
            zone: zone(place, &entry.time_zone)?,
            hours: entry.hours.iter().map(|hours| read::<Hours>(place, hours)).collect::<Result<_, _>>()?,
        });
    }
    Ok(rotations)
}

fn people(place: &Place<'_>, entry: &Entry, persons: &[Person]) -> Result<Vec<PersonName>, ConfigError> {
    let people = entry.people.get_ref();
    if people.is_empty() {
        return Err(place.at(
            entry.people.span(),
            format!("rotation {:?} has no people, so nobody would be told", entry.name.get_ref()),
            "people = [\"…\"], the names of [[person]] tables".to_owned(),
        ));
    }
    let missing = |name: &&Spanned<String>| !persons.iter().any(|person| person.name.as_str() == name.get_ref());
    if let Some(unknown) = people.iter().find(missing) {
        let names: Vec<&str> = persons.iter().map(|person| person.name.as_str()).collect();
        let names = if names.is_empty() { "there are none yet".to_owned() } else { names.join(", ") };
        return Err(place.at(
            unknown.span(),
            format!("there is no person called {:?}", unknown.get_ref()),
            format!("the name of a [[person]] table: {names}"),
        ));
    }
    Ok(people.iter().map(|name| PersonName::new(name.get_ref().as_str())).collect())
}

/// The hand-over's time of day and the date of the first. A rotation of whole weeks names the weekday too, and the first
/// date has to be one: what is said twice cannot be misread.
fn begin(place: &Place<'_>, entry: &Entry, shift: ShiftLength) -> Result<(Time, Date), ConfigError> {
    let text = entry.handover.get_ref();
    let weekly = shift.keeps_the_weekday();
    let (weekday, time) = match text.split_once(' ') {
        Some((day, time)) => (Weekdays::named(day), time_of_day(time)),
        None => (None, time_of_day(text)),
    };
    let (Some(time), true) = (time, weekly == weekday.is_some() && weekly == text.contains(' ')) else {
        let allowed = if weekly {
            "a weekday and a time of day, such as \"mon 09:00\""
        } else {
            "a time of day, such as \"09:00\""
        };
        return Err(place.at(
            entry.handover.span(),
            format!("{text:?} is not a hand-over where shifts are {shift}"),
            allowed.to_owned(),
        ));
    };
    let starts = date(place, &entry.starts)?;
    match weekday {
        Some(weekday) if weekday != starts.weekday() => {
            let next = starts.nth_weekday(1, weekday);
            let (meant, next) = next.map_or_else(
                |_| (Weekdays::name(weekday).to_owned(), "another date".to_owned()),
                |date| (date.strftime("%A").to_string(), date.to_string()),
            );
            Err(place.at(
                entry.starts.span(),
                format!("{starts} is a {}, but hand-over is on {meant}", starts.strftime("%A")),
                format!("the date of the first shift, such as {next}"),
            ))
        }
        _ => Ok((time, starts)),
    }
}

/// Reads a text that says itself what was expected of it.
pub(super) fn read<T>(place: &Place<'_>, text: &Spanned<String>) -> Result<T, ConfigError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text.get_ref().parse().map_err(|error: T::Err| refused(place, text, &error.to_string()))
}

pub(super) fn zone(place: &Place<'_>, name: &Spanned<String>) -> Result<Zone, ConfigError> {
    Zone::named(name.get_ref()).map_err(|error| refused(place, name, &error.to_string()))
}

pub(super) fn date(place: &Place<'_>, text: &Spanned<Moment>) -> Result<Date, ConfigError> {
    let written = &text.get_ref().0;
    // jiff would also take the date out of a longer text.
    written
        .parse()
        .ok()
        .filter(|date: &Date| date.to_string() == *written)
        .ok_or_else(|| place.at(text.span(), format!("{written:?} is no date"), "a date such as 2026-01-05".to_owned()))
}

fn refused(place: &Place<'_>, text: &Spanned<String>, error: &str) -> ConfigError {
    let (problem, expected) = error.split_once(", expected ").unwrap_or((error, ""));
    place.at(text.span(), problem.to_owned(), expected.to_owned())
}
