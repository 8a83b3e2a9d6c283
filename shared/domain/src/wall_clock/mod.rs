//! Time as people keep it: zones with daylight saving, weekdays and hours of the day.
//!
//! The zones are compiled in, so what they say does not depend on the machine. A time of day that the clock skips counts
//! as so much later, and one that it shows twice as the first (RFC 5545, section 3.3.5); jiff calls that "compatible".

mod hours;
mod weekdays;
mod zone;

use jiff::civil::Time;

pub use self::hours::{Hours, NoHours};
pub use self::weekdays::{NoWeekdays, Weekdays};
pub use self::zone::{NoZone, Zone};

/// Reads a time of day, `09:00`.
pub fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    #[test]
    fn a_time_of_day_has_hours_and_minutes_of_two_digits() {
        assert_eq!(time_of_day("09:05"), Some(time(9, 5, 0, 0)));
        for bad in ["9:05", "24:00", "09:60", "09", "+9:05", "09:05:00", "nine", ""] {
            assert_eq!(time_of_day(bad), None, "{bad}");
        }
    }
}
