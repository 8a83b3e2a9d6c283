//! Whether an alarm that is in ALARM without an incident should have been heard here, and what broke on its way.

use crate::alarm::Alarm;

/// The topics by which an alarm reaches people.
#[derive(Clone, Copy, Debug)]
pub struct Topics<'a> {
    /// The topic that Paramedic listens to.
    pub alarms: &'a str,
    /// The topic that reaches people without Paramedic; its own watchdog uses it.
    pub pages: &'a str,
}

/// What broke on the way of an alarm that nobody delivered; `None` if it was never meant to be heard here.
///
/// Many alarms of an account are nobody's call for help: target tracking keeps alarms that are in ALARM while a service is
/// idle, children of a composite alarm have no action of their own, other teams have topics of their own. An alarm is
/// missed here if it names our topic, or if it watches a configured service and tells nobody at all.
pub fn broken_path(alarm: &Alarm, actions_enabled: bool, configured: bool, topics: Topics<'_>) -> Option<String> {
    let actions = &alarm.actions.alarm;
    let names = |topic: &str| actions.iter().any(|action| action.as_str() == topic);
    if names(topics.pages) {
        return None;
    }
    if names(topics.alarms) {
        return Some(match actions_enabled {
            false => "the alarm's actions are disabled".to_owned(),
            true => format!(
                "its notification to {} never arrived; check the topic's policy and CloudWatch's mute rules",
                topics.alarms
            ),
        });
    }
    (configured && actions.is_empty()).then(|| "the alarm has no action for ALARM".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use super::*;
    use crate::alarm::{Parsed, parse};
    use crate::id::Arn;

    const OURS: &str = "arn:aws:sns:eu-west-1:123456789012:paramedic-alarms";
    const PAGES: &str = "arn:aws:sns:eu-west-1:123456789012:paramedic-pages";
    const THEIRS: &str = "arn:aws:sns:eu-west-1:123456789012:other-team";
    const SCALING: &str =
        "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1:resource/ecs/service/main/web:policyName/cpu";

    fn path(actions: &[&str], enabled: bool, configured: bool) -> Option<String> {
        let body = include_str!("../../../../tests/fixtures/alarms/sns-metric.json");
        let Ok(Parsed::Alarm(mut alarm)) = parse(body) else { panic!("the fixture is an alarm") };
        alarm.actions.alarm = actions.iter().map(|action| Arn::new(*action)).collect();
        broken_path(&alarm, enabled, configured, Topics { alarms: OURS, pages: PAGES })
    }

    #[test]
    fn an_alarm_that_names_our_topic_is_missed_whatever_service_it_is_of() {
        for configured in [true, false] {
            assert!(path(&[OURS], true, configured).is_some_and(|why| why.contains("never arrived")));
            assert_eq!(path(&[OURS], false, configured).as_deref(), Some("the alarm's actions are disabled"));
        }
    }

    #[test]
    fn an_alarm_of_a_configured_service_that_tells_nobody_is_missed() {
        assert_eq!(path(&[], true, true).as_deref(), Some("the alarm has no action for ALARM"));
        assert_eq!(path(&[], true, false), None);
    }

    #[test]
    fn what_serves_scaling_other_teams_or_the_watchdog_is_not_missed() {
        for action in [SCALING, THEIRS, PAGES] {
            assert_eq!(path(&[action], true, true), None, "{action}");
        }
    }
}
