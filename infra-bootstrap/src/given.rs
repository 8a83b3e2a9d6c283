//! What people write on the command line: times, lengths of time and matchers.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::escalation::{Matcher, Pattern, Patterns};
use paramedic_domain::wall_clock::Zone;

/// The text is not what was asked for. Says what is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}, expected {expected}")]
pub struct NotUnderstood {
    text: String,
    what: &'static str,
    expected: &'static str,
}

/// A length of time: `90s`, `30m`, `2h`, `1h30m`, `7d`. A day is 24 hours.
///
/// # Errors
/// The text is none, or is not more than nothing.
pub fn length(text: &str) -> Result<SignedDuration, NotUnderstood> {
    let refused =
        || NotUnderstood { text: text.to_owned(), what: "length of time", expected: "such as 30m, 2h, 1h30m or 7d" };
    let read = match text.strip_suffix('d') {
        Some(days) if !days.is_empty() && days.bytes().all(|byte| byte.is_ascii_digit()) => {
            let hours = days.parse::<i64>().ok().and_then(|days| days.checked_mul(24));
            hours.filter(|hours| *hours < 24 * 36_500).map(SignedDuration::from_hours)
        }
        _ => text.parse().ok(),
    };
    read.filter(SignedDuration::is_positive).ok_or_else(refused)
}

/// A moment: `now`, with an offset such as `2026-10-01T02:00Z`, or what a clock on the wall of `zone` shows, such as
/// `2026-10-01T02:00` or `2026-10-01`.
///
/// # Errors
/// The text is none.
pub fn moment(text: &str, zone: &Zone, now: Timestamp) -> Result<Timestamp, NotUnderstood> {
    let refused = || NotUnderstood {
        text: text.to_owned(),
        what: "time",
        expected: "such as 2026-10-01T02:00 (of --zone), 2026-10-01T02:00Z, 2026-10-01 or now",
    };
    if text == "now" {
        return Ok(now);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let clock = match text.contains(':') {
        true => text.parse::<DateTime>().ok(),
        false => text.parse::<Date>().ok().map(|date| date.at(0, 0, 0, 0)),
    };
    clock.and_then(|clock| zone.instant(clock)).ok_or_else(refused)
}

/// A date: `2026-10-01`.
///
/// # Errors
/// The text is none.
pub fn date(text: &str) -> Result<Date, NotUnderstood> {
    let refused =
        || NotUnderstood { text: text.to_owned(), what: "date", expected: "such as 2026-10-01, since it recurs" };
    (text.len() == 10).then(|| text.parse().ok()).flatten().ok_or_else(refused)
}

/// One thing that is asked of an alarm: `service=web`, `tags.team=x`, `name=web-*`.
///
/// # Errors
/// There is no `=`, no pattern, or no such fact.
pub fn asked(text: &str) -> Result<(String, String), NotUnderstood> {
    let refused = || NotUnderstood {
        text: text.to_owned(),
        what: "matcher",
        expected: "FACT=PATTERN, such as service=web, name=web-*, severity=P1, namespace=, metric=, account=, region=, \
                   tags.KEY= or dimensions.NAME=",
    };
    let (fact, pattern) = text.split_once('=').ok_or_else(refused)?;
    let keyed =
        ["tags.", "dimensions."].iter().any(|group| fact.strip_prefix(group).is_some_and(|key| !key.is_empty()));
    if pattern.is_empty() || !(keyed || plain(&mut Matcher::default(), fact).is_some()) {
        return Err(refused());
    }
    Ok((fact.to_owned(), pattern.to_owned()))
}

/// All that is asked, as one matcher: different facts have to fit together, of patterns for the same fact any.
pub fn matcher(all: &[(String, String)]) -> Matcher {
    let mut matcher = Matcher::default();
    for (fact, pattern) in all {
        let keyed = fact.split_once('.').map(|(group, key)| (group, key.to_owned()));
        match keyed {
            Some(("tags", key)) => add(matcher.tags.entry(key).or_insert_with(none), pattern),
            Some((_, key)) => add(matcher.dimensions.entry(key).or_insert_with(none), pattern),
            None => {
                if let Some(patterns) = plain(&mut matcher, fact) {
                    add(patterns.get_or_insert_with(none), pattern);
                }
            }
        }
    }
    matcher
}

fn none() -> Patterns {
    Patterns::Any(Vec::new())
}

/// One pattern stays one, as it would stand in the configuration.
fn add(patterns: &mut Patterns, pattern: &str) {
    let pattern = Pattern::new(pattern);
    *patterns = match std::mem::replace(patterns, none()) {
        Patterns::Any(known) if known.is_empty() => Patterns::One(pattern),
        Patterns::One(known) => Patterns::Any(vec![known, pattern]),
        Patterns::Any(known) => Patterns::Any(known.into_iter().chain([pattern]).collect()),
    };
}

fn plain<'a>(matcher: &'a mut Matcher, fact: &str) -> Option<&'a mut Option<Patterns>> {
    Some(match fact {
        "name" => &mut matcher.name,
        "namespace" => &mut matcher.namespace,
        "metric" => &mut matcher.metric,
        "account" => &mut matcher.account,
        "region" => &mut matcher.region,
        "service" => &mut matcher.service,
        "severity" => &mut matcher.severity,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_length_of_time_is_read_in_days_hours_minutes_and_seconds() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("2h", 7200), ("1h30m", 5400), ("7d", 604_800)] {
            assert_eq!(length(text).unwrap(), SignedDuration::from_secs(seconds), "{text}");
        }
        for bad in ["", "2", "h", "-2h", "0s", "d", "1.5d", "99999999999d", "two hours", "1mo"] {
            assert!(length(bad).unwrap_err().to_string().contains("1h30m"), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_by_its_own_offset_or_by_the_clock_of_a_zone() {
        let (berlin, now) = (Zone::named("Europe/Berlin").unwrap(), "2026-03-01T03:00:00Z".parse().unwrap());
        for (text, instant) in [
            ("now", "2026-03-01T03:00:00Z"),
            ("2026-10-01T02:00Z", "2026-10-01T02:00:00Z"),
            ("2026-10-01T02:00:00+09:00", "2026-09-30T17:00:00Z"),
            ("2026-10-01T02:00", "2026-10-01T00:00:00Z"),
            ("2026-10-01 02:00", "2026-10-01T00:00:00Z"),
            ("2026-12-01", "2026-11-30T23:00:00Z"),
        ] {
            assert_eq!(moment(text, &berlin, now).unwrap().to_string(), instant, "{text}");
        }
        for bad in ["", "tomorrow", "02:00", "2026-13-01", "2026-10-01T25:00"] {
            assert!(moment(bad, &berlin, now).unwrap_err().to_string().contains("2026-10-01T02:00Z"), "{bad}");
        }
    }

    #[test]
    fn matchers_of_different_facts_have_to_fit_together_and_of_one_fact_any() {
        let all: Vec<_> = ["service=web", "name=web-*", "name=batch-*", "name=x=y", "tags.team=search"]
            .into_iter()
            .map(|text| asked(text).unwrap())
            .collect();
        assert_eq!(matcher(&all).to_string(), "name=web-* | batch-* | x=y service=web tags.team=search");
    }

    #[test]
    fn what_no_alarm_has_cannot_be_matched() {
        for bad in ["web", "=web", "service=", "tags=x", "tags.=x", "team=search", "Service=web", "dimensions."] {
            assert!(asked(bad).unwrap_err().to_string().contains("tags.KEY="), "{bad}");
        }
    }
}
