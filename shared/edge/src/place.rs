//! Where a function finds its surroundings: the environment that the ops stack gives it.

use std::env;
use std::path::PathBuf;

use paramedic_domain::config::{Config, ConfigError};

/// An environment variable that is needed and is not usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} {problem}\n  hint: {hint}")]
pub struct EnvError {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with it.
    pub problem: String,
    /// What to do.
    pub hint: &'static str,
}

/// A variable that has to be there and not be empty.
pub(crate) fn given(
    variable: &impl Fn(&str) -> Option<String>,
    name: &'static str,
    hint: &'static str,
) -> Result<String, EnvError> {
    let missing = || EnvError { name, problem: "is not set".to_owned(), hint };
    variable(name).filter(|value| !value.is_empty()).ok_or_else(missing)
}

/// What the ops stack tells a function about its surroundings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The table's name.
    pub table: String,
    /// The ARN of the topic that alarms are published to.
    pub alarms_topic: String,
    /// The ARN of the topic on which the functions talk to each other.
    pub incidents_topic: String,
    /// The ARN of the topic behind SMS and e-mail of the people on call.
    pub pages_topic: String,
    /// The ARN of the topic behind plain e-mail.
    pub mail_topic: String,
    /// The ARN of the topic behind SMS and e-mail of each person by name.
    pub people_topic: String,
    /// The log group that the flight recorder writes into; none in a stack without one.
    pub recorder: Option<String>,
    /// Where the configuration is.
    pub config_path: PathBuf,
}

impl Environment {
    /// Reads `PARAMEDIC_TABLE` and the topics `PARAMEDIC_ALARMS_TOPIC`, `…_INCIDENTS_TOPIC`, `…_PAGES_TOPIC`, `…_MAIL_TOPIC` and
    /// `…_PEOPLE_TOPIC`, and `PARAMEDIC_RECORDER` where there is one. The configuration is `PARAMEDIC_CONFIG`, else `paramedic.toml` in
    /// `LAMBDA_TASK_ROOT`, else in the working directory.
    ///
    /// # Errors
    ///
    /// Names the first variable that is missing.
    pub fn read() -> Result<Self, EnvError> {
        Self::from(|name| env::var(name).ok())
    }

    fn from(variable: impl Fn(&str) -> Option<String>) -> Result<Self, EnvError> {
        let hint = "template.yaml sets it; deploy the ops stack again if somebody edited the function by hand";
        let given = |name| given(&variable, name, hint);
        let config_path = variable("PARAMEDIC_CONFIG").map_or_else(
            || PathBuf::from(variable("LAMBDA_TASK_ROOT").unwrap_or_else(|| ".".to_owned())).join("paramedic.toml"),
            PathBuf::from,
        );
        Ok(Self {
            table: given("PARAMEDIC_TABLE")?,
            alarms_topic: given("PARAMEDIC_ALARMS_TOPIC")?,
            incidents_topic: given("PARAMEDIC_INCIDENTS_TOPIC")?,
            pages_topic: given("PARAMEDIC_PAGES_TOPIC")?,
            mail_topic: given("PARAMEDIC_MAIL_TOPIC")?,
            people_topic: given("PARAMEDIC_PEOPLE_TOPIC")?,
            recorder: variable("PARAMEDIC_RECORDER").filter(|group| !group.is_empty()),
            config_path,
        })
    }
}

/// Why the configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigFileError {
    /// The file is not there, or not readable.
    #[error(
        "{file} cannot be read: {why}\n  hint: package the function with infra-bootstrap, which puts it beside the code"
    )]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        why: String,
    },
    /// It was read and refused.
    #[error(transparent)]
    Refused(#[from] ConfigError),
}

impl Environment {
    /// Reads and checks the configuration beside the function's code.
    ///
    /// # Errors
    ///
    /// Says whether the file is missing, or where in it what is wrong.
    pub fn config(&self) -> Result<Config, ConfigFileError> {
        let file = self.config_path.display().to_string();
        let text = std::fs::read_to_string(&self.config_path)
            .map_err(|error| ConfigFileError::Unreadable { file: file.clone(), why: error.to_string() })?;
        Ok(Config::parse(&text, &file)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn staged(name: &str) -> Option<String> {
        match name {
            "PARAMEDIC_TABLE" => Some("paramedic-table".to_owned()),
            "LAMBDA_TASK_ROOT" => Some("/var/task".to_owned()),
            name if name.ends_with("_TOPIC") => Some(format!("arn:aws:sns:eu-west-1:123456789012:{name}")),
            _ => None,
        }
    }

    #[test]
    fn the_configuration_lies_beside_the_functions_code() {
        let environment = Environment::from(staged).unwrap();
        assert_eq!(environment.config_path, PathBuf::from("/var/task/paramedic.toml"));
        assert_eq!(environment.table, "paramedic-table");
    }

    #[test]
    fn another_configuration_can_be_named() {
        let elsewhere = |name: &str| match name {
            "PARAMEDIC_CONFIG" => Some("/etc/paramedic.toml".to_owned()),
            name => staged(name),
        };
        assert_eq!(Environment::from(elsewhere).unwrap().config_path, PathBuf::from("/etc/paramedic.toml"));
    }

    #[test]
    fn a_stack_without_a_flight_recorder_is_a_place_like_any_other() {
        assert_eq!(Environment::from(staged).unwrap().recorder, None);
        let recording = |name: &str| match name {
            "PARAMEDIC_RECORDER" => Some("/aws/events/paramedic-recorder".to_owned()),
            name => staged(name),
        };
        assert_eq!(Environment::from(recording).unwrap().recorder.as_deref(), Some("/aws/events/paramedic-recorder"));
    }

    #[test]
    fn a_missing_or_empty_variable_is_named_with_a_hint() {
        let without = |name: &str| match name {
            "PARAMEDIC_PAGES_TOPIC" => Some(String::new()),
            name => staged(name),
        };
        let error = Environment::from(without).unwrap_err();
        assert_eq!(error.name, "PARAMEDIC_PAGES_TOPIC");
        assert!(error.to_string().contains("hint: template.yaml sets it"));
    }
}
