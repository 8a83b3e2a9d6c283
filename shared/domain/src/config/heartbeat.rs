//! How Paramedic shows that it lives.

use jiff::SignedDuration;
use serde::Deserialize;

use super::timing::duration;

/// The heartbeat: an alarm of Paramedic's own that travels the way of every alarm.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Heartbeat {
    /// How often it beats. The watchdog of `template.yaml` speaks after three silent periods of five minutes, so a longer
    /// time than that makes it speak for nothing.
    #[serde(deserialize_with = "duration")]
    pub every: SignedDuration,
    /// The name of the secret holding `{"url": "https://…"}`: an address outside this account that is called at every beat
    /// and raises the alarm when the calls stop. Without one nobody notices that the whole account is gone.
    pub secret: Option<String>,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { every: SignedDuration::from_mins(5), secret: None }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn it_beats_every_five_minutes_and_calls_nobody_outside_unless_told_to() {
        let heartbeat: Heartbeat = toml::from_str("").unwrap();
        assert_eq!(heartbeat, Heartbeat { every: SignedDuration::from_mins(5), secret: None });
        let heartbeat: Heartbeat = toml::from_str("every = \"10s\"\nsecret = \"paramedic/heartbeat\"").unwrap();
        assert_eq!(heartbeat.every, SignedDuration::from_secs(10));
        assert_eq!(heartbeat.secret.as_deref(), Some("paramedic/heartbeat"));
    }

    #[test]
    fn an_address_has_no_place_in_the_file() {
        assert!(toml::from_str::<Heartbeat>("url = \"https://beats.example.com/1\"").is_err());
    }
}
