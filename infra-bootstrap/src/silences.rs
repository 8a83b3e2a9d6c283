//! Silences as people list them. They are ordered of the router, which alone writes them.

use aws_config::SdkConfig;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Config;
use paramedic_domain::silence::{Recurring, Silence, Window};
use paramedic_domain::wall_clock::{Weekdays, Zone};
use serde_json::{Value, json};

use crate::columns::{at, columns};
use crate::deployed::{TableError, table};
use crate::given::{self, NotUnderstood};

/// When a silence is to hold, as it was given.
#[derive(Debug, Clone, Copy)]
pub struct WindowGiven<'a> {
    /// How long.
    pub lasts: Option<SignedDuration>,
    /// From when; of one that recurs the first date.
    pub from: Option<&'a str>,
    /// Until when; of one that recurs the last date.
    pub until: Option<&'a str>,
    /// On which days and at which time of day, if it recurs.
    pub recurs: Option<(Weekdays, Time)>,
    /// Whose clock the times are of.
    pub zone: &'a Zone,
}

/// What was given is no window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAWindow {
    /// A time is none.
    #[error(transparent)]
    Time(#[from] NotUnderstood),
    /// It has no end, or two.
    #[error("{0}\nhint: say --for TIME or --until WHEN; with --daily or --weekly, --at and --for")]
    End(&'static str),
}

impl WindowGiven<'_> {
    /// The window that is meant.
    ///
    /// # Errors
    /// See [`NotAWindow`]. Whether it may be had is for the router to say.
    pub fn window(&self, now: Timestamp) -> Result<Window, NotAWindow> {
        let Self { lasts, from, until, recurs, zone } = self;
        if let Some((days, at)) = *recurs {
            let lasts = lasts.ok_or(NotAWindow::End("it is not said how long the silence lasts each time"))?;
            let date = |text: &Option<&str>| text.map(given::date).transpose();
            let (from, until) = (date(from)?, date(until)?);
            return Ok(Window::Recurring(Recurring { days, at, lasts, zone: (*zone).clone(), from, until }));
        }
        let from = from.map_or(Ok(now), |from| given::moment(from, zone, now))?;
        let until = match (lasts, until) {
            (Some(lasts), None) => from.checked_add(*lasts).unwrap_or(Timestamp::MAX),
            (None, Some(until)) => given::moment(until, zone, now)?,
            (None, None) => return Err(NotAWindow::End("the silence has no end")),
            (Some(_), Some(_)) => return Err(NotAWindow::End("the silence has two ends, --for and --until")),
        };
        Ok(Window::Once { from, until })
    }
}

/// Reads the silences: those that people ordered and, with a configuration, its maintenance windows. Those that are over are
/// kept for 30 days and listed if they are asked for.
///
/// # Errors
/// See [`TableError`].
pub async fn silences(
    sdk: &SdkConfig,
    stack: &str,
    config: Option<&Config>,
    also_over: bool,
    now: Timestamp,
) -> Result<Vec<Silence>, TableError> {
    let mut silences = table(sdk, stack).await?.standing_unhurried().await?.silences;
    silences.sort_by(|one, other| one.created.cmp(&other.created).then_with(|| one.id.cmp(&other.id)));
    silences.extend(config.map(|config| config.maintenance.clone()).unwrap_or_default());
    silences.retain(|silence| also_over || silence.over_at().is_none_or(|over| now < over));
    Ok(silences)
}

/// One silence a line, with times as they are read in a zone.
pub fn silences_text(silences: &[Silence], zone: &Zone, now: Timestamp) -> String {
    if silences.is_empty() {
        return "no silence stands\n".to_owned();
    }
    let rows: Vec<[String; 6]> = silences
        .iter()
        .map(|silence| {
            [
                silence.id.to_string(),
                state(silence, zone, now),
                silence.matcher.to_string(),
                window(&silence.window, zone),
                silence.by.clone(),
                silence.reason.clone(),
            ]
        })
        .collect();
    columns(["ID", "STATE", "MATCHES", "WHEN", "BY", "REASON"], &rows)
}

/// The same as JSON.
pub fn silences_json(silences: &[Silence], now: Timestamp) -> Value {
    let one = |silence: &Silence| json!({ "silence": silence, "holds_until": silence.holds_until(now) });
    json!({ "silences": silences.iter().map(one).collect::<Vec<_>>() })
}

fn state(silence: &Silence, zone: &Zone, now: Timestamp) -> String {
    if let Some(ended) = &silence.ended {
        return format!("ended {} by {}", at(ended.at, zone), ended.by);
    }
    match (silence.holds_until(now), silence.over_at()) {
        (Some(until), _) => format!("holds until {}", at(until, zone)),
        (None, Some(over)) if over <= now => format!("over {}", at(over, zone)),
        (None, _) => "waits".to_owned(),
    }
}

fn window(window: &Window, zone: &Zone) -> String {
    match window {
        Window::Once { from, until } => format!("{} to {}", at(*from, zone), at(*until, zone)),
        Window::Recurring(_) => window.to_string(),
    }
}

#[cfg(test)]
mod tests;
