//! How a metric went: what it is now, what it was in the hour before, since when it is as it is.

use jiff::{SignedDuration, Timestamp};

use super::{Point, Series};

/// How many of the newest points make up "now": one alone may be unfinished.
const NOW_POINTS: usize = 3;
/// A series whose newest point is older than this says nothing of now.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// What is younger than this is not "before".
const BEFORE: SignedDuration = SignedDuration::from_mins(15);
/// With fewer points than this nothing can be called usual.
const ENOUGH_POINTS: usize = 10;

impl Series {
    /// The average of the newest three points, if they are fresh at `now`.
    pub fn lately(&self, now: Timestamp) -> Option<f64> {
        self.latest().filter(|point| now.duration_since(point.at) < FRESH)?;
        let newest: Vec<f64> = self.points().iter().rev().take(NOW_POINTS).map(|point| point.value).collect();
        Some(newest.iter().sum::<f64>() / newest.len() as f64)
    }

    /// The median of the points older than a quarter of an hour: what was usual before, even if some of it was not.
    pub fn before(&self, now: Timestamp) -> Option<f64> {
        let mut values: Vec<f64> = self
            .points()
            .iter()
            .filter(|point| now.duration_since(point.at) >= BEFORE)
            .map(|point| point.value)
            .collect();
        if values.len() < ENOUGH_POINTS {
            return None;
        }
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    /// Since when the values are above `limit` without a break until the newest, if there was a time before that.
    pub fn above_since(&self, limit: f64) -> Option<Timestamp> {
        let above: Vec<&Point> = self.points().iter().rev().take_while(|point| point.value > limit).collect();
        if above.len() == self.points().len() { None } else { above.last().map(|point| point.at) }
    }

    /// How much the value rose from the first quarter of the points to the last, if it rose all the way: each quarter is
    /// above the one before it. A step or a wave is no rise in this sense.
    pub fn steady_rise(&self) -> Option<f64> {
        let points = self.points();
        if points.len() < ENOUGH_POINTS * 2 {
            return None;
        }
        let quarters: Vec<f64> = points
            .chunks(points.len().div_ceil(4))
            .map(|quarter| quarter.iter().map(|point| point.value).sum::<f64>() / quarter.len() as f64)
            .collect();
        let (first, last) = (quarters.first()?, quarters.last()?);
        let whole = last - first;
        let share = |pair: &[f64]| match pair {
            [earlier, later] => (later - earlier) / whole,
            _ => 0.0,
        };
        // Even growth gives each of the three steps a third of the whole.
        let even = quarters.windows(2).all(|pair| (0.1..0.7).contains(&share(pair)));
        (whole > 0.0 && even).then_some(whole)
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::staged::{minutes_ago, now, series};

    #[test]
    fn what_is_usual_is_not_moved_by_the_last_quarter_of_an_hour() {
        let mut values = vec![10.0; 60];
        values.extend([90.0; 15]);
        assert_eq!(series(&values).before(now()), Some(10.0));
        assert_eq!(series(&values).lately(now()), Some(90.0));
        assert_eq!(series(&values).above_since(50.0), Some(minutes_ago(14)));
    }

    #[test]
    fn an_even_growth_is_a_steady_rise_and_a_step_is_none() {
        let growth: Vec<f64> = (0..75).map(f64::from).collect();
        assert!(series(&growth).steady_rise().is_some_and(|rise| rise > 50.0));
        let mut step = vec![40.0; 40];
        step.extend([80.0; 35]);
        assert_eq!(series(&step).steady_rise(), None);
        assert_eq!(series(&[40.0; 75]).steady_rise(), None);
    }

    #[test]
    fn too_few_points_make_nothing_usual() {
        assert_eq!(series(&[1.0; 16]).before(now()), None);
    }
}
