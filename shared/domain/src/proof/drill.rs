//! A drill: an alarm that is set off to see whether somebody is woken, and what its incident says of that.

use jiff::Timestamp;

use crate::escalation::{Channel, Kind};
use crate::id::Arn;
use crate::incident::{Incident, Progress};

/// Something that has to happen in a drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The alarm reached the router and has its incident.
    Arrived,
    /// A channel took the page.
    Told(Channel),
    /// A channel did not take it, and is tried again.
    NotTold(Channel, String),
    /// Somebody acknowledged.
    Acked(String),
}

/// How far a drill of that alarm is, which began then; each stage with its time, as far as it has one. What happened in
/// former drills does not count.
pub fn stages(incident: &Incident, alarm: &Arn, began: Timestamp) -> Vec<(Option<Timestamp>, Stage)> {
    let arrived = incident.alarms.get(alarm).filter(|record| record.changed_at >= began);
    let Some(arrived) = arrived else { return Vec::new() };
    let mut stages = vec![(Some(arrived.changed_at), Stage::Arrived)];
    for notification in
        incident.notifications.iter().filter(|notification| matches!(notification.kind, Kind::Page | Kind::Post))
    {
        let channel = notification.channel.clone();
        match (&notification.progress, &notification.last_failure) {
            (Progress::Sent { at }, _) if *at >= began => stages.push((Some(*at), Stage::Told(channel))),
            (Progress::Owed { .. } | Progress::Claimed { .. }, Some(failure)) => {
                stages.push((None, Stage::NotTold(channel, failure.why().to_owned())));
            }
            _ => {}
        }
    }
    if let Some(ack) = incident.ack.as_ref().filter(|ack| ack.at >= began) {
        stages.push((Some(ack.at), Stage::Acked(ack.by.to_string())));
    }
    stages
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::SignedDuration;

    use super::*;
    use crate::alarm::AlarmState;
    use crate::incident::Event;
    use crate::incident::tests::{Play, sighting};
    use crate::request::{Actor, Ask, Request, Via};
    use crate::severity::Severity;

    fn drill(play: &mut Play) -> Arn {
        let at = play.now;
        let sighting = sighting("paramedic-P0-drill", Severity::P0, AlarmState::Alarm, at);
        let alarm = sighting.alarm.clone();
        play.apply(Event::Seen(Box::new(sighting)));
        alarm
    }

    fn kinds(stages: &[(Option<Timestamp>, Stage)]) -> Vec<&Stage> {
        stages.iter().map(|(_, stage)| stage).collect()
    }

    #[test]
    fn a_drill_shows_who_was_told_and_who_answered() {
        let mut play = Play::new();
        let began = play.now;
        let alarm = drill(&mut play);
        play.wait(20);
        let by = Actor { name: "ada".to_owned(), via: Via::PagerDuty };
        let request = Request { ask: Ask::Ack, by, at: play.now };
        play.apply(Event::Asked { incident: None, request });
        let stages = stages(play.incident.as_ref().unwrap(), &alarm, began);
        let told = [Channel::PagerDuty, Channel::Pages, Channel::Slack].map(Stage::Told);
        let all = [&Stage::Arrived, &told[0], &told[1], &told[2], &Stage::Acked("ada (PagerDuty)".to_owned())];
        assert_eq!(kinds(&stages), all);
        assert_eq!(stages.last().unwrap().0, Some(began + SignedDuration::from_secs(20)));
    }

    #[test]
    fn a_channel_that_is_down_is_named_with_its_reason() {
        let mut play = Play::new();
        play.down = vec![Channel::Slack];
        let began = play.now;
        let alarm = drill(&mut play);
        let stages = stages(play.incident.as_ref().unwrap(), &alarm, began);
        assert!(stages.iter().any(|(at, stage)| at.is_none() && matches!(stage, Stage::NotTold(Channel::Slack, _))));
    }

    #[test]
    fn a_former_drill_does_not_count() {
        let mut play = Play::new();
        let alarm = drill(&mut play);
        play.wait(60);
        assert_eq!(stages(play.incident.as_ref().unwrap(), &alarm, play.now), []);
    }
}
