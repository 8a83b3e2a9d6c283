//! What to do about a notification that did not go out.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Why a channel did not take a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// It may work later: no answer, 5xx, 429.
    Transient {
        /// What happened.
        why: String,
        /// When the channel said to come back, in seconds.
        retry_after_s: Option<u32>,
    },
    /// It will not work as it is: a refused token, a channel that is gone. Tried on, more and more rarely, since somebody
    /// may mend it.
    Permanent {
        /// What happened.
        why: String,
    },
    /// The channel's secret cannot be read.
    SecretUnavailable {
        /// The secret's name.
        secret: String,
        /// What happened.
        why: String,
    },
}

impl Failure {
    /// What happened.
    pub fn why(&self) -> &str {
        match self {
            Self::Transient { why, .. } | Self::Permanent { why } | Self::SecretUnavailable { why, .. } => why,
        }
    }
}

/// How long to wait before the next attempt, after so many failed ones: what the channel asked for, or 5 s doubling up to
/// 5 minutes. What is permanent waits a minute at least.
pub fn backoff(failure: &Failure, attempts: u32) -> SignedDuration {
    let doubled = SignedDuration::from_secs(5 << attempts.saturating_sub(1).min(6)).min(SignedDuration::from_mins(5));
    match failure {
        Failure::Transient { retry_after_s: Some(asked), .. } => {
            SignedDuration::from_secs(i64::from((*asked).min(900))).max(SignedDuration::from_secs(1))
        }
        Failure::Transient { retry_after_s: None, .. } => doubled,
        Failure::Permanent { .. } | Failure::SecretUnavailable { .. } => doubled.max(SignedDuration::from_mins(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transient(retry_after_s: Option<u32>) -> Failure {
        Failure::Transient { why: "503".to_owned(), retry_after_s }
    }

    #[test]
    fn waits_double_up_to_five_minutes() {
        let waits: Vec<i64> = (1..=9).map(|attempts| backoff(&transient(None), attempts).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    }

    #[test]
    fn what_the_channel_asks_for_is_honoured_within_reason() {
        assert_eq!(backoff(&transient(Some(30)), 1).as_secs(), 30);
        assert_eq!(backoff(&transient(Some(0)), 1).as_secs(), 1);
        assert_eq!(backoff(&transient(Some(86_400)), 1).as_secs(), 900);
    }

    #[test]
    fn what_will_not_work_as_it_is_is_tried_rarely_and_never_given_up() {
        let gone = Failure::Permanent { why: "channel_not_found".to_owned() };
        assert_eq!(backoff(&gone, 1).as_secs(), 60);
        assert_eq!(backoff(&gone, 50).as_secs(), 300);
    }

    #[test]
    fn every_failure_says_what_happened() {
        let why = "what happened".to_owned();
        for failure in [
            Failure::Transient { why: why.clone(), retry_after_s: None },
            Failure::Permanent { why: why.clone() },
            Failure::SecretUnavailable { secret: "paramedic/slack".to_owned(), why: why.clone() },
        ] {
            assert_eq!(failure.why(), why);
        }
    }
}
