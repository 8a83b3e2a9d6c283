//! `[[policy]]`: escalation policies as they stand in the file.
//!
//! What a policy leaves out for a severity is as in the seed's rule. `default` is the policy of whatever names none.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Deserialize;
use toml::Spanned;

use super::error::{ConfigError, Place};
use super::timing::duration;
use crate::escalation::{EscalationPolicy, Ladder, Repeat, Step, Target};
use crate::id::PolicyName;

/// The shortest wait between two steps. Time is one tick a minute; the sandbox ticks faster, hence not a minute.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
/// Steps of a ladder at most. More is a mistake, and an incident keeps a record of each.
const STEPS: usize = 20;

/// A `[[policy]]` table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: Spanned<String>,
    p0: Option<LadderEntry>,
    p1: Option<LadderEntry>,
    p2: Option<LadderEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LadderEntry {
    #[serde(rename = "step")]
    steps: Spanned<Vec<StepEntry>>,
    /// How often the ladder is gone up again; left out: until somebody acknowledges.
    repeat: Option<u32>,
    #[serde(default, deserialize_with = "optional_duration")]
    ack_expires: Option<SignedDuration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepEntry {
    notify: Spanned<Vec<Spanned<Target>>>,
    #[serde(deserialize_with = "duration")]
    wait: SignedDuration,
}

fn optional_duration<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<SignedDuration>, D::Error> {
    duration(deserializer).map(Some)
}

/// The policies by name.
pub(super) type Policies = BTreeMap<PolicyName, EscalationPolicy>;

/// Turns the tables into policies; `known` says whether what a target names is configured, and if not what is.
pub(super) fn check(
    entries: Vec<Entry>,
    known: &dyn Fn(&Target) -> Result<(), String>,
    place: &Place<'_>,
) -> Result<Policies, ConfigError> {
    let mut policies = Policies::new();
    for entry in entries {
        let name = PolicyName::new(entry.name.get_ref().as_str());
        if policies.contains_key(&name) {
            return Err(place.at(
                entry.name.span(),
                format!("there are two policies called {name:?}", name = name.as_str()),
                "give each [[policy]] a name of its own".to_owned(),
            ));
        }
        let seed = EscalationPolicy::seed();
        let ladder = |given: Option<LadderEntry>, seed: Ladder| match given {
            None => Ok(seed),
            Some(given) => ladder(given, &seed, known, place),
        };
        let policy = EscalationPolicy {
            name: name.clone(),
            p0: ladder(entry.p0, seed.p0)?,
            p1: ladder(entry.p1, seed.p1)?,
            p2: ladder(entry.p2, seed.p2)?,
        };
        policies.insert(name, policy);
    }
    Ok(policies)
}

fn ladder(
    entry: LadderEntry,
    seed: &Ladder,
    known: &dyn Fn(&Target) -> Result<(), String>,
    place: &Place<'_>,
) -> Result<Ladder, ConfigError> {
    let span = entry.steps.span();
    let steps = entry.steps.into_inner();
    if steps.is_empty() || steps.len() > STEPS {
        return Err(place.at(
            span,
            format!("{} steps are not a ladder", steps.len()),
            format!("give 1 to {STEPS} [[policy.p0.step]] tables"),
        ));
    }
    let mut checked = Vec::with_capacity(steps.len());
    for step in steps {
        let span = step.notify.span();
        if step.wait < SHORTEST {
            return Err(place.at(span, format!("{} is no wait", step.wait), "at least 1s".to_owned()));
        }
        let mut notify = Vec::new();
        for target in step.notify.into_inner() {
            known(target.get_ref()).map_err(|allowed| {
                place.at(target.span(), format!("\"{}\" is not configured", target.get_ref()), allowed)
            })?;
            notify.push(target.into_inner());
        }
        if notify.is_empty() {
            let allowed = "name at least one target, such as \"pages\"".to_owned();
            return Err(place.at(span, "the step notifies nobody".to_owned(), allowed));
        }
        checked.push(Step { notify, wait: step.wait });
    }
    Ok(Ladder {
        steps: checked,
        repeat: entry.repeat.map_or(Repeat::UntilAcked, Repeat::Times),
        ack_expires: entry.ack_expires.unwrap_or(seed.ack_expires),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::config::Config;
    use crate::severity::Severity;

    const PAYMENTS: &str = r#"version = 1

[[policy]]
name = "payments"
[policy.p0]
ack_expires = "20m"
[[policy.p0.step]]
notify = ["pages", "mail"]
wait = "5m"
[[policy.p0.step]]
notify = ["pages"]
wait = "10m"
[policy.p1]
repeat = 2
[[policy.p1.step]]
notify = ["mail"]
wait = "1h"
"#;

    fn refusal(text: &str) -> String {
        Config::parse(text, "paramedic.toml").unwrap_err().to_string()
    }

    #[test]
    fn a_policy_says_whom_after_how_long_and_how_often() {
        let config = Config::parse(PAYMENTS, "paramedic.toml").unwrap();
        let policy = &config.policies[&PolicyName::from("payments")];
        let p0 = policy.ladder(Severity::P0);
        assert_eq!(p0.steps.iter().map(|step| step.wait.as_mins()).collect::<Vec<_>>(), [5, 10]);
        assert_eq!((p0.repeat, p0.ack_expires.as_mins()), (Repeat::UntilAcked, 20));
        assert_eq!(policy.ladder(Severity::P1).repeat, Repeat::Times(2));
        assert_eq!(policy.ladder(Severity::P2), &EscalationPolicy::seed().p2, "what is left out is as in the seed");
    }

    #[test]
    fn a_target_that_is_not_configured_is_refused_where_it_stands() {
        let told = refusal(&PAYMENTS.replace("[\"pages\", \"mail\"]", "[\"pages\", \"person:ada\"]"));
        assert!(told.starts_with("paramedic.toml:8: \"person:ada\" is not configured"), "{told}");
        let told = refusal(&PAYMENTS.replace("[\"pages\", \"mail\"]", "[\"pagerduty\"]"));
        assert!(told.contains("hint: add a [pagerduty] table"), "{told}");
    }

    #[test]
    fn a_ladder_without_steps_or_a_step_without_anybody_is_refused() {
        assert!(refusal("version = 1\n[[policy]]\nname = \"x\"\n[policy.p0]\nstep = []\n").contains("0 steps"));
        assert!(refusal(&PAYMENTS.replace("[\"pages\"]", "[]")).contains("notifies nobody"));
        assert!(refusal(&PAYMENTS.replace("\"5m\"", "\"1ms\"")).contains("hint: at least 1s"));
        assert!(refusal(&PAYMENTS.replace("pages\", \"mail", "sms")).contains("is no target"));
    }

    #[test]
    fn two_policies_of_one_name_are_refused() {
        let twice = format!("{PAYMENTS}[[policy]]\nname = \"payments\"\n");
        assert!(refusal(&twice).contains("there are two policies called \"payments\""));
    }
}
