//! When something holds: once, or again and again on certain days. Maintenance windows and freezes say it the same way.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use toml::Spanned;

use super::error::{ConfigError, Place};
use super::moment::Moment;
use super::rotation::{date, read, zone};
use crate::silence::{NoWindow, Recurring, Window};
use crate::wall_clock::{Weekdays, time_of_day};

/// What a table of the file says of its times. With `days` it recurs, else it is there once.
pub(super) struct Times<'a> {
    /// Where the table's name stands.
    pub(super) whose: Range<usize>,
    /// Whether it may last as long as it likes. What keeps quiet about alarms may not.
    pub(super) may_be_long: bool,
    pub(super) from: Option<&'a Spanned<Moment>>,
    pub(super) until: Option<&'a Spanned<Moment>>,
    pub(super) days: Option<&'a Spanned<String>>,
    pub(super) at: Option<&'a Spanned<String>>,
    pub(super) lasts: Option<&'a Spanned<String>>,
    pub(super) time_zone: Option<&'a Spanned<String>>,
}

impl Times<'_> {
    /// The window, or what is wrong with it.
    pub(super) fn window(&self, place: &Place<'_>) -> Result<Window, ConfigError> {
        match self.days {
            Some(days) => self.recurring(place, days),
            None => self.once(place),
        }
    }

    fn once(&self, place: &Place<'_>) -> Result<Window, ConfigError> {
        if let Some(stray) =
            self.at.map(Spanned::span).or(self.lasts.map(Spanned::span)).or(self.time_zone.map(Spanned::span))
        {
            return Err(place.at(
                stray,
                "at, lasts and time_zone are of a window that recurs".to_owned(),
                "add days, such as days = \"daily\" or \"sun\", or leave this out".to_owned(),
            ));
        }
        let (Some(from), Some(until)) = (self.from, self.until) else {
            return Err(place.at(
                self.whose.clone(),
                "it is not said when this window is".to_owned(),
                "from and until for once, or days, at, lasts and time_zone for one that recurs".to_owned(),
            ));
        };
        self.checked(place, until.span(), Window::Once { from: instant(place, from)?, until: instant(place, until)? })
    }

    fn recurring(&self, place: &Place<'_>, days: &Spanned<String>) -> Result<Window, ConfigError> {
        let (Some(at), Some(lasts), Some(time_zone)) = (self.at, self.lasts, self.time_zone) else {
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
            from: self.from.map(|from| date(place, from)).transpose()?,
            until: self.until.map(|until| date(place, until)).transpose()?,
        };
        self.checked(place, lasts.span(), Window::Recurring(window))
    }

    fn checked(&self, place: &Place<'_>, span: Range<usize>, window: Window) -> Result<Window, ConfigError> {
        match window.check() {
            Ok(()) => Ok(window),
            Err(NoWindow::TooLong | NoWindow::TooMuch) if self.may_be_long => Ok(window),
            Err(error) => {
                let text = error.to_string();
                let (problem, hint) = text.split_once("\n  hint: ").unwrap_or((&text, ""));
                Err(place.at(span, problem.to_owned(), hint.to_owned()))
            }
        }
    }
}

/// Refuses an empty reason; the hint says who will read it.
pub(super) fn require_reason(place: &Place<'_>, reason: &Spanned<String>, hint: &str) -> Result<(), ConfigError> {
    match reason.get_ref().trim().is_empty() {
        true => Err(place.at(reason.span(), "the reason is empty".to_owned(), hint.to_owned())),
        false => Ok(()),
    }
}

fn instant(place: &Place<'_>, text: &Spanned<Moment>) -> Result<Timestamp, ConfigError> {
    let written = &text.get_ref().0;
    written.parse().map_err(|_| {
        let allowed = "a time with its offset from UTC, such as 2026-03-01T02:00:00+01:00 or 2026-03-01T01:00:00Z";
        place.at(text.span(), format!("{written:?} is no moment"), allowed.to_owned())
    })
}
