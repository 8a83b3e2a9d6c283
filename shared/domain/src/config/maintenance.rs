//! `[[maintenance]]`: times in which it is known that alarms mean nothing.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use toml::Spanned;

use super::error::{ConfigError, Place};
use super::moment::Moment;
use super::person::require_own_name;
use super::rotation::{date, read, zone};
use crate::escalation::Matcher;
use crate::id::SilenceId;
use crate::silence::{Recurring, Silence, Window, matches_everything};
use crate::wall_clock::{Weekdays, time_of_day};

/// Who has a silence of the configuration to answer for.
const AUTHOR: &str = "paramedic.toml";

/// A `[[maintenance]]` table as it stands in the file. With `days` it recurs, else it is there once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: Spanned<String>,
    reason: Spanned<String>,
    #[serde(default, rename = "match")]
    matcher: Option<Spanned<Matcher>>,
    #[serde(default)]
    all: Option<Spanned<bool>>,
    from: Option<Spanned<Moment>>,
    until: Option<Spanned<Moment>>,
    days: Option<Spanned<String>>,
    at: Option<Spanned<String>>,
    lasts: Option<Spanned<String>>,
    time_zone: Option<Spanned<String>>,
}

/// Turns the tables into silences, refusing what would keep quiet about more than was meant.
pub(super) fn check(entries: Vec<Entry>, place: &Place<'_>) -> Result<Vec<Silence>, ConfigError> {
    let mut windows: Vec<Silence> = Vec::with_capacity(entries.len());
    for entry in entries {
        require_own_name(place, &entry.name, "maintenance", windows.iter().map(|window| window.id.as_str()))?;
        if entry.reason.get_ref().trim().is_empty() {
            return Err(place.at(
                entry.reason.span(),
                "the reason is empty".to_owned(),
                "why nobody needs to be told; it stands in the incident".to_owned(),
            ));
        }
        let matcher = matcher(place, &entry)?;
        let window = match &entry.days {
            Some(days) => recurring(place, &entry, days)?,
            None => once(place, &entry)?,
        };
        windows.push(Silence {
            id: SilenceId::new(entry.name.into_inner()),
            matcher,
            window,
            by: AUTHOR.to_owned(),
            reason: entry.reason.into_inner(),
            created: None,
            ended: None,
        });
    }
    Ok(windows)
}

/// What it matches. That it matches everything has to be said in so many words.
fn matcher(place: &Place<'_>, entry: &Entry) -> Result<Matcher, ConfigError> {
    let all = entry.all.as_ref().is_some_and(|all| *all.get_ref());
    match &entry.matcher {
        None if all => Ok(Matcher::default()),
        Some(matcher) if all => Err(place.at(
            matcher.span(),
            "match has no meaning beside all = true".to_owned(),
            "leave one of them out".to_owned(),
        )),
        Some(matcher) if !matches_everything(matcher.get_ref()) => Ok(matcher.get_ref().clone()),
        matcher => Err(place.at(
            matcher.as_ref().map_or_else(|| entry.name.span(), Spanned::span),
            "this window would keep quiet about every alarm".to_owned(),
            "match something, such as match = { service = \"web\" }, or say all = true".to_owned(),
        )),
    }
}

fn once(place: &Place<'_>, entry: &Entry) -> Result<Window, ConfigError> {
    if let Some(stray) = entry.at.as_ref().or(entry.lasts.as_ref()).or(entry.time_zone.as_ref()) {
        return Err(place.at(
            stray.span(),
            "at, lasts and time_zone are of a window that recurs".to_owned(),
            "add days, such as days = \"daily\" or \"sun\", or leave this out".to_owned(),
        ));
    }
    let (Some(from), Some(until)) = (&entry.from, &entry.until) else {
        return Err(place.at(
            entry.name.span(),
            "it is not said when this window is".to_owned(),
            "from and until for once, or days, at, lasts and time_zone for one that recurs".to_owned(),
        ));
    };
    checked(place, until.span(), Window::Once { from: instant(place, from)?, until: instant(place, until)? })
}

fn recurring(place: &Place<'_>, entry: &Entry, days: &Spanned<String>) -> Result<Window, ConfigError> {
    let (Some(at), Some(lasts), Some(time_zone)) = (&entry.at, &entry.lasts, &entry.time_zone) else {
        return Err(place.at(
            days.span(),
            "it is not said when on these days this window is".to_owned(),
            "at = \"02:00\", lasts = \"90m\" and time_zone = \"Europe/Berlin\"".to_owned(),
        ));
    };
    let window = Recurring {
        days: read::<Weekdays>(place, days)?,
        at: time_of_day(at.get_ref()).ok_or_else(|| {
            place.at(at.span(), format!("{:?} is no time of day", at.get_ref()), "such as \"02:00\"".to_owned())
        })?,
        lasts: lasts.get_ref().parse::<SignedDuration>().map_err(|_| {
            let allowed = "a positive duration such as \"90m\" or \"4h\"".to_owned();
            place.at(lasts.span(), format!("{:?} is not a duration", lasts.get_ref()), allowed)
        })?,
        zone: zone(place, time_zone)?,
        from: entry.from.as_ref().map(|from| date(place, from)).transpose()?,
        until: entry.until.as_ref().map(|until| date(place, until)).transpose()?,
    };
    checked(place, lasts.span(), Window::Recurring(window))
}

fn checked(place: &Place<'_>, span: std::ops::Range<usize>, window: Window) -> Result<Window, ConfigError> {
    match window.check() {
        Ok(()) => Ok(window),
        Err(error) => {
            let text = error.to_string();
            let (problem, hint) = text.split_once("\n  hint: ").unwrap_or((&text, ""));
            Err(place.at(span, problem.to_owned(), hint.to_owned()))
        }
    }
}

fn instant(place: &Place<'_>, text: &Spanned<Moment>) -> Result<Timestamp, ConfigError> {
    let written = &text.get_ref().0;
    written.parse().map_err(|_| {
        let allowed = "a time with its offset from UTC, such as 2026-03-01T02:00:00+01:00 or 2026-03-01T01:00:00Z";
        place.at(text.span(), format!("{written:?} is no moment"), allowed.to_owned())
    })
}
