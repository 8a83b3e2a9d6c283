//! Moments and shortened durations.

use jiff::Timestamp;
use serde_json::{Value, json};

/// The key of the object that stands for a moment in a [`Value`]; the wire formats render it each in their own way.
pub(crate) const TIME: &str = "$time";

/// A moment in real time, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Moment(i64);

impl Moment {
    /// From milliseconds since the epoch.
    pub(crate) fn from_millis(millis: i64) -> Moment {
        Moment(millis)
    }

    /// From seconds since the epoch, as the JSON protocols write them.
    pub(crate) fn from_seconds(seconds: f64) -> Moment {
        Moment((seconds * 1000.0).round() as i64)
    }

    /// From RFC 3339 text.
    pub(crate) fn parse(text: &str) -> Option<Moment> {
        text.parse::<Timestamp>().ok().map(Moment::from)
    }

    /// Milliseconds since the epoch.
    pub(crate) fn millis(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch.
    pub(crate) fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// This moment and so many milliseconds.
    pub(crate) fn after(self, millis: i64) -> Moment {
        Moment(self.0.saturating_add(millis))
    }

    /// Milliseconds since an earlier moment; negative for a later one.
    pub(crate) fn since(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The last multiple of `step` milliseconds since the epoch that is not after this moment.
    pub(crate) fn floor(self, step: i64) -> Moment {
        Moment(self.0 - self.0.rem_euclid(step.max(1)))
    }

    /// As the public type; a moment outside its range is the epoch.
    pub(crate) fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or_default()
    }

    /// `2026-01-02T03:04:05.678Z`.
    pub(crate) fn iso(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    /// `2026-01-02T03:04:05Z`, as EventBridge writes `time`.
    pub(crate) fn iso_seconds(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// `2026-01-02T03:04:05.678+0000`, as CloudWatch writes it in alarm messages.
    pub(crate) fn in_alarm_message(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
    }

    /// `02/01/26 03:04:05`, as CloudWatch writes datapoints in an alarm's reason.
    pub(crate) fn in_alarm_reason(self) -> String {
        self.timestamp().strftime("%d/%m/%y %H:%M:%S").to_string()
    }

    /// As a member of an API answer.
    pub(crate) fn value(self) -> Value {
        json!({ TIME: self.0 })
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Moment {
        Moment(timestamp.as_millisecond())
    }
}

/// How much faster than in AWS everything takes its course. What is shortened is periods and delays; moments stay real.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace(u32);

impl Pace {
    pub(crate) fn new(pace: u32) -> Pace {
        Pace(pace.max(1))
    }

    /// How many milliseconds pass here for so many seconds in AWS.
    pub(crate) fn millis(self, seconds: f64) -> i64 {
        (seconds * 1000.0 / f64::from(self.0)).round() as i64
    }

    /// How many seconds pass in AWS in so many milliseconds here.
    pub(crate) fn seconds(self, millis: i64) -> f64 {
        millis as f64 / 1000.0 * f64::from(self.0)
    }

    /// A metric's period: whole seconds, since that is how finely metrics are kept, and at least one.
    pub(crate) fn period_millis(self, seconds: f64) -> i64 {
        let shortened = (seconds / f64::from(self.0)).round() as i64;
        shortened.max(1) * 1000
    }
}

/// Replaces the moments in an answer by RFC 3339 text, as events carry them.
pub(crate) fn with_iso_times(value: Value) -> Value {
    match value {
        Value::Object(map) => match map.get(TIME).and_then(Value::as_i64) {
            Some(millis) => Value::String(Moment(millis).iso()),
            None => Value::Object(map.into_iter().map(|(key, member)| (key, with_iso_times(member))).collect()),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(with_iso_times).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_each_receiver_expects_it() {
        let moment = Moment::from_millis(1_795_392_725_678);
        assert_eq!(moment.iso(), "2026-11-23T00:12:05.678Z");
        assert_eq!(moment.iso_seconds(), "2026-11-23T00:12:05Z");
        assert_eq!(moment.in_alarm_message(), "2026-11-23T00:12:05.678+0000");
        assert_eq!(moment.in_alarm_reason(), "23/11/26 00:12:05");
        assert_eq!(Moment::parse("2026-11-23T00:12:05.678Z"), Some(moment));
    }

    #[test]
    fn pace_shortens_periods_but_never_below_a_second() {
        assert_eq!(Pace::new(30).period_millis(60.0), 2_000);
        assert_eq!(Pace::new(30).period_millis(300.0), 10_000);
        assert_eq!(Pace::new(600).period_millis(60.0), 1_000);
        assert_eq!(Pace::new(30).millis(15.0), 500);
    }
}
