//! Whether datapoints make an alarm (CloudWatch User Guide, "Alarm evaluation" and "Configuring how CloudWatch alarms
//! treat missing data", whose two tables are the tests below).

use super::config::{Comparison, MetricConfig, MissingData};

/// What an alarm's datapoints are held against.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// N: how many of the most recent datapoints count.
    pub(super) periods: usize,
    /// M: how many of them must breach.
    pub(super) datapoints: usize,
    pub(super) comparison: Comparison,
    pub(super) threshold: f64,
    pub(super) missing: MissingData,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Alarm,
    Ok,
    InsufficientData,
    /// The state stays what it is.
    Retain,
}

/// A verdict and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    /// Positions, oldest first, of the real datapoints that were evaluated.
    pub(super) evaluated: Vec<usize>,
    /// How many missing datapoints were filled in.
    pub(super) filled: usize,
}

impl Rule {
    pub(super) fn of(config: &MetricConfig) -> Rule {
        let periods = config.evaluation_periods;
        Rule {
            periods,
            datapoints: config.datapoints_to_alarm.unwrap_or(periods).clamp(1, periods),
            comparison: config.comparison,
            threshold: config.threshold,
            missing: config.missing,
        }
    }

    /// How many datapoints are retrieved. AWS takes more than the evaluation periods and does not say how many; its
    /// examples take two more.
    pub(super) fn evaluation_range(&self) -> usize {
        self.periods + 2
    }

    /// Judges the datapoints of the evaluation range, oldest first.
    pub(super) fn judge(&self, points: &[Option<f64>]) -> Finding {
        let real: Vec<(usize, f64)> =
            points.iter().enumerate().filter_map(|(at, point)| Some((at, (*point)?))).collect();
        if real.len() >= self.periods {
            // Missing datapoints play no part: enough real ones are there.
            let recent = real.iter().skip(real.len() - self.periods);
            return self.counted(recent.copied().collect(), 0);
        }
        let filled = self.periods - real.len();
        match self.missing {
            MissingData::Breaching => self.counted(real, filled),
            MissingData::NotBreaching => self.counted(real, 0).with_filled(filled),
            MissingData::Missing | MissingData::Ignore => self.judged_without(real, filled, points.len()),
        }
    }

    fn is_breached(&self, value: f64) -> bool {
        self.comparison.is_breached(value, self.threshold)
    }

    fn counted(&self, real: Vec<(usize, f64)>, filled_as_breaching: usize) -> Finding {
        let breaching = real.iter().filter(|(_, value)| self.is_breached(*value)).count() + filled_as_breaching;
        let verdict = if breaching >= self.datapoints { Verdict::Alarm } else { Verdict::Ok };
        Finding { verdict, evaluated: real.into_iter().map(|(at, _)| at).collect(), filled: filled_as_breaching }
    }

    /// With too few datapoints and none filled in: `missing` and `ignore`. A breaching datapoint with nothing but
    /// missing ones around makes an alarm only when it is as old as the datapoints to alarm, since a newer one might be
    /// followed by good ones ("Avoiding premature transitions to alarm state"); `ignore` keeps the state even then.
    fn judged_without(&self, real: Vec<(usize, f64)>, filled: usize, range: usize) -> Finding {
        let verdict = match real.first() {
            None if self.missing == MissingData::Missing => Verdict::InsufficientData,
            None => Verdict::Retain,
            Some((oldest, _)) if real.iter().all(|(_, value)| self.is_breached(*value)) => {
                let is_old_enough = range - oldest >= self.datapoints;
                match self.missing {
                    _ if real.len() >= self.datapoints => Verdict::Alarm,
                    MissingData::Missing if is_old_enough => Verdict::Alarm,
                    _ => Verdict::Retain,
                }
            }
            Some(_) => self.counted(real.clone(), 0).verdict,
        };
        Finding { verdict, evaluated: real.into_iter().map(|(at, _)| at).collect(), filled }
    }
}

impl Finding {
    fn with_filled(mut self, filled: usize) -> Finding {
        self.filled = filled;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(datapoints: usize, missing: MissingData, points: &str) -> Verdict {
        let rule = Rule { periods: 3, datapoints, comparison: Comparison::Greater, threshold: 0.5, missing };
        let points: Vec<Option<f64>> = points
            .split(' ')
            .map(|point| match point {
                "X" => Some(1.0),
                "0" => Some(0.0),
                _ => None,
            })
            .collect();
        rule.judge(&points).verdict
    }

    fn row(datapoints: usize, points: &str) -> [Verdict; 4] {
        [MissingData::Missing, MissingData::Ignore, MissingData::Breaching, MissingData::NotBreaching]
            .map(|missing| verdict(datapoints, missing, points))
    }

    use Verdict::{Alarm, InsufficientData, Ok, Retain};

    #[test]
    fn three_of_three_is_judged_as_in_the_first_table_of_the_guide() {
        assert_eq!(row(3, "0 - X - X"), [Ok, Ok, Ok, Ok]);
        assert_eq!(row(3, "0 - - - -"), [Ok, Ok, Ok, Ok]);
        assert_eq!(row(3, "- - - - -"), [InsufficientData, Retain, Alarm, Ok]);
        assert_eq!(row(3, "0 X X - X"), [Alarm, Alarm, Alarm, Alarm]);
        assert_eq!(row(3, "- - X - -"), [Alarm, Retain, Alarm, Ok]);
    }

    #[test]
    fn two_of_three_is_judged_as_in_the_second_table_of_the_guide() {
        assert_eq!(row(2, "0 - X - X"), [Alarm, Alarm, Alarm, Alarm]);
        assert_eq!(row(2, "0 0 X 0 X"), [Alarm, Alarm, Alarm, Alarm]);
        assert_eq!(row(2, "0 - X - -"), [Ok, Ok, Alarm, Ok]);
        assert_eq!(row(2, "- - - - 0"), [Ok, Ok, Alarm, Ok]);
        assert_eq!(row(2, "- - - X -"), [Alarm, Retain, Alarm, Ok]);
    }

    #[test]
    fn one_breaching_datapoint_after_silence_does_not_alarm_at_once() {
        assert_eq!(verdict(3, MissingData::Missing, "- - - - X"), Retain);
        assert_eq!(verdict(3, MissingData::Missing, "- - - X -"), Retain);
        assert_eq!(verdict(3, MissingData::Missing, "- - - X 0"), Ok);
    }
}
