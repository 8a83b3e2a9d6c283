//! When a step of an escalation policy would notify nobody, because nobody is on call.

use jiff::{SignedDuration, Timestamp};

use super::{Cover, Gap};
use crate::config::Config;
use crate::escalation::{Step, Target};
use crate::id::RotationName;
use crate::oncall::Override;

/// How far is looked ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Cover {
    /// The steps of all policies that notify nobody but who is on call, each with its gaps within the next thirty days. A
    /// rotation by itself may well have gaps: others of the same step relieve it, as when they follow the sun.
    pub fn of(config: &Config, overrides: &[Override], now: Timestamp) -> Vec<Self> {
        let roster = config.roster(overrides.to_vec());
        let mut covers: Vec<Self> = Vec::new();
        let policies = config.policies.values();
        for step in policies.flat_map(|policy| [&policy.p0, &policy.p1, &policy.p2]).flat_map(|ladder| &ladder.steps) {
            let rotations = on_call_only(step);
            let names: Vec<&str> = rotations.iter().map(RotationName::as_str).collect();
            let rotation = names.join(" and ");
            if rotations.is_empty() || covers.iter().any(|cover| cover.rotation == rotation) {
                continue;
            }
            let gaps = roster.uncovered(&rotations, now, now + AHEAD);
            covers.push(Self { rotation, gaps: gaps.into_iter().map(|(from, until)| Gap { from, until }).collect() });
        }
        covers
    }
}

/// The rotations of a step that wakes nobody else. Slack, mail and webhooks wake nobody.
fn on_call_only(step: &Step) -> Vec<RotationName> {
    let wakes = |target: &Target| matches!(target, Target::PagerDuty | Target::Pages | Target::Person(_));
    if step.notify.iter().any(wakes) {
        return Vec::new();
    }
    let rotations = step.notify.iter().filter_map(|target| match target {
        Target::OnCall(rotation) => Some(rotation.clone()),
        _ => None,
    });
    rotations.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T03:00:00Z".parse().unwrap()
    }

    fn covers(steps: &str) -> Vec<Cover> {
        let text = format!(
            r#"
            version = 1
            [[person]]
            name = "ada"
            [[rotation]]
            name = "day"
            people = ["ada"]
            shift = "weekly"
            handover = "mon 09:00"
            starts = 2026-01-05
            time_zone = "UTC"
            hours = ["mon-sun 08:00-20:00"]
            [[rotation]]
            name = "night"
            people = ["ada"]
            shift = "weekly"
            handover = "mon 09:00"
            starts = 2026-01-05
            time_zone = "UTC"
            hours = ["mon-sun 20:00-08:00"]
            [[policy]]
            name = "default"
            [policy.p0]
            {steps}
            "#
        );
        Cover::of(&Config::parse(&text, "paramedic.toml").unwrap(), &[], now())
    }

    #[test]
    fn rotations_that_relieve_each_other_have_no_gap() {
        let covers = covers("[[policy.p0.step]]\nnotify = [\"oncall:day\", \"oncall:night\"]\nwait = \"10m\"");
        assert_eq!(covers, [Cover { rotation: "day and night".to_owned(), gaps: Vec::new() }]);
    }

    #[test]
    fn a_rotation_for_the_day_alone_has_a_gap_every_night() {
        let covers = covers("[[policy.p0.step]]\nnotify = [\"oncall:day\", \"mail\"]\nwait = \"10m\"");
        let gaps = &covers.first().unwrap().gaps;
        assert_eq!(gaps.len(), 31);
        assert_eq!(gaps.first().unwrap().from, now());
    }

    #[test]
    fn a_step_that_also_wakes_somebody_else_has_no_gap() {
        assert_eq!(covers("[[policy.p0.step]]\nnotify = [\"oncall:day\", \"pages\"]\nwait = \"10m\""), []);
    }
}
