//! Whether alarms are wired to us.

use jiff::Timestamp;

use super::super::readings::{AlarmWiring, Topic};
use super::super::{Expected, Readings, finding::Says};
use crate::alarm::text;
use crate::evidence::Reading;

const HINT: &str = "deploy the watch stack again, or give the alarm the alarms topic as action for ALARM and for OK";

/// Every alarm that is meant for us acts on our topic when it goes off and when it recovers. Meant for us is what names our
/// topic or the router at all, and what belongs to a configured service and tells nobody. Alarms of scaling policies and of
/// other teams are neither.
pub(super) fn actions(expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let alarms = match &readings.alarms {
        Reading::Read(alarms) => alarms,
        Reading::NotConfigured => return Says::skip("there are no alarms to look at"),
        Reading::Unread { why } => return Says::unread("the alarms", why),
    };
    let topic = match readings.topics.get(&Topic::Alarms) {
        Some(Reading::Read(topic)) => topic.arn.as_str(),
        _ => return Says::unproven("the alarms topic is not known", "deploy the ops stack first"),
    };
    let ours: Vec<&AlarmWiring> =
        alarms.iter().filter(|alarm| is_meant_for_us(alarm, topic, &expected.router)).collect();
    if ours.is_empty() {
        let hint = "deploy the watch stacks (infra-bootstrap up --watch), or name the alarms topic in your own alarms";
        return Says::fail("no alarm tells Paramedic anything", hint);
    }
    let problems: Vec<String> = ours.iter().filter_map(|alarm| problem(alarm, topic, expected)).collect();
    Says::all(problems, Vec::new(), format!("{} alarms tell us when they go off and recover", ours.len()), HINT)
}

fn is_meant_for_us(alarm: &AlarmWiring, topic: &str, router: &str) -> bool {
    let names = |action: &String| action == topic || action == router;
    alarm.on_alarm.iter().any(names) || alarm.on_ok.iter().any(names) || (alarm.configured && alarm.on_alarm.is_empty())
}

fn problem(alarm: &AlarmWiring, topic: &str, expected: &Expected) -> Option<String> {
    let names = |actions: &[String]| actions.iter().any(|action| action == topic);
    // The heartbeat says all it has to say by going off.
    let returns = names(&alarm.on_ok) || expected.heartbeat_alarm.as_deref() == Some(alarm.name.as_str());
    let what = match (alarm.actions_enabled, names(&alarm.on_alarm), returns) {
        (false, _, _) => "its actions are disabled",
        (true, false, _) if alarm.on_alarm.is_empty() => "it has no action for ALARM",
        (true, false, _) => "its actions for ALARM do not name the alarms topic",
        (true, true, false) => "its actions for OK do not name the alarms topic, so its recovery is not seen",
        (true, true, true) => return None,
    };
    Some(format!("{}: {what}", text::escaped(&alarm.name, 255)))
}
