//! What a month was like: how much came, how much of it was noise, how fast it was taken and over, and who was woken when.

mod pages;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, civil};
use serde::Serialize;

use super::history;
use crate::id::ServiceName;
use crate::incident::Incident;
use crate::severity::Severity;

/// A month of the calendar, written `2026-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(civil::Date);

/// The text is no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no month\n  hint: write it as 2026-03")]
pub struct NoMonth(String);

impl FromStr for Month {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let wrong = || NoMonth(text.to_owned());
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(wrong());
        }
        let (year, month) = (year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
        civil::Date::new(year, month, 1).map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m"))
    }
}

impl Month {
    /// The month in which a moment is, by the clock on the wall of that zone.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        Self(at.to_zoned(zone.clone()).date().first_of_month())
    }

    /// The month before, which a report is mostly about.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1.month()))
    }
}

/// A month of incidents, in figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Monthly {
    /// Which, `2026-03`.
    pub month: String,
    /// By whose clock.
    pub zone: String,
    /// All together.
    pub overall: Figures,
    /// For each service.
    pub services: BTreeMap<ServiceName, Figures>,
    /// Who was woken, and when.
    pub woken: BTreeMap<String, Hours>,
}

/// Incidents in figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// How many incidents there were, by their worst severity.
    pub incidents: BTreeMap<Severity, usize>,
    /// How many alarms they had, as far as they are on record.
    pub alarms: usize,
    /// How many pages they had. One page may take several channels.
    pub pages: usize,
    /// How much of it was noise.
    pub noise: Noise,
    /// From the first alarm to the first acknowledgement, of those that were acknowledged.
    pub to_acknowledge: Option<Spread>,
    /// From the first alarm to the end, of those that ended.
    pub to_recover: Option<Spread>,
}

/// Incidents that nobody needed to hear of. One incident may be several kinds of noise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Noise {
    /// Incidents that are noise of any kind.
    pub any: usize,
    /// Ended without an acknowledgement, an action or a person's word.
    pub by_itself: usize,
    /// Went up and down.
    pub flapping: usize,
    /// Were under a silence.
    pub silenced: usize,
}

/// How long it mostly took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Half of them took no longer.
    pub median: SignedDuration,
    /// Nine of ten took no longer.
    pub p90: SignedDuration,
    /// How many there were.
    pub of: usize,
}

/// When somebody was woken, by the clock on the wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hours {
    /// How often at all.
    pub all: usize,
    /// How often from 22:00 to 07:00.
    pub at_night: usize,
    /// How often on a Saturday or Sunday, by day or by night.
    pub on_a_weekend: usize,
}

/// The figures of the incidents that began in a month, by the clock on the wall of `zone`. Others are left out, so that a
/// caller may pass more than the month.
pub fn monthly<'a>(incidents: impl IntoIterator<Item = &'a Incident>, month: Month, zone: &TimeZone) -> Monthly {
    let of_month: Vec<&Incident> =
        incidents.into_iter().filter(|incident| Month::of(incident.opened_at, zone) == month).collect();
    let mut services: BTreeMap<ServiceName, Vec<&Incident>> = BTreeMap::new();
    for incident in &of_month {
        services.entry(incident.service.clone()).or_default().push(incident);
    }
    let mut woken: BTreeMap<String, Hours> = BTreeMap::new();
    for waking in of_month.iter().flat_map(|incident| history::woken(incident)) {
        woken.entry(waking.who).or_default().add(waking.at, zone);
    }
    Monthly {
        month: month.to_string(),
        zone: zone.iana_name().unwrap_or("local time").to_owned(),
        overall: Figures::of(&of_month),
        services: services.into_iter().map(|(name, incidents)| (name, Figures::of(&incidents))).collect(),
        woken,
    }
}

impl Figures {
    fn of(incidents: &[&Incident]) -> Self {
        let mut figures = Self::default();
        for incident in incidents {
            *figures.incidents.entry(incident.severity).or_default() += 1;
            figures.alarms += history::alarms(incident).len();
            figures.pages += history::pages(incident);
            figures.noise.add(incident);
        }
        figures.to_acknowledge = Spread::of(incidents.iter().filter_map(|i| history::time_to_acknowledge(i)).collect());
        figures.to_recover = Spread::of(incidents.iter().filter_map(|i| history::time_to_recover(i)).collect());
        figures
    }

    /// How many incidents there were.
    pub fn total(&self) -> usize {
        self.incidents.values().sum()
    }
}

impl Noise {
    fn add(&mut self, incident: &Incident) {
        let kinds = [
            (&mut self.by_itself, history::ended_by_itself(incident)),
            (&mut self.flapping, history::flapped(incident)),
            (&mut self.silenced, history::was_silenced(incident)),
        ];
        let mut any = false;
        for (count, is) in kinds {
            *count += usize::from(is);
            any |= is;
        }
        self.any += usize::from(any);
    }
}

impl Spread {
    /// By nearest rank: each of the two is a time that really was taken.
    fn of(mut times: Vec<SignedDuration>) -> Option<Self> {
        times.sort_unstable();
        let rank = |percent: usize| times.get((times.len() * percent).div_ceil(100).max(1) - 1).copied();
        Some(Self { median: rank(50)?, p90: rank(90)?, of: times.len() })
    }
}

impl Hours {
    fn add(&mut self, at: Timestamp, zone: &TimeZone) {
        let local = at.to_zoned(zone.clone());
        self.all += 1;
        self.at_night += usize::from(local.hour() >= 22 || local.hour() < 7);
        let weekend = matches!(local.weekday(), civil::Weekday::Saturday | civil::Weekday::Sunday);
        self.on_a_weekend += usize::from(weekend);
    }
}

#[cfg(test)]
mod tests;
