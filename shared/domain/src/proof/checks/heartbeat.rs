//! Whether the heartbeat comes back, and who notices when it does not.

use jiff::Timestamp;

use super::super::finding::Says;
use super::super::heartbeat::Outside;
use super::super::readings::Topic;
use super::super::report::lasting;
use super::super::{Expected, Readings};
use crate::alarm::text;
use crate::evidence::Reading;

/// A heartbeat came back not long ago: an alarm reached the router, all the way from CloudWatch.
pub(super) fn comes_back(expected: &Expected, readings: &Readings, now: Timestamp) -> Says {
    if expected.heartbeat_alarm.is_none() {
        return Says::skip("the ops stack has no heartbeat alarm");
    }
    match &readings.beat {
        Reading::Unread { why } => Says::unread("the last heartbeat", why),
        Reading::NotConfigured => Says::skip("the ops stack is not deployed"),
        Reading::Read(None) => {
            Says::unproven("no heartbeat has come back yet", "wait for the first one, some five minutes")
        }
        Reading::Read(Some(beat)) => {
            let ago = lasting(now.duration_since(beat.arrived_at));
            let told = format!("the last one came back {ago} ago, after {} ms", beat.round_trip().as_millis());
            if beat.is_old(expected.beat_every, now) {
                let hint = "see the other findings; if there are none, read the router's log and the alarm's history";
                Says::fail(told, hint)
            } else {
                Says::pass(told)
            }
        }
    }
}

/// An alarm on the round trip tells the watchdog topic.
pub(super) fn watched(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let alarms = match &readings.alarms {
        Reading::Read(alarms) => alarms,
        Reading::NotConfigured => return Says::skip("there are no alarms to look at"),
        Reading::Unread { why } => return Says::unread("the alarms", why),
    };
    let Some(topic) = readings.topics.get(&Topic::Watchdog).and_then(Reading::read) else {
        return Says::unproven("the watchdog topic is not known", "deploy the ops stack again");
    };
    let watch = alarms.iter().filter(|alarm| {
        alarm.watches.iter().any(|(namespace, metric, _)| namespace == "Paramedic" && metric == "HeartbeatRoundTrip")
    });
    match watch.clone().find(|alarm| alarm.tells(&topic.arn)) {
        Some(alarm) => Says::pass(format!("{} tells the watchdog topic", text::escaped(&alarm.name, 255))),
        None => {
            let hint = "deploy the ops stack again; its HeartbeatMissingAlarm does this while the tick is enabled";
            let mut silent =
                watch.map(|alarm| format!("{} does not tell the watchdog topic", text::escaped(&alarm.name, 255)));
            Says::fail(silent.next_back().unwrap_or_else(|| "no alarm watches the heartbeat".to_owned()), hint)
        }
    }
}

/// Somebody outside is called at every beat.
pub(super) fn outside(expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    if !expected.beats_outside {
        return Says::unproven(
            "nobody outside this account would notice that all of it is gone",
            "give [heartbeat] a secret with the address of a dead man's switch, such as Healthchecks or Dead Man's Snitch",
        );
    }
    match readings.beat.read().and_then(Option::as_ref).map(|beat| &beat.outside) {
        Some(Some(Outside::Called)) => Says::pass("the address outside took the last heartbeat"),
        Some(Some(Outside::Refused { why })) => Says::fail(
            format!("the address outside did not take the last heartbeat: {}", text::escaped(why, 200)),
            "correct the url in the secret that [heartbeat] names; it must be https",
        ),
        Some(None) | None => {
            Says::unproven("the address outside was not called yet", "wait for the next heartbeat, some five minutes")
        }
    }
}
