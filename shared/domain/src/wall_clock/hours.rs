//! Hours of some weekdays.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{Weekdays, Zone, time_of_day};

/// From one time of day to another on some weekdays: `mon-fri 09:00-17:00`. Hours that end at or before the time they
/// begin at go over midnight into the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The days on which they begin.
    pub days: Weekdays,
    /// When they begin.
    pub from: Time,
    /// When they end: at this time of the same day, or of the next.
    pub until: Time,
}

/// The text is no hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} are no hours, expected such as \"mon-fri 09:00-17:00\", \"daily 22:00-06:00\" or \"sat,sun 00:00-24:00\""
)]
pub struct NoHours(String);

impl Hours {
    /// The hours that begin on that date: nothing on another weekday, nor where the clock skips them.
    fn on(&self, date: Date, zone: &Zone) -> Option<(Timestamp, Timestamp)> {
        if !self.days.contains(date.weekday()) {
            return None;
        }
        let last = if self.until > self.from { date } else { date.tomorrow().ok()? };
        let from = zone.instant(date.to_datetime(self.from))?;
        let until = zone.instant(last.to_datetime(self.until))?;
        (from < until).then_some((from, until))
    }

    /// Until when it is one of these hours, if it is one now. Hours that follow on each other count as one up to `limit`,
    /// beyond which nobody asks.
    pub fn open_until(all: &[Self], zone: &Zone, now: Timestamp, limit: Timestamp) -> Option<Timestamp> {
        let mut end = now;
        while end < limit {
            // Hours go over midnight at most once, and a zone's clock is at most a day off any other's.
            let further = Self::near(all, zone, end, -2, 1)
                .filter(|(from, until)| *from <= end && end < *until)
                .map(|(_, until)| until)
                .max();
            match further {
                Some(until) => end = until,
                None => break,
            }
        }
        (end > now).then_some(end)
    }

    /// When the next of these hours begin, later than now.
    pub fn next_opening(all: &[Self], zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        // Two weeks: one day of the first may be skipped by the clock.
        Self::near(all, zone, now, -1, 15).map(|(from, _)| from).filter(|from| *from > now).min()
    }

    fn near(
        all: &[Self],
        zone: &Zone,
        now: Timestamp,
        first: i32,
        last: i32,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let today = zone.clock(now).date();
        (first..=last)
            .filter_map(move |days| today.checked_add(jiff::Span::new().days(days)).ok())
            .flat_map(move |date| all.iter().filter_map(move |hours| hours.on(date, zone)))
    }
}

impl FromStr for Hours {
    type Err = NoHours;

    fn from_str(text: &str) -> Result<Self, NoHours> {
        let read = || {
            let (days, times) = text.split_once(' ')?;
            let (from, until) = times.split_once('-')?;
            let until = if until == "24:00" { Time::midnight() } else { time_of_day(until)? };
            Some(Self { days: days.parse().ok()?, from: time_of_day(from)?, until })
        };
        read().ok_or_else(|| NoHours(text.to_owned()))
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-", self.days, self.from.strftime("%H:%M"))?;
        if self.until == Time::midnight() { f.write_str("24:00") } else { self.until.strftime("%H:%M").fmt(f) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn hours(texts: &[&str]) -> Vec<Hours> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn open(texts: &[&str], now: &str) -> Option<String> {
        let limit = at(now) + jiff::SignedDuration::from_hours(24 * 30);
        Hours::open_until(&hours(texts), &Zone::utc(), at(now), limit).map(|until| until.to_string())
    }

    #[test]
    fn hours_are_read_as_they_are_written() {
        for text in ["mon-fri 09:00-17:00", "daily 22:00-06:00", "sat,sun 00:00-24:00"] {
            assert_eq!(text.parse::<Hours>().unwrap().to_string(), text);
        }
        for bad in ["09:00-17:00", "mon-fri", "mon-fri 9-17", "mon-fri 24:00-06:00", "mon-fri 09:00-17:00 UTC"] {
            assert!(bad.parse::<Hours>().unwrap_err().to_string().contains("mon-fri 09:00-17:00"), "{bad}");
        }
    }

    #[test]
    fn office_hours_are_open_from_their_first_second_to_before_their_last() {
        // 2 March 2026 is a Monday.
        let office = ["mon-fri 09:00-17:00"];
        assert_eq!(open(&office, "2026-03-02T08:59:59Z"), None);
        assert_eq!(open(&office, "2026-03-02T09:00:00Z").as_deref(), Some("2026-03-02T17:00:00Z"));
        assert_eq!(open(&office, "2026-03-02T17:00:00Z"), None);
        assert_eq!(open(&office, "2026-03-07T12:00:00Z"), None, "a Saturday");
        let friday_evening = at("2026-03-06T17:00:00Z");
        let opening = Hours::next_opening(&hours(&office), &Zone::utc(), friday_evening);
        assert_eq!(opening, Some(at("2026-03-09T09:00:00Z")));
    }

    #[test]
    fn a_night_belongs_to_the_day_it_begins_on() {
        let night = ["fri 22:00-06:00"];
        assert_eq!(open(&night, "2026-03-07T05:59:59Z").as_deref(), Some("2026-03-07T06:00:00Z"));
        assert_eq!(open(&night, "2026-03-06T05:00:00Z"), None, "Thursday's night");
    }

    #[test]
    fn hours_that_follow_on_each_other_are_one() {
        let weekend = ["sat,sun 00:00-24:00", "mon 00:00-08:00"];
        assert_eq!(open(&weekend, "2026-03-07T03:00:00Z").as_deref(), Some("2026-03-09T08:00:00Z"));
    }
}
