//! What the incident machine goes by: the configuration and the standing orders, as they are at a moment.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Incident;
use crate::config::Config;
use crate::escalation::{EscalationPolicy, Ladder, Reach};
use crate::id::PolicyName;
use crate::silence::Silence;
use crate::standing::Standing;

/// How long an explanation is on its way besides the reading: two queues, and a function that may have to start.
const ON_THE_WAY: SignedDuration = SignedDuration::from_secs(12);

/// What the machine needs to know of the configuration and of what people ordered.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whom targets lead to.
    pub reach: Reach,
    /// The escalation policies by name; whatever names none, or one that is gone, takes the default.
    pub escalation: BTreeMap<PolicyName, EscalationPolicy>,
    /// The default escalation policy.
    pub default: EscalationPolicy,
    /// The silences, those that are over included.
    pub silences: Vec<Silence>,
    /// How long after its end an incident is opened again rather than followed by a new one.
    pub reopen_within: SignedDuration,
    /// How long to wait for the first time before looking again at what is not explained with certainty.
    pub look_again_after: SignedDuration,
    /// How long the mail of a P2, which cannot be changed once it is sent, waits for its explanation.
    pub explained_within: SignedDuration,
    /// Three times up and down within this long is flapping.
    pub flapping_within: SignedDuration,
}

impl Policy {
    /// The policy that holds now: what the configuration says, and what people ordered meanwhile.
    pub fn of(config: &Config, standing: &Standing, now: Timestamp) -> Self {
        let roster = config.roster(standing.overrides.clone());
        let on_call = config.rotations.iter().filter_map(|rotation| {
            let person = roster.on_call(&rotation.name, now).person?;
            Some((rotation.name.clone(), person))
        });
        let persons = config.persons.iter().map(|person| (person.name.clone(), person.slack.clone()));
        let default = config.policies.get(&PolicyName::from(EscalationPolicy::DEFAULT)).cloned();
        Self {
            reach: Reach {
                slack: config.slack.is_some(),
                pagerduty: config.pagerduty.is_some(),
                persons: persons.collect(),
                on_call: on_call.collect(),
            },
            escalation: config.policies.clone(),
            default: default.unwrap_or_else(EscalationPolicy::seed),
            silences: config.maintenance.iter().chain(&standing.silences).cloned().collect(),
            reopen_within: config.timing.reopen_within,
            look_again_after: config.timing.look_again_after,
            explained_within: config.timing.evidence_deadline + ON_THE_WAY,
            flapping_within: config.timing.flapping_within,
        }
    }

    /// The same, for when nobody can be asked for an explanation: nothing waits for one.
    #[must_use]
    pub fn without_explanations(self) -> Self {
        Self { explained_within: SignedDuration::ZERO, ..self }
    }

    /// The ladder of an incident as it is.
    pub fn ladder(&self, incident: &Incident) -> &Ladder {
        let named = incident.route.policy.as_ref().and_then(|name| self.escalation.get(name));
        named.unwrap_or(&self.default).ladder(incident.severity)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::id::{PersonName, RotationName};

    const CONFIG: &str = r##"
version = 1
[slack]
secret = "paramedic/slack"
channel = "#ops"
[[person]]
name = "ada"
slack = "U0ADA"
[[person]]
name = "bob"
[[rotation]]
name = "primary"
people = ["ada"]
shift = "daily"
handover = "09:00"
starts = "2026-01-05"
time_zone = "UTC"
"##;

    #[test]
    fn the_policy_is_what_the_configuration_says_of_people_and_channels_at_that_moment() {
        let config = Config::parse(CONFIG, "paramedic.toml").unwrap();
        let policy = Policy::of(&config, &Standing::default(), "2026-03-01T03:00:00Z".parse().unwrap());
        let persons = [(PersonName::from("ada"), Some("U0ADA".to_owned())), (PersonName::from("bob"), None)];
        let on_call = [(RotationName::from("primary"), PersonName::from("ada"))];
        let reach = Reach { slack: true, pagerduty: false, persons: persons.into(), on_call: on_call.into() };
        assert_eq!(policy.reach, reach);
        assert_eq!(policy.default, EscalationPolicy::seed());
        let timing = (policy.reopen_within, policy.look_again_after, policy.flapping_within);
        assert_eq!(
            timing,
            (config.timing.reopen_within, config.timing.look_again_after, config.timing.flapping_within)
        );
    }
}
