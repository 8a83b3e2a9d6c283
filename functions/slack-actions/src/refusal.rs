//! Why a request led to nothing, and what its sender is answered: as little as possible.

use paramedic_domain::escalation::Failure;
use paramedic_domain::inbound::authorisation::Denied;
use paramedic_domain::inbound::pagerduty::{Ignored, NotAnEvent};
use paramedic_domain::inbound::signature::Unproven;
use paramedic_domain::inbound::slack::NotAClick;

use crate::call::NotACall;

/// Why nothing came of a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// There is nothing at that address.
    #[error("nobody listens at that address")]
    NoSuchDoor,
    #[error(transparent)]
    NotACall(#[from] NotACall),
    #[error(transparent)]
    Unproven(Unproven),
    /// The keys are not readable, so nothing can be proven.
    #[error("the keys cannot be read: {}", .0.why())]
    NoKeys(Failure),
    #[error(transparent)]
    NotAClick(#[from] NotAClick),
    #[error(transparent)]
    NotAnEvent(#[from] NotAnEvent),
    #[error(transparent)]
    Ignored(Ignored),
    /// The same click came before. Slack sends one once, so this is somebody else.
    #[error("the same click came before")]
    Replayed,
    /// The same event came before. PagerDuty sends one until it is answered.
    #[error("the same event came before")]
    Repeated,
    /// Nobody can say whether it came before, and it could have production changed.
    #[error("whether it came before is not known, and it is about a plan")]
    Forgotten,
    #[error("{}", .0.as_str())]
    Denied(Denied),
    /// The router cannot be told.
    #[error("the router could not be told: {}", .0.why())]
    Unheard(Failure),
}

impl Refusal {
    /// The HTTP status. To somebody unproven it says no more than that. What a retry or another click may mend is 503:
    /// PagerDuty sends it again then, and Slack tells the one who clicked. What is settled is 200.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::NoSuchDoor => 404,
            Self::NotACall(NotACall::TooLarge) => 413,
            Self::NotACall(_) | Self::NotAClick(_) | Self::NotAnEvent(_) => 400,
            Self::Unproven(_) | Self::Replayed => 401,
            Self::NoKeys(_) | Self::Forgotten | Self::Unheard(_) => 503,
            Self::Ignored(_) | Self::Repeated | Self::Denied(_) => 200,
        }
    }

    /// Whether something of ours failed, rather than of the sender's.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self, Self::NoKeys(_) | Self::Forgotten | Self::Unheard(_))
    }

    /// What the one who clicked is told, where it is worth a word.
    pub(crate) fn explanation(&self) -> Option<String> {
        match self {
            Self::Denied(denied) => Some(denied.to_string()),
            Self::Forgotten => Some(
                "Nothing was done: Paramedic cannot reach its table, and carries out no plan that it might have \
                 carried out already. Acknowledging works. Click again in a while."
                    .to_owned(),
            ),
            Self::Unheard(_) => {
                Some("Nothing was done: Paramedic's router cannot be told at the moment. Click again.".to_owned())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pagerduty_is_never_turned_away_for_what_it_cannot_help() {
        // Three answers of 4xx, and PagerDuty sends nothing for a day.
        assert_eq!(Refusal::Repeated.status(), 200);
        assert_eq!(Refusal::Ignored(Ignored::NoPerson).status(), 200);
    }

    #[test]
    fn whoever_clicked_reads_whether_to_click_again() {
        let failure = || Failure::Permanent { why: "arn:aws:sns:eu-west-1:123456789012:incidents".to_owned() };
        for refusal in [Refusal::Forgotten, Refusal::Unheard(failure())] {
            let text = refusal.explanation().unwrap_or_default();
            assert!(text.starts_with("Nothing was done") && text.contains("Click again"), "{text}");
            assert!(!text.contains("arn:aws"), "what is ours stays in the log: {text}");
        }
    }
}
