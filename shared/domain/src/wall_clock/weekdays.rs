//! Some days of the week.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The days in order, each with its name.
const WEEK: [(Weekday, &str); 7] = [
    (Weekday::Monday, "mon"),
    (Weekday::Tuesday, "tue"),
    (Weekday::Wednesday, "wed"),
    (Weekday::Thursday, "thu"),
    (Weekday::Friday, "fri"),
    (Weekday::Saturday, "sat"),
    (Weekday::Sunday, "sun"),
];

/// Some days of the week, at least one: `mon`, `mon-fri`, `sat,sun`, or `daily` for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays([bool; 7]);

/// The text names no weekdays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} are no weekdays, expected such as \"mon\", \"mon-fri\", \"sat,sun\" or \"daily\"")]
pub struct NoWeekdays(String);

impl Weekdays {
    /// Every day.
    pub const DAILY: Self = Self([true; 7]);

    /// Whether this day is one of them.
    pub fn contains(self, day: Weekday) -> bool {
        WEEK.iter().zip(self.0).any(|((each, _), chosen)| chosen && *each == day)
    }

    /// How many they are, 1 to 7.
    pub fn count(self) -> usize {
        self.0.into_iter().filter(|chosen| *chosen).count()
    }

    /// The day of that name.
    pub fn named(name: &str) -> Option<Weekday> {
        WEEK.into_iter().find_map(|(day, each)| (each == name).then_some(day))
    }

    /// A day's name, `mon`.
    pub fn name(day: Weekday) -> &'static str {
        WEEK.into_iter().find_map(|(each, name)| (each == day).then_some(name)).unwrap_or_default()
    }
}

impl FromStr for Weekdays {
    type Err = NoWeekdays;

    fn from_str(text: &str) -> Result<Self, NoWeekdays> {
        if text == "daily" {
            return Ok(Self::DAILY);
        }
        let refused = || NoWeekdays(text.to_owned());
        let mut chosen = [false; 7];
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let last = Self::named(last).ok_or_else(refused)?;
            let mut day = Self::named(first).ok_or_else(refused)?;
            loop {
                for ((each, _), slot) in WEEK.iter().zip(&mut chosen) {
                    *slot |= *each == day;
                }
                if day == last {
                    break;
                }
                day = day.next();
            }
        }
        Ok(Self(chosen))
    }
}

impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::DAILY {
            return f.write_str("daily");
        }
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (index, _) in self.0.into_iter().enumerate().filter(|(_, chosen)| *chosen) {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == index => *last = index,
                _ => runs.push((index, index)),
            }
        }
        let name = |index: usize| WEEK.get(index).map_or("", |(_, name)| name);
        let parts: Vec<String> = runs
            .into_iter()
            .map(|(first, last)| match last - first {
                0 => name(first).to_owned(),
                1 => format!("{},{}", name(first), name(last)),
                _ => format!("{}-{}", name(first), name(last)),
            })
            .collect();
        f.write_str(&parts.join(","))
    }
}

impl Serialize for Weekdays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Weekdays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn written(text: &str) -> String {
        text.parse::<Weekdays>().unwrap().to_string()
    }

    #[test]
    fn weekdays_are_read_singly_in_lists_and_in_runs() {
        assert_eq!(written("mon-fri"), "mon-fri");
        assert_eq!(written("sun,sat"), "sat,sun");
        assert_eq!(written("wed"), "wed");
        assert_eq!(written("mon-sun"), "daily");
        assert_eq!(written("mon,wed-fri"), "mon,wed-fri");
        let weekend: Weekdays = "fri-mon".parse().unwrap();
        assert_eq!(weekend.to_string(), "mon,fri-sun", "a run may go over the end of the week");
        assert_eq!(weekend.count(), 4);
        assert!(weekend.contains(Weekday::Sunday) && !weekend.contains(Weekday::Tuesday));
    }

    #[test]
    fn what_names_no_weekday_is_refused_with_what_does() {
        for bad in ["", "monday", "mon-", "mon fri", "Mon", "weekly", "mon,,tue"] {
            let why = bad.parse::<Weekdays>().unwrap_err().to_string();
            assert!(why.contains("\"mon-fri\""), "{why}");
        }
    }
}
