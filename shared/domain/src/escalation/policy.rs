//! Escalation policies: who is notified first, how long that is waited for, and who is notified then.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Channel, Target};
use crate::id::{PersonName, PolicyName, RotationName};
use crate::severity::Severity;

/// How an incident climbs until somebody takes it, for each severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationPolicy {
    /// Its name; `default` is the one of whatever names none.
    pub name: PolicyName,
    /// For P0.
    pub p0: Ladder,
    /// For P1.
    pub p1: Ladder,
    /// For P2.
    pub p2: Ladder,
}

/// The steps for one severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// At least one.
    pub steps: Vec<Step>,
    /// What comes after the last step.
    pub repeat: Repeat,
    /// How long an acknowledgement holds while an alarm goes on.
    pub ack_expires: SignedDuration,
}

/// One step: these are notified, then it is waited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who is notified.
    pub notify: Vec<Target>,
    /// How long it is waited for an acknowledgement, from when the channels answered.
    pub wait: SignedDuration,
}

/// What comes after the last step of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The first again, and so on until somebody acknowledges.
    UntilAcked,
    /// So many times more; none for a ladder that is gone up once.
    Times(u32),
}

/// How far up its ladder an incident is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Height {
    /// The step, counted from 0.
    pub step: usize,
    /// How often the ladder was begun again.
    pub round: u32,
}

impl Ladder {
    /// The step that follows, if one does.
    pub fn above(&self, height: Height) -> Option<Height> {
        if height.step + 1 < self.steps.len() {
            return Some(Height { step: height.step + 1, ..height });
        }
        let again = match self.repeat {
            Repeat::UntilAcked => true,
            Repeat::Times(times) => height.round < times,
        };
        again.then(|| Height { step: 0, round: height.round.saturating_add(1) })
    }

    /// The step at that height; the last where the ladder was made shorter meanwhile.
    pub fn step(&self, height: Height) -> Option<&Step> {
        self.steps.get(height.step).or(self.steps.last())
    }
}

impl EscalationPolicy {
    /// The name of the policy of whatever names none. Without a table of this name the seed's rule holds.
    pub const DEFAULT: &str = "default";

    /// The seed's rule: P0 pages on-call, P1 goes to Slack, P2 to e-mail. A P0 is paged again until somebody acknowledges.
    pub fn seed() -> Self {
        let once = |target| Ladder {
            steps: vec![Step { notify: vec![target], wait: SignedDuration::from_mins(30) }],
            repeat: Repeat::Times(0),
            ack_expires: SignedDuration::from_hours(4),
        };
        Self {
            name: PolicyName::from(Self::DEFAULT),
            p0: Ladder {
                steps: vec![Step {
                    notify: vec![Target::PagerDuty, Target::Pages, Target::Slack],
                    wait: SignedDuration::from_mins(10),
                }],
                repeat: Repeat::UntilAcked,
                ack_expires: SignedDuration::from_hours(1),
            },
            p1: once(Target::Slack),
            p2: once(Target::Mail),
        }
    }

    /// The steps for this severity.
    pub fn ladder(&self, severity: Severity) -> &Ladder {
        match severity {
            Severity::P0 => &self.p0,
            Severity::P1 => &self.p1,
            Severity::P2 => &self.p2,
        }
    }
}

/// What the targets of a step lead to at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Slack is configured.
    pub slack: bool,
    /// PagerDuty is configured.
    pub pagerduty: bool,
    /// The persons, with their ids on Slack.
    pub persons: BTreeMap<PersonName, Option<String>>,
    /// Who is on call in each rotation; a rotation with nobody on call is missing.
    pub on_call: BTreeMap<RotationName, PersonName>,
}

impl Reach {
    /// The channels that a step takes, each once, in the order of its targets.
    ///
    /// Fails open. A target that leads nowhere (a channel taken out of the configuration, a rotation with nobody on call)
    /// leads to the pages topic for a P0 and to mail for the rest, so that a step never notifies nobody. The first step of a
    /// P0 always takes two channels, of which one needs no secret.
    pub fn channels(&self, step: &Step, severity: Severity, first: bool) -> Vec<Channel> {
        let mut channels = Vec::new();
        let mut add = |channel: Channel| {
            if !channels.contains(&channel) {
                channels.push(channel);
            }
        };
        for target in &step.notify {
            match self.lead(target) {
                found if !found.is_empty() => found.into_iter().for_each(&mut add),
                _ => add(Self::last_resort(severity, target)),
            }
        }
        if severity == Severity::P0 && first {
            if !channels.iter().any(Channel::needs_no_secret) {
                channels.push(Channel::Pages);
            }
            let others = [(self.pagerduty, Channel::PagerDuty), (self.slack, Channel::Slack), (true, Channel::Pages)];
            for (there, channel) in others {
                if channels.len() < 2 && there && !channels.contains(&channel) {
                    channels.push(channel);
                }
            }
            if channels.len() < 2 {
                channels.push(Channel::Mail);
            }
        }
        channels
    }

    fn lead(&self, target: &Target) -> Vec<Channel> {
        match target {
            Target::PagerDuty if self.pagerduty => vec![Channel::PagerDuty],
            Target::Slack if self.slack => vec![Channel::Slack],
            Target::SlackTo(channel) if self.slack => vec![Channel::SlackTo(channel.clone())],
            Target::PagerDuty | Target::Slack | Target::SlackTo(_) => Vec::new(),
            Target::Pages => vec![Channel::Pages],
            Target::Mail => vec![Channel::Mail],
            Target::Webhook(name) => vec![Channel::Webhook(name.clone())],
            Target::Person(name) => self.person(name),
            Target::OnCall(rotation) => self.on_call.get(rotation).map_or_else(Vec::new, |name| self.person(name)),
        }
    }

    fn person(&self, name: &PersonName) -> Vec<Channel> {
        let Some(slack) = self.persons.get(name) else { return Vec::new() };
        let direct = slack.clone().filter(|_| self.slack).map(Channel::SlackTo);
        [Channel::Person(name.clone())].into_iter().chain(direct).collect()
    }

    /// Where a target that leads nowhere leads all the same. A missing PagerDuty or Slack of a P0 leads to the other
    /// channels of the step, which the first step always has.
    fn last_resort(severity: Severity, target: &Target) -> Channel {
        match (severity, target) {
            (Severity::P0, _) | (_, Target::OnCall(_) | Target::Person(_) | Target::PagerDuty) => Channel::Pages,
            _ => Channel::Mail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(slack: bool, pagerduty: bool) -> Reach {
        Reach {
            slack,
            pagerduty,
            persons: BTreeMap::from([
                (PersonName::from("ada"), Some("U1".to_owned())),
                (PersonName::from("bob"), None),
            ]),
            on_call: BTreeMap::from([(RotationName::from("primary"), PersonName::from("ada"))]),
        }
    }

    fn channels(reach: &Reach, severity: Severity, notify: &[&str]) -> Vec<Channel> {
        let notify = notify.iter().map(|text| text.parse().unwrap_or(Target::Mail)).collect();
        reach.channels(&Step { notify, wait: SignedDuration::from_mins(5) }, severity, true)
    }

    #[test]
    fn the_seeds_rule_is_the_default() {
        let seed = EscalationPolicy::seed();
        let first = |severity| reach(true, true).channels(&seed.ladder(severity).steps[0], severity, true);
        assert_eq!(first(Severity::P0), [Channel::PagerDuty, Channel::Pages, Channel::Slack]);
        assert_eq!(first(Severity::P1), [Channel::Slack]);
        assert_eq!(first(Severity::P2), [Channel::Mail]);
    }

    #[test]
    fn without_slack_a_p1_is_mailed() {
        assert_eq!(channels(&reach(false, true), Severity::P1, &["slack"]), [Channel::Mail]);
    }

    #[test]
    fn whoever_is_on_call_is_told_by_telephone_and_on_slack() {
        let ada = [Channel::Person(PersonName::from("ada")), Channel::SlackTo("U1".to_owned())];
        assert_eq!(channels(&reach(true, true), Severity::P1, &["oncall:primary"]), ada);
        assert_eq!(channels(&reach(true, true), Severity::P1, &["person:ada", "oncall:primary"]), ada, "once");
        assert_eq!(channels(&reach(false, true), Severity::P1, &["oncall:primary"]), ada[..1]);
    }

    #[test]
    fn a_rotation_with_nobody_on_call_wakes_whoever_is_subscribed_to_pages() {
        for nobody in ["oncall:secondary", "person:eve"] {
            assert!(channels(&reach(true, true), Severity::P0, &[nobody]).contains(&Channel::Pages), "{nobody}");
            assert_eq!(channels(&reach(true, true), Severity::P1, &[nobody]), [Channel::Pages], "{nobody}");
        }
    }

    #[test]
    fn a_p0_takes_two_channels_of_which_one_needs_no_secret_whatever_its_policy_says() {
        let notifies: [&[&str]; 8] = [
            &[],
            &["pagerduty"],
            &["slack"],
            &["pages"],
            &["mail"],
            &["person:bob"],
            &["webhook:x"],
            &["slack:#a", "slack:#b"],
        ];
        for (slack, pagerduty) in [(true, true), (true, false), (false, true), (false, false)] {
            for notify in notifies {
                let told = channels(&reach(slack, pagerduty), Severity::P0, notify);
                assert!(told.len() >= 2, "{notify:?}: {told:?}");
                assert!(told.iter().any(Channel::needs_no_secret), "{notify:?}: {told:?}");
            }
        }
    }

    #[test]
    fn a_p0_that_lacks_a_channel_is_given_the_first_that_is_there_and_no_third() {
        use Channel::{Mail, PagerDuty, Pages, Slack};
        let db = || Channel::SlackTo("#db".to_owned());
        for (slack, pagerduty, notify, expected) in [
            (true, true, &[][..], [Pages, PagerDuty]),
            (true, false, &[], [Pages, Slack]),
            (false, true, &[], [Pages, PagerDuty]),
            (false, false, &[], [Pages, Mail]),
            (true, true, &["pages"], [Pages, PagerDuty]),
            (true, true, &["mail"], [Mail, PagerDuty]),
            (false, false, &["mail"], [Mail, Pages]),
            (true, true, &["pagerduty"], [PagerDuty, Pages]),
            (false, false, &["pagerduty"], [Pages, Mail]),
            (false, true, &["slack:#db"], [Pages, PagerDuty]),
            (true, true, &["slack:#db"], [db(), Pages]),
            (true, true, &["slack", "mail"], [Slack, Mail]),
        ] {
            let told = channels(&reach(slack, pagerduty), Severity::P0, notify);
            assert_eq!(told, expected, "{notify:?}, Slack {slack}, PagerDuty {pagerduty}");
        }
    }

    #[test]
    fn no_step_tells_nobody() {
        for severity in [Severity::P0, Severity::P1, Severity::P2] {
            for target in ["pagerduty", "slack", "slack:#db", "oncall:nobody", "person:nobody"] {
                assert!(!channels(&reach(false, false), severity, &[target]).is_empty(), "{severity} {target}");
            }
        }
    }

    fn ladder(steps: usize, repeat: Repeat) -> Ladder {
        let step = Step { notify: vec![Target::Mail], wait: SignedDuration::from_mins(1) };
        Ladder { steps: vec![step; steps], repeat, ack_expires: SignedDuration::from_hours(1) }
    }

    #[test]
    fn a_ladder_is_climbed_step_by_step_and_begun_again_as_often_as_it_says() {
        let climb = |ladder: &Ladder| {
            let mut height = Some(Height { step: 0, round: 0 });
            let mut way = Vec::new();
            while let Some(at) = height.filter(|_| way.len() < 7) {
                way.push((at.step, at.round));
                height = ladder.above(at);
            }
            way
        };
        assert_eq!(climb(&ladder(2, Repeat::Times(1))), [(0, 0), (1, 0), (0, 1), (1, 1)]);
        assert_eq!(climb(&ladder(1, Repeat::Times(0))), [(0, 0)]);
        assert_eq!(climb(&ladder(2, Repeat::UntilAcked)).len(), 7);
    }

    #[test]
    fn a_ladder_that_was_made_shorter_still_has_a_step() {
        let short = ladder(1, Repeat::UntilAcked);
        assert_eq!(short.step(Height { step: 5, round: 0 }), short.steps.last());
        assert_eq!(short.above(Height { step: 5, round: 0 }), Some(Height { step: 0, round: 1 }));
    }
}
