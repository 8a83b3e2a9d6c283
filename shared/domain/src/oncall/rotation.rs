//! People taking turns.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};

use crate::id::{PersonName, RotationName};
use crate::wall_clock::{Hours, Zone};

/// People taking turns, each for one shift, in the order of the list and then from its beginning.
///
/// Shift k begins k shifts after the first by the clock on the wall there, so hand-over stays at the same time of day when
/// that clock is changed, and a shift may be an hour longer or shorter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Its name.
    pub name: RotationName,
    /// Who takes turns.
    pub people: Vec<PersonName>,
    /// How long a shift is.
    pub shift: ShiftLength,
    /// The date of the first shift; of a weekly rotation it says the weekday of all.
    pub starts: Date,
    /// The time of day at which the first shift begins.
    pub handover: Time,
    /// Whose clock that is.
    pub zone: Zone,
    /// The only hours at which somebody is on call; none for always. Turns go on outside them.
    pub hours: Vec<Hours>,
}

/// How long a shift is: whole days, or hours that divide the day, so that hand-over is at the same times every day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShiftLength {
    hours: u16,
}

/// The text is no length of a shift.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no length of a shift, expected daily, weekly, \"N days\", \"N weeks\" (up to a year) or \"N hours\" (1, 2, 3, 4, 6, 8 or 12)"
)]
pub struct NoShiftLength(String);

/// One shift of a rotation, whoever is on call in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whose turn it is; nobody's only where nobody takes turns.
    pub person: Option<PersonName>,
    /// When it begins.
    pub from: Timestamp,
    /// When the next begins.
    pub until: Timestamp,
}

impl ShiftLength {
    /// A day.
    pub const DAILY: Self = Self { hours: 24 };
    /// A week.
    pub const WEEKLY: Self = Self { hours: 7 * 24 };
    const YEAR: u16 = 365 * 24;

    /// Whether hand-over is always on the same weekday.
    pub fn keeps_the_weekday(self) -> bool {
        self.hours.is_multiple_of(Self::WEEKLY.hours)
    }
}

impl FromStr for ShiftLength {
    type Err = NoShiftLength;

    fn from_str(text: &str) -> Result<Self, NoShiftLength> {
        let refused = || NoShiftLength(text.to_owned());
        let (number, unit) = match text {
            "daily" => return Ok(Self::DAILY),
            "weekly" => return Ok(Self::WEEKLY),
            _ => text.split_once(' ').ok_or_else(refused)?,
        };
        let number: u16 = number.parse().map_err(|_| refused())?;
        let hours = match unit {
            "week" | "weeks" => number.checked_mul(Self::WEEKLY.hours),
            "day" | "days" => number.checked_mul(Self::DAILY.hours),
            "hour" | "hours" if matches!(number, 1 | 2 | 3 | 4 | 6 | 8 | 12) => Some(number),
            _ => None,
        };
        match hours {
            Some(hours @ 1..=Self::YEAR) => Ok(Self { hours }),
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for ShiftLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::DAILY => f.write_str("daily"),
            Self::WEEKLY => f.write_str("weekly"),
            Self { hours } if self.keeps_the_weekday() => write!(f, "{} weeks", hours / Self::WEEKLY.hours),
            Self { hours } if hours > 24 => write!(f, "{} days", hours / 24),
            Self { hours: 1 } => f.write_str("1 hour"),
            Self { hours } => write!(f, "{hours} hours"),
        }
    }
}

impl Rotation {
    /// When it begins; `None` beyond the years that can be told.
    pub fn begins(&self) -> Option<Timestamp> {
        self.start(0)
    }

    /// The turn it is now: the last that has begun. `None` before the first.
    pub fn turn(&self, now: Timestamp) -> Option<Turn> {
        let elapsed = self.zone.clock(now).duration_since(self.first()).as_hours();
        let about = elapsed.div_euclid(i64::from(self.shift.hours));
        // A clock has never been changed by more than a day. Where it jumps by more than a shift, several shifts begin at
        // one moment or even in another order; the later one is meant.
        let doubt = i64::from(24 / self.shift.hours) + 2;
        let mut begun = (about.saturating_sub(doubt).max(0)..=about.saturating_add(doubt)).rev();
        let (number, from) =
            begun.find_map(|number| Some((number, self.start(number).filter(|from| *from <= now)?)))?;
        let until = (number + 1..=number + doubt).filter_map(|next| self.start(next)).min();
        Some(Turn { person: self.person(number), from, until: until.unwrap_or(Timestamp::MAX) })
    }

    fn first(&self) -> DateTime {
        self.starts.to_datetime(self.handover)
    }

    fn start(&self, number: i64) -> Option<Timestamp> {
        let hours = number.checked_mul(i64::from(self.shift.hours))?;
        self.zone.instant(self.first().checked_add(SignedDuration::try_from_hours(hours)?).ok()?)
    }

    fn person(&self, number: i64) -> Option<PersonName> {
        let people = i64::try_from(self.people.len()).ok()?;
        let index = usize::try_from(number.checked_rem_euclid(people)?).ok()?;
        self.people.get(index).cloned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_shifts_length_is_read_as_it_is_written() {
        for text in ["daily", "weekly", "3 days", "2 weeks", "12 hours", "1 hour"] {
            assert_eq!(text.parse::<ShiftLength>().unwrap().to_string(), text);
        }
        assert_eq!("7 days".parse::<ShiftLength>().unwrap(), ShiftLength::WEEKLY);
        assert_eq!("1 day".parse::<ShiftLength>().unwrap(), ShiftLength::DAILY);
    }

    #[test]
    fn a_shift_neither_wanders_through_the_day_nor_lasts_for_ever() {
        for bad in ["5 hours", "24 hours", "0 days", "366 days", "53 weeks", "-1 days", "monthly", "1", "9999 weeks"] {
            let why = bad.parse::<ShiftLength>().unwrap_err().to_string();
            assert!(why.contains("1, 2, 3, 4, 6, 8 or 12"), "{why}");
        }
    }
}
