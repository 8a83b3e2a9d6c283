//! A maximum of scaling that was raised for the time being, and when it is set back.
//!
//! Setting it back names the former number, so that doing it twice does no more than doing it once: no claim is needed.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Attempt;
use crate::bulletin::Subject;
use crate::config::Timing;
use crate::guardrail::Switch;
use crate::id::{ClusterName, EcsServiceName};

/// How long to wait before looking again whether it can be set back.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// When it is left to people instead.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// A raised maximum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// The incident for which.
    pub subject: Subject,
    /// The service's cluster.
    pub cluster: ClusterName,
    /// The service's name in ECS.
    pub ecs_service: EcsServiceName,
    /// The maximum before.
    pub from: u32,
    /// The maximum for the time being.
    pub to: u32,
    /// When it was raised.
    pub at: Timestamp,
    /// Whether it did not help, so that nothing speaks for keeping it.
    #[serde(default)]
    pub in_vain: bool,
    /// When it was last looked at.
    #[serde(default)]
    pub looked_at: Option<Timestamp>,
}

/// What becomes of a raised maximum now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetBack {
    /// It is set back.
    Now,
    /// It is looked at again later.
    Later {
        /// Why.
        why: String,
    },
    /// It is a person's from now on.
    Never {
        /// Why.
        why: String,
    },
}

impl Raised {
    pub(super) fn by(attempt: &Attempt, from: u32, to: u32, at: Timestamp) -> Self {
        let (cluster, ecs_service) = (attempt.plan.cluster.clone(), attempt.plan.ecs_service.clone());
        Self { subject: attempt.subject.clone(), cluster, ecs_service, from, to, at, in_vain: false, looked_at: None }
    }

    /// When it has to be looked at.
    pub fn due_at(&self, timing: &Timing) -> Timestamp {
        let first = if self.in_vain { self.at } else { self.at + timing.set_back_after };
        self.looked_at.map_or(first, |looked| first.max(looked + AGAIN_AFTER))
    }

    /// Whether it is set back, where so many tasks are wanted and the maximum is this. The desired count is never lowered by it:
    /// Application Auto Scaling scales in what is above a maximum ("RegisterScalableTarget", its API Reference).
    pub fn set_back(&self, desired: u32, maximum: u32, switch: Switch, frozen: bool, now: Timestamp) -> SetBack {
        let why = match () {
            () if maximum == self.from => return SetBack::Never { why: "somebody set it back already".to_owned() },
            () if maximum != self.to => {
                return SetBack::Never { why: format!("somebody set it to {maximum} meanwhile") };
            }
            () if switch != Switch::On => "remedies are switched off".to_owned(),
            () if frozen => "a freeze covers the service".to_owned(),
            () if desired > self.from => format!("{desired} tasks are wanted, more than {} as before", self.from),
            () => return SetBack::Now,
        };
        match now.duration_since(self.at) > GIVE_UP_AFTER {
            true => SetBack::Never { why: format!("{why} for a day") },
            false => SetBack::Later { why },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::diagnosis::staged::{minutes_ago, now};
    use crate::ledger::tests::subject;

    fn raised() -> Raised {
        Raised {
            subject: subject("i"),
            cluster: ClusterName::from("main"),
            ecs_service: EcsServiceName::from("web"),
            from: 6,
            to: 9,
            at: minutes_ago(60),
            in_vain: false,
            looked_at: None,
        }
    }

    #[test]
    fn it_is_looked_at_after_its_time_then_every_minute_and_at_once_if_it_did_not_help() {
        let timing = Timing::default();
        assert_eq!(raised().due_at(&timing), now());
        assert_eq!(Raised { looked_at: Some(now()), ..raised() }.due_at(&timing), now() + AGAIN_AFTER);
        assert_eq!(Raised { in_vain: true, ..raised() }.due_at(&timing), minutes_ago(60));
    }

    #[test]
    fn it_is_set_back_once_no_more_tasks_are_wanted_than_before_and_nobody_changed_it() {
        let back = |desired, maximum| raised().set_back(desired, maximum, Switch::On, false, now());
        assert_eq!(back(6, 9), SetBack::Now);
        assert!(matches!(back(7, 9), SetBack::Later { why } if why == "7 tasks are wanted, more than 6 as before"));
        assert!(matches!(back(4, 12), SetBack::Never { why } if why == "somebody set it to 12 meanwhile"));
        assert!(matches!(back(4, 6), SetBack::Never { .. }));
    }

    #[test]
    fn a_switch_that_is_off_or_unreadable_and_a_freeze_hold_for_setting_back_too() {
        for switch in [Switch::Off, Switch::Unreadable] {
            assert!(matches!(raised().set_back(2, 9, switch, false, now()), SetBack::Later { .. }));
        }
        assert!(matches!(raised().set_back(2, 9, Switch::On, true, now()), SetBack::Later { .. }));
    }

    #[test]
    fn what_cannot_be_set_back_for_a_day_is_left_to_people() {
        let old = Raised { at: minutes_ago(25 * 60), ..raised() };
        assert!(
            matches!(old.set_back(8, 9, Switch::On, false, now()), SetBack::Never { why } if why.ends_with("for a day"))
        );
    }
}
