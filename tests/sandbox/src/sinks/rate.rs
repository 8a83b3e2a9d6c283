//! Limits of how often something may be asked.

use jiff::Timestamp;

/// How often.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// How many at once, after a pause.
    pub(super) burst: f64,
    /// How many a second in the long run.
    pub(super) per_second: f64,
}

/// What is left of a limit: a bucket that fills again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    limit: Limit,
    left: f64,
    at: Timestamp,
}

impl Allowance {
    /// All of it is left.
    pub(super) fn new(limit: Limit, now: Timestamp) -> Self {
        Self { limit, left: limit.burst, at: now }
    }

    /// Takes one; the error is in how many whole seconds there is one again, at least 1.
    pub(super) fn take(&mut self, now: Timestamp) -> Result<(), u32> {
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.left = (self.left + passed * self.limit.per_second).min(self.limit.burst);
        self.at = now;
        if self.left < 1.0 {
            let wait = ((1.0 - self.left) / self.limit.per_second).ceil();
            return Err((wait as u32).max(1));
        }
        self.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn after_a_burst_one_waits_for_the_next_and_is_told_how_long() {
        let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap();
        let mut allowance = Allowance::new(Limit { burst: 2.0, per_second: 0.5 }, at(0));
        assert_eq!([0, 0, 0].map(|ms| allowance.take(at(ms))), [Ok(()), Ok(()), Err(2)]);
        assert_eq!(allowance.take(at(1_900)), Err(1));
        assert_eq!(allowance.take(at(2_000)), Ok(()));
        assert_eq!([60_000, 60_000, 60_000].map(|ms| allowance.take(at(ms)).is_ok()), [true, true, false]);
    }
}
