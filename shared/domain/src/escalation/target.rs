//! Whom a step of an escalation policy notifies.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::id::{PersonName, RotationName, WebhookName};

/// Somebody or something that a step notifies, as it is written in `paramedic.toml`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// `pagerduty`: the configured PagerDuty service.
    PagerDuty,
    /// `pages`: everybody subscribed to the pages topic. Needs no secret.
    Pages,
    /// `mail`: everybody subscribed to the mail topic. Needs no secret.
    Mail,
    /// `slack`: the team's channel.
    Slack,
    /// `slack:#name`, `slack:C0123` or `slack:U0123`: another channel, or a user.
    SlackTo(String),
    /// `person:ada`: by SMS and e-mail, and by Slack if the person has an id there. Needs no secret but for Slack.
    Person(PersonName),
    /// `oncall:primary`: whoever is on call in that rotation at that moment.
    OnCall(RotationName),
    /// `webhook:chatops`: a signed request.
    Webhook(WebhookName),
}

/// The text is no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no target, expected pagerduty, pages, mail, slack, slack:CHANNEL, person:NAME, oncall:ROTATION or webhook:NAME"
)]
pub struct NoTarget(String);

impl FromStr for Target {
    type Err = NoTarget;

    fn from_str(text: &str) -> Result<Self, NoTarget> {
        let named = |name: &str| !name.trim().is_empty() && name.trim() == name;
        match text.split_once(':') {
            None => match text {
                "pagerduty" => Ok(Self::PagerDuty),
                "pages" => Ok(Self::Pages),
                "mail" => Ok(Self::Mail),
                "slack" => Ok(Self::Slack),
                _ => Err(NoTarget(text.to_owned())),
            },
            Some((kind, name)) if named(name) => match kind {
                "slack" => Ok(Self::SlackTo(name.to_owned())),
                "person" => Ok(Self::Person(PersonName::from(name))),
                "oncall" => Ok(Self::OnCall(RotationName::from(name))),
                "webhook" => Ok(Self::Webhook(WebhookName::from(name))),
                _ => Err(NoTarget(text.to_owned())),
            },
            Some(_) => Err(NoTarget(text.to_owned())),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PagerDuty => f.write_str("pagerduty"),
            Self::Pages => f.write_str("pages"),
            Self::Mail => f.write_str("mail"),
            Self::Slack => f.write_str("slack"),
            Self::SlackTo(channel) => write!(f, "slack:{channel}"),
            Self::Person(name) => write!(f, "person:{name}"),
            Self::OnCall(rotation) => write!(f, "oncall:{rotation}"),
            Self::Webhook(name) => write!(f, "webhook:{name}"),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_target_is_read_as_it_is_written() {
        for text in [
            "pagerduty",
            "pages",
            "mail",
            "slack",
            "slack:#db",
            "slack:U01",
            "person:ada",
            "oncall:primary",
            "webhook:x",
        ] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_target_is_refused_with_what_is_one() {
        for text in ["", "sms", "person:", "person: ada", "slack:", "phone:+15550100"] {
            let why = text.parse::<Target>().unwrap_err().to_string();
            assert!(why.contains("oncall:ROTATION"), "{why}");
        }
    }
}
