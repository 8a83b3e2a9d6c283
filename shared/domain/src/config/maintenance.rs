//! `[[maintenance]]`: times in which it is known that alarms mean nothing.

use serde::Deserialize;
use toml::Spanned;

use super::error::{ConfigError, Place};
use super::moment::Moment;
use super::person::require_own_name;
use super::window::{Times, require_reason};
use crate::escalation::Matcher;
use crate::id::SilenceId;
use crate::silence::{Silence, matches_everything};

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
        require_reason(place, &entry.reason, "why nobody needs to be told; it stands in the incident")?;
        let matcher = matcher(place, &entry)?;
        let times = Times {
            whose: entry.name.span(),
            may_be_long: false,
            from: entry.from.as_ref(),
            until: entry.until.as_ref(),
            days: entry.days.as_ref(),
            at: entry.at.as_ref(),
            lasts: entry.lasts.as_ref(),
            time_zone: entry.time_zone.as_ref(),
        };
        let window = times.window(place)?;
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
