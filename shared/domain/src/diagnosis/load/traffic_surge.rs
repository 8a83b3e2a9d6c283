//! Far more requests come than in the hour before and, where that is known, than at this hour a week before.

use crate::diagnosis::symptoms::{self, failing, requests_times};
use crate::diagnosis::{Cause, Confidence, Finding};
use crate::evidence::{Evidence, Reading};

/// How many times the usual requests are a surge.
const SURGE: f64 = 2.0;
/// A rise against the hour before that goes with a surge that began earlier.
const STILL_MORE: f64 = 1.3;
/// More requests a minute below which nobody is impressed.
const FEW: f64 = 30.0;
/// A share of failed requests in percent with which the rise is mostly clients that try again.
const RETRIES_PERCENT: f64 = 40.0;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    let metrics = evidence.metrics.read()?;
    let now = metrics.requests.lately(evidence.gathered_at)?;
    let before = metrics.requests.before(evidence.gathered_at);
    let by_hour = requests_times(evidence);
    let week = evidence.week_before.read().and_then(|week| week.requests).filter(|week| *week > 0.0);
    let by_week = week.map(|week| now / week);
    let least = [before, week].into_iter().flatten().fold(f64::INFINITY, f64::min);
    if now - least < FEW {
        return None;
    }
    let confidence = match (by_hour, by_week) {
        (Some(hour), Some(week)) if hour >= SURGE && week >= SURGE => Confidence::High,
        (Some(hour), Some(week)) if hour >= STILL_MORE && week >= SURGE => Confidence::Medium,
        // It began before the hour that was read did, or it grows from week to week.
        (Some(_), Some(week)) if week >= SURGE => Confidence::Low,
        // It comes every week.
        (Some(hour), Some(_)) if hour >= SURGE => Confidence::Low,
        (Some(hour), None) if hour >= SURGE => {
            if matches!(evidence.week_before, Reading::Unread { .. }) {
                Confidence::Low
            } else {
                Confidence::Medium
            }
        }
        _ => return None,
    };
    let retries = failing(evidence).is_some_and(|failing| failing >= RETRIES_PERCENT);
    let mut facts = vec![format!("{now:.0} requests come a minute")];
    facts.extend(by_hour.map(|times| format!("that is {times:.1} times the hour before")));
    facts.extend(by_week.map(|times| format!("that is {times:.1} times the same hour a week before")));
    if let (Some(service), Some(scaling)) = (evidence.service.read(), evidence.scaling.read()) {
        facts.push(format!("{} of at most {} tasks are wanted", service.desired, scaling.max));
    }
    facts.extend(symptoms::facts(evidence));
    let confidence = if retries { Confidence::Low } else { confidence };
    Some(Finding { cause: Cause::TrafficSurge, confidence, facts })
}
