//! Who may ask what by a button in Slack.

use super::slack::{Person, UserId};
use crate::config::SlackConfig;
use crate::request::Ask;

/// Why a person may not ask this. Written to that person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Only approvers may let a plan be carried out.
    #[error(
        "Nothing was done: you are not among the `approvers` of paramedic.toml, and only they may let a plan be \
         carried out. Ask one of them, or whoever keeps that file."
    )]
    NotAnApprover,
    /// Responders are named, and this is none.
    #[error(
        "Nothing was done, and paging goes on: you are not among the `responders` of paramedic.toml. Ask one of them, \
         or whoever keeps that file."
    )]
    NotAResponder,
    /// Everybody of the workspace may, and this is somebody from another one.
    #[error(
        "Nothing was done, and paging goes on: you belong to another workspace. Whoever keeps paramedic.toml can name \
         you among its `responders`."
    )]
    Stranger,
}

impl Denied {
    /// The reason in a word, for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAnApprover => "not_an_approver",
            Self::NotAResponder => "not_a_responder",
            Self::Stranger => "stranger",
        }
    }
}

/// Whether this person may ask this.
///
/// To approve takes a name on the list of approvers, whose absence names nobody. All else, a refusal too, lets no change
/// happen: it is for responders, and for approvers anyway. Where no responders are named, everybody of the workspace may;
/// people whom a shared channel brings in from elsewhere have to be named ("Slack Connect", docs.slack.dev).
///
/// # Errors
///
/// Says why not, for the person to read.
pub fn permit(slack: &SlackConfig, person: &Person, ask: &Ask) -> Result<(), Denied> {
    let named = |list: &[UserId]| list.contains(&person.id);
    if named(&slack.approvers) {
        return Ok(());
    }
    match (ask, &slack.responders) {
        (Ask::Approve { .. }, _) => Err(Denied::NotAnApprover),
        (_, Some(responders)) if named(responders) => Ok(()),
        (_, Some(_)) => Err(Denied::NotAResponder),
        (_, None) if person.is_from_elsewhere => Err(Denied::Stranger),
        (_, None) => Ok(()),
    }
}
