//! The heartbeat: an alarm that the router sets to ALARM, CloudWatch carries over the real path, and the router recognises
//! when it comes back.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::alarm::{Alarm, AlarmState};
use crate::id::{AccountId, Arn, Region};

/// What begins the reason that the alarm is given; the time it was sent follows.
const REASON: &str = "Paramedic's heartbeat of ";
/// How many beats may be missed before the path counts as broken.
const MISSED: i32 = 3;

/// Which alarm is the heartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulse {
    name: String,
    account: Option<AccountId>,
    region: Option<Region>,
}

impl Pulse {
    /// The alarm of that name in the account and region of the alarms topic. An alarm of the same name elsewhere is an alarm
    /// like any other.
    pub fn new(name: &str, alarms_topic: &str) -> Self {
        let topic = Arn::new(alarms_topic);
        Self { name: name.to_owned(), account: topic.account(), region: topic.region() }
    }

    /// The alarm's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is the heartbeat, which opens no incident.
    pub fn is(&self, alarm: &Alarm) -> bool {
        alarm.name == self.name
            && self.account.as_ref() == Some(&alarm.account)
            && self.region.as_ref() == Some(&alarm.region)
    }

    /// How long this beat was on its way. `None` if it is not the heartbeat, no beat (its return to OK), or set by somebody
    /// else, whose reason does not say when. A clock that runs behind makes it zero, not negative.
    pub fn round_trip(&self, alarm: &Alarm, now: Timestamp) -> Option<(Timestamp, SignedDuration)> {
        let beat = self.is(alarm) && alarm.state == AlarmState::Alarm;
        let sent_at = sent_at(&alarm.reason).filter(|_| beat)?;
        Some((sent_at, now.duration_since(sent_at).max(SignedDuration::ZERO)))
    }
}

/// The reason that a beat sent now is given. It holds the time, so that the beat needs no memory on its way.
pub fn reason(now: Timestamp) -> String {
    format!("{REASON}{now}")
}

fn sent_at(reason: &str) -> Option<Timestamp> {
    reason.strip_prefix(REASON)?.parse().ok()
}

/// The record of the newest beat that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it came back.
    pub arrived_at: Timestamp,
    /// What came of the call outside; `None` if there is no address to call.
    pub outside: Option<Outside>,
}

/// What came of the call outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outside {
    /// It was taken.
    Called,
    /// It was not.
    Refused {
        /// Why. Never holds the address: whoever knows it can call it.
        why: String,
    },
}

impl Beat {
    /// How long it was on its way.
    pub fn round_trip(&self) -> SignedDuration {
        self.arrived_at.duration_since(self.sent_at).max(SignedDuration::ZERO)
    }

    /// Whether it is too long ago: more beats should have come since.
    pub fn is_old(&self, every: SignedDuration, now: Timestamp) -> bool {
        now.duration_since(self.arrived_at) > every * MISSED
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::alarm::{Parsed, parse};

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:paramedic-alarms";

    fn now() -> Timestamp {
        "2026-03-01T03:00:00.250Z".parse().unwrap()
    }

    fn beat() -> Alarm {
        let body = include_str!("../../../../tests/fixtures/alarms/sns-metric.json");
        let Ok(Parsed::Alarm(alarm)) = parse(body) else { panic!("the fixture is an alarm") };
        let arn = Arn::new("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:paramedic-heartbeat");
        Alarm {
            name: "paramedic-heartbeat".to_owned(),
            account: arn.account().unwrap(),
            region: arn.region().unwrap(),
            arn,
            state: AlarmState::Alarm,
            reason: reason(now()),
            ..*alarm
        }
    }

    fn pulse() -> Pulse {
        Pulse::new("paramedic-heartbeat", TOPIC)
    }

    #[test]
    fn a_beat_says_itself_how_long_it_was_on_its_way() {
        let arrived = now() + SignedDuration::from_millis(740);
        assert_eq!(pulse().round_trip(&beat(), arrived), Some((now(), SignedDuration::from_millis(740))));
    }

    #[test]
    fn a_clock_that_runs_behind_makes_no_negative_round_trip() {
        let arrived = now() - SignedDuration::from_millis(5);
        assert_eq!(pulse().round_trip(&beat(), arrived), Some((now(), SignedDuration::ZERO)));
    }

    #[test]
    fn its_return_to_ok_is_the_heartbeat_and_no_beat() {
        let back = Alarm { state: AlarmState::Ok, ..beat() };
        assert!(pulse().is(&back));
        assert_eq!(pulse().round_trip(&back, now()), None);
    }

    #[test]
    fn what_somebody_else_set_by_hand_is_the_heartbeat_and_no_beat() {
        for reason in ["testing purposes", "Paramedic's heartbeat of yesterday", ""] {
            let by_hand = Alarm { reason: reason.to_owned(), ..beat() };
            assert!(pulse().is(&by_hand));
            assert_eq!(pulse().round_trip(&by_hand, now()), None, "{reason}");
        }
    }

    #[test]
    fn an_alarm_of_that_name_in_another_account_or_region_is_an_alarm_like_any_other() {
        let elsewhere = Alarm { account: AccountId::from("210987654321"), ..beat() };
        assert!(!pulse().is(&elsewhere));
        let far_away = Alarm { region: Region::from("us-east-1"), ..beat() };
        assert!(!pulse().is(&far_away));
        let other = Alarm { name: "web-P0-cpu".to_owned(), ..beat() };
        assert!(!pulse().is(&other));
    }

    #[test]
    fn the_path_counts_as_broken_after_three_missed_beats() {
        let every = SignedDuration::from_mins(5);
        let beat = Beat { sent_at: now(), arrived_at: now(), outside: None };
        assert!(!beat.is_old(every, now() + SignedDuration::from_mins(15)));
        assert!(beat.is_old(every, now() + SignedDuration::from_mins(16)));
    }
}
