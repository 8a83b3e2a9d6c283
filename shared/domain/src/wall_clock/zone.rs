//! A time zone of the tz database.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A time zone by its name in the tz database, such as `Europe/Berlin`.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// There is no zone of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time zone, expected a name of the tz database such as \"Europe/Berlin\" or \"UTC\"")]
pub struct NoZone(String);

impl Zone {
    /// The zone of that name; upper and lower case do not matter.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    pub fn named(name: &str) -> Result<Self, NoZone> {
        // Asked directly, since jiff's own default would be free to look for the machine's files first.
        match TimeZoneDatabase::bundled().get(name) {
            Ok(zone) if !zone.is_unknown() => Ok(Self(zone)),
            Ok(_) | Err(_) => Err(NoZone(name.to_owned())),
        }
    }

    /// UTC.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Its name, as the tz database writes it.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What a clock on the wall shows there.
    pub fn clock(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }

    /// A time as people there read it: `Mon 2026-03-02 09:00 CET`.
    pub fn told(&self, at: Timestamp) -> String {
        at.to_zoned(self.0.clone()).strftime("%a %Y-%m-%d %H:%M %Z").to_string()
    }

    /// When a clock on the wall shows this: the first time if it does so twice, and if it skips it, as much later as it
    /// jumps. `None` beyond the years that can be told.
    pub fn instant(&self, clock: DateTime) -> Option<Timestamp> {
        self.0.to_timestamp(clock).ok()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::named(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_skipped_time_counts_as_later_and_a_repeated_one_as_the_first() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let instant = |clock: DateTime| berlin.instant(clock).unwrap().to_string();
        assert_eq!(instant(date(2026, 3, 29).at(2, 30, 0, 0)), "2026-03-29T01:30:00Z", "shown as 03:30");
        assert_eq!(instant(date(2026, 10, 25).at(2, 30, 0, 0)), "2026-10-25T00:30:00Z", "the summer's 02:30");
    }

    #[test]
    fn the_hour_that_is_shown_twice_is_told_apart() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(berlin.told("2026-10-25T00:30:00Z".parse().unwrap()), "Sun 2026-10-25 02:30 CEST");
        assert_eq!(berlin.told("2026-10-25T01:30:00Z".parse().unwrap()), "Sun 2026-10-25 02:30 CET");
    }

    #[test]
    fn a_zone_is_found_by_name_and_written_by_it() {
        let zone = Zone::named("europe/berlin").unwrap();
        assert_eq!(serde_json::to_string(&zone).unwrap(), "\"Europe/Berlin\"");
        assert_eq!(serde_json::from_str::<Zone>("\"Europe/Berlin\"").unwrap(), zone);
        assert_eq!(Zone::named("UTC").unwrap(), Zone::utc());
        for bad in ["Berlin", "Etc/Unknown", "", "+02:00", "../etc/passwd"] {
            assert!(Zone::named(bad).unwrap_err().to_string().contains("Europe/Berlin"), "{bad}");
        }
    }
}
