//! When a silence holds.

use std::fmt;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::wall_clock::{Weekdays, Zone};

/// When a silence holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Once.
    Once {
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// Again and again.
    Recurring(Recurring),
}

/// Again and again on some weekdays, from a time of day for so long.
///
/// It begins by the clock on the wall and ends as much later as it lasts, so it is not shortened or lengthened by a change
/// of that clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurring {
    /// The days on which it begins.
    pub days: Weekdays,
    /// When it begins.
    pub at: Time,
    /// How long it lasts each time.
    pub lasts: SignedDuration,
    /// Whose clock that is.
    pub zone: Zone,
    /// The first date on which it may begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last date on which it may begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// Why a window cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoWindow {
    /// It ends before it begins.
    #[error("it would end before it begins\n  hint: give an end after the beginning")]
    Backwards,
    /// It is longer than [`Window::LONGEST`].
    #[error(
        "it would last longer than 30 days\n  hint: silence it for up to 30 days, or change its alarm or its route for what is to stay"
    )]
    TooLong,
    /// It covers more of the week than [`Recurring::LONGEST`].
    #[error(
        "it would cover more than half of the week\n  hint: days times duration may be up to 84 hours, since nobody is told in that time"
    )]
    TooMuch,
}

impl Window {
    /// The longest that a window may be that is there once.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// Whether it may be had.
    ///
    /// # Errors
    ///
    /// It ends before it begins, or is too long.
    pub fn check(&self) -> Result<(), NoWindow> {
        match self {
            Self::Once { from, until } if until <= from => Err(NoWindow::Backwards),
            Self::Once { from, until } if until.duration_since(*from) > Self::LONGEST => Err(NoWindow::TooLong),
            Self::Once { .. } => Ok(()),
            Self::Recurring(recurring) => recurring.check(),
        }
    }

    /// Until when it holds, if it does now: the end of this time, not of those after it.
    pub fn holds_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Once { from, until } => (*from <= now && now < *until).then_some(*until),
            Self::Recurring(recurring) => recurring.holds_until(now),
        }
    }

    /// When it holds no more for good, or as good as; `None` for one without an end.
    pub fn over_at(&self) -> Option<Timestamp> {
        match self {
            Self::Once { until, .. } => Some(*until),
            Self::Recurring(recurring) => {
                recurring.zone.instant(recurring.until?.to_datetime(recurring.at))?.checked_add(recurring.lasts).ok()
            }
        }
    }
}

impl Recurring {
    /// The most of a week that it may cover.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(84);

    fn check(&self) -> Result<(), NoWindow> {
        let backwards = matches!((self.from, self.until), (Some(from), Some(until)) if until < from);
        if backwards || !self.lasts.is_positive() {
            return Err(NoWindow::Backwards);
        }
        let days = i32::try_from(self.days.count()).unwrap_or(7);
        match self.lasts.checked_mul(days) {
            Some(week) if week <= Self::LONGEST => Ok(()),
            _ => Err(NoWindow::TooMuch),
        }
    }

    fn holds_until(&self, now: Timestamp) -> Option<Timestamp> {
        let today = self.zone.clock(now).date();
        // It may have begun as many days ago as it lasts, and one more where the clock was changed.
        let days = i32::try_from(self.lasts.as_hours() / 24).ok()?.min(7);
        (-days - 2..=1)
            .filter_map(|days| today.checked_add(Span::new().days(days)).ok())
            .filter_map(|date| self.on(date))
            .filter(|(from, until)| *from <= now && now < *until)
            .map(|(_, until)| until)
            .max()
    }

    fn on(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let chosen = self.days.contains(date.weekday())
            && self.from.is_none_or(|first| first <= date)
            && self.until.is_none_or(|last| date <= last);
        let from = chosen.then(|| self.zone.instant(date.to_datetime(self.at)))??;
        Some((from, from.checked_add(self.lasts).ok()?))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once { from, until } => write!(f, "{from} to {until}"),
            Self::Recurring(Recurring { days, at, lasts, zone, from, until }) => {
                write!(f, "{days} at {} {zone} for {lasts:#}", at.strftime("%H:%M"))?;
                if let Some(from) = from {
                    write!(f, ", from {from}")?;
                }
                if let Some(until) = until {
                    write!(f, ", until {until}")?;
                }
                Ok(())
            }
        }
    }
}
