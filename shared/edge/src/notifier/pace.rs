//! How fast a channel is spoken to. What is counted here is what this process sent: it keeps one busy function within a
//! channel's limits, and the channel itself says no (429) where several are busy.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Messages at an interval, a few of them at once, until the other side asks to wait.
#[derive(Debug)]
pub(super) struct Lane {
    interval: Duration,
    /// When the next message would be due if they went out at the interval. It runs ahead of the clock by what was sent at
    /// once.
    next: Option<Instant>,
    held_until: Option<Instant>,
}

impl Lane {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, next: None, held_until: None }
    }

    /// Takes a place for one message, where `at_once` may go out without an interval between them.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub(super) fn take(&mut self, at_once: u32, now: Instant) -> Result<(), Duration> {
        self.held(now)?;
        let ahead = self.next.map_or(Duration::ZERO, |next| next.saturating_duration_since(now));
        let allowed = self.interval * at_once.saturating_sub(1);
        if ahead > allowed {
            return Err(ahead - allowed);
        }
        self.next = Some(now + ahead + self.interval);
        Ok(())
    }

    /// Takes a place for a message that waits for no interval. Those after it wait the longer.
    ///
    /// # Errors
    ///
    /// How long the other side asked to wait: it would not take the message.
    pub(super) fn push(&mut self, now: Instant) -> Result<(), Duration> {
        self.held(now)?;
        self.next = Some(self.next.map_or(now, |next| next.max(now)) + self.interval);
        Ok(())
    }

    /// Sends nothing for so long: the other side asked for it.
    pub(super) fn hold(&mut self, wait: Duration, now: Instant) {
        let until = now + wait;
        self.held_until = Some(self.held_until.map_or(until, |held| held.max(until)));
    }

    fn held(&self, now: Instant) -> Result<(), Duration> {
        match self.held_until.map(|until| until.saturating_duration_since(now)) {
            Some(left) if !left.is_zero() => Err(left),
            _ => Ok(()),
        }
    }
}

/// So many events in any minute, of which some are kept back for what must not wait.
#[derive(Debug)]
pub(super) struct Budget {
    a_minute: usize,
    kept_back: usize,
    spent: VecDeque<Instant>,
}

impl Budget {
    const MINUTE: Duration = Duration::from_secs(60);

    pub(super) fn new(a_minute: usize, kept_back: usize) -> Self {
        Self { a_minute, kept_back, spent: VecDeque::new() }
    }

    /// Spends one event on what must not wait: the channel may refuse it, we do not.
    pub(super) fn spend(&mut self, now: Instant) {
        self.forget(now);
        self.spent.push_back(now);
        // What is beyond the budget changes no decision.
        while self.spent.len() > self.a_minute {
            self.spent.pop_front();
        }
    }

    /// Spends one event on what can wait.
    ///
    /// # Errors
    ///
    /// How long to wait: nothing is left but what is kept back.
    pub(super) fn spend_spare(&mut self, now: Instant) -> Result<(), Duration> {
        self.forget(now);
        let over = (self.spent.len() + 1).saturating_sub(self.a_minute.saturating_sub(self.kept_back));
        match over.checked_sub(1).and_then(|index| self.spent.get(index)) {
            Some(spent) => Err((*spent + Self::MINUTE).saturating_duration_since(now)),
            None => {
                self.spent.push_back(now);
                Ok(())
            }
        }
    }

    fn forget(&mut self, now: Instant) {
        while self.spent.front().is_some_and(|spent| now.saturating_duration_since(*spent) >= Self::MINUTE) {
            self.spent.pop_front();
        }
    }
}

/// Whole seconds to ask for, at least one: what waits comes back when there is room, not before.
pub(super) fn seconds(wait: Duration) -> u32 {
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(whole).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_few_messages_go_at_once_and_then_one_an_interval() {
        let now = Instant::now();
        let mut lane = Lane::new(SECOND);
        let at_once = (0..10).take_while(|_| lane.take(4, now).is_ok()).count();
        assert_eq!(at_once, 4);
        assert_eq!(lane.take(4, now), Err(SECOND));
        assert_eq!(lane.take(4, now + SECOND), Ok(()));
        assert_eq!(lane.take(4, now + SECOND), Err(SECOND));
        assert_eq!((0..10).take_while(|_| lane.take(4, now + 60 * SECOND).is_ok()).count(), 4, "rest is not saved up");
    }

    #[test]
    fn what_must_not_wait_passes_a_full_lane_and_the_others_wait_the_longer() {
        let now = Instant::now();
        let mut lane = Lane::new(SECOND);
        while lane.take(4, now).is_ok() {}
        assert_eq!(lane.push(now), Ok(()));
        assert_eq!(lane.take(4, now), Err(2 * SECOND));
    }

    #[test]
    fn what_the_other_side_asks_for_holds_everything_until_it_is_over() {
        let now = Instant::now();
        let mut lane = Lane::new(SECOND);
        lane.hold(30 * SECOND, now);
        lane.hold(5 * SECOND, now);
        assert_eq!(lane.take(4, now), Err(30 * SECOND));
        assert_eq!(lane.push(now + 10 * SECOND), Err(20 * SECOND));
        assert_eq!(lane.push(now + 30 * SECOND), Ok(()));
    }

    #[test]
    fn a_budget_keeps_some_back_for_what_must_not_wait() {
        let now = Instant::now();
        let mut budget = Budget::new(120, 40);
        let spare = (0..200).take_while(|_| budget.spend_spare(now).is_ok()).count();
        assert_eq!(spare, 80);
        for _ in 0..200 {
            budget.spend(now);
        }
        assert_eq!(budget.spend_spare(now + 59 * SECOND), Err(SECOND));
        assert_eq!(budget.spend_spare(now + 60 * SECOND), Ok(()));
    }

    #[test]
    fn the_wait_is_until_enough_of_the_budget_is_back() {
        let now = Instant::now();
        let mut budget = Budget::new(3, 1);
        budget.spend(now);
        budget.spend(now + 10 * SECOND);
        budget.spend(now + 20 * SECOND);
        // Two may be spent on what can wait: that is so once the first two of three are forgotten.
        assert_eq!(budget.spend_spare(now + 20 * SECOND), Err(50 * SECOND));
    }

    #[test]
    fn a_part_of_a_second_is_a_second() {
        assert_eq!(seconds(Duration::from_millis(1)), 1);
        assert_eq!(seconds(Duration::from_millis(1001)), 2);
        assert_eq!(seconds(Duration::ZERO), 1);
    }
}
