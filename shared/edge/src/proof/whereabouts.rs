//! What the ops stack deployed, as the router's environment has it: the same variables whether the router reads its own or
//! the command line reads them of the deployed function.

use std::collections::{BTreeMap, HashMap};
use std::env;

use aws_sdk_lambda::Client;
use paramedic_domain::id::Arn;
use paramedic_domain::proof::heartbeat::Pulse;
use paramedic_domain::proof::{Role, Topic};

use crate::fault::Fault;

/// Where a stack's things are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// The stack's name.
    pub stack: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The table's name.
    pub table: String,
    /// The topics' ARNs, as far as this stack has them.
    pub topics: BTreeMap<Topic, String>,
    /// The name of the alarm that is the heartbeat.
    pub heartbeat_alarm: Option<String>,
}

/// Why a stack's things were not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhereaboutsError {
    /// There is no such function.
    #[error(
        "there is no function {function}\n  hint: deploy the ops stack (infra-bootstrap up), or name it with --stack-name"
    )]
    NotDeployed {
        /// The function that was looked for.
        function: String,
    },
    /// The function is not one of ours, or of an older release.
    #[error("the function {function} has no {variable}\n  hint: deploy the ops stack again with this release")]
    Older {
        /// The function.
        function: String,
        /// The variable that is missing.
        variable: &'static str,
    },
    /// Lambda did not answer.
    #[error(
        "lambda:GetFunctionConfiguration failed: {why}\n  hint: check the credentials, --region and their permissions"
    )]
    Unread {
        /// Why.
        why: String,
    },
}

const STACK: &str = "PARAMEDIC_STACK";
const TABLE: &str = "PARAMEDIC_TABLE";
const ALARMS: &str = "PARAMEDIC_ALARMS_TOPIC";

impl Whereabouts {
    /// From the function's own environment; `None` outside a stack of this release.
    pub fn from_env() -> Option<Self> {
        Self::of(|name| env::var(name).ok()).ok()
    }

    /// The name of a function of this stack.
    pub fn function(&self, role: Role) -> String {
        format!("{}-{}", self.stack, role.as_str())
    }

    /// The heartbeat of this stack, if it has one.
    pub fn pulse(&self) -> Option<Pulse> {
        Some(Pulse::new(self.heartbeat_alarm.as_deref()?, self.topics.get(&Topic::Alarms)?))
    }

    /// The name of the alarm that a drill sets off.
    pub fn drill_alarm(&self) -> String {
        format!("{}-P0-drill", self.stack)
    }

    /// What it is, in words.
    pub fn words(&self) -> String {
        format!("{} in {} of {}", self.stack, self.region, self.account)
    }

    /// Names the variable that is missing.
    fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self, &'static str> {
        let given = |name: &'static str| variable(name).filter(|value| !value.is_empty());
        let needed = |name: &'static str| given(name).ok_or(name);
        let names = [
            (Topic::Alarms, ALARMS),
            (Topic::Pages, "PARAMEDIC_PAGES_TOPIC"),
            (Topic::Mail, "PARAMEDIC_MAIL_TOPIC"),
            (Topic::People, "PARAMEDIC_PEOPLE_TOPIC"),
            (Topic::Watchdog, "PARAMEDIC_WATCHDOG_TOPIC"),
        ];
        let alarms = Arn::new(needed(ALARMS)?);
        Ok(Self {
            stack: needed(STACK)?,
            partition: alarms.as_str().split(':').nth(1).unwrap_or("aws").to_owned(),
            account: alarms.account().ok_or(ALARMS)?.as_str().to_owned(),
            region: alarms.region().ok_or(ALARMS)?.as_str().to_owned(),
            table: needed(TABLE)?,
            topics: names.into_iter().filter_map(|(topic, name)| Some((topic, given(name)?))).collect(),
            heartbeat_alarm: given("PARAMEDIC_HEARTBEAT_ALARM"),
        })
    }
}

/// What a stack's router has in its environment.
pub(super) async fn of_stack(client: &Client, stack: &str) -> Result<Whereabouts, WhereaboutsError> {
    let function = format!("{stack}-{}", Role::Router.as_str());
    let read = client.get_function_configuration().function_name(&function).send().await;
    let variables: HashMap<String, String> = match read {
        Ok(found) => found.environment.and_then(|environment| environment.variables).unwrap_or_default(),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
            return Err(WhereaboutsError::NotDeployed { function });
        }
        Err(error) => return Err(WhereaboutsError::Unread { why: Fault::of(&error).why }),
    };
    Whereabouts::of(|name| variables.get(name).cloned())
        .map_err(|variable| WhereaboutsError::Older { function, variable })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn staged(name: &str) -> Option<String> {
        match name {
            STACK => Some("paramedic".to_owned()),
            TABLE => Some("paramedic-table".to_owned()),
            "PARAMEDIC_HEARTBEAT_ALARM" => Some("paramedic-heartbeat".to_owned()),
            name if name.ends_with("_TOPIC") => Some(format!("arn:aws:sns:eu-west-1:123456789012:{name}")),
            _ => None,
        }
    }

    #[test]
    fn the_routers_environment_tells_where_everything_is() {
        let place = Whereabouts::of(staged).unwrap();
        assert_eq!(place.words(), "paramedic in eu-west-1 of 123456789012");
        assert_eq!(place.function(Role::Enricher), "paramedic-alert-enricher");
        assert_eq!(place.topics.len(), 5);
        assert_eq!(place.pulse().unwrap().name(), "paramedic-heartbeat");
    }

    #[test]
    fn an_older_release_without_a_watchdog_is_still_found() {
        let older = |name: &str| staged(name).filter(|_| !name.contains("WATCHDOG") && !name.contains("HEARTBEAT"));
        let place = Whereabouts::of(older).unwrap();
        assert!(!place.topics.contains_key(&Topic::Watchdog));
        assert_eq!(place.pulse(), None);
    }

    #[test]
    fn what_is_missing_is_named() {
        for missing in [STACK, TABLE, ALARMS] {
            assert_eq!(Whereabouts::of(|name| staged(name).filter(|_| name != missing)), Err(missing));
        }
    }
}
