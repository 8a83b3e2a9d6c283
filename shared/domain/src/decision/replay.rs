//! What another configuration would have decided.

use serde::Serialize;

use super::{Decision, Kept, decide};
use crate::config::Config;
use crate::guardrail::Ruling;

/// A kept decision beside the one that the present configuration makes of the same case.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed<'a> {
    /// What was decided then.
    pub then: &'a Kept,
    /// What is decided now; `None` where the case was not kept.
    pub now: Option<Decision>,
}

/// How the two compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It would act where it did not.
    WouldAct,
    /// It would neither act nor ask where it did.
    WouldRefuse,
    /// It would ask a person where it refused, or acted without asking.
    WouldAsk,
    /// It would come to the same end in another way: another plan, or other objections.
    Otherwise,
    /// The same.
    Same,
    /// Nobody can tell: the case was not kept.
    Unknown,
}

impl Change {
    /// In words.
    pub fn told(self) -> &'static str {
        match self {
            Self::WouldAct => "now would act",
            Self::WouldRefuse => "now would refuse",
            Self::WouldAsk => "now would ask",
            Self::Otherwise => "otherwise",
            Self::Same => "same",
            Self::Unknown => "cannot be told",
        }
    }
}

/// Decides once more.
pub fn replay<'a>(then: &'a Kept, config: &Config) -> Replayed<'a> {
    Replayed { then, now: then.case.as_deref().map(|case| decide(case, config).bounded()) }
}

impl Replayed<'_> {
    /// How the two compare.
    pub fn change(&self) -> Change {
        let Some(now) = &self.now else { return Change::Unknown };
        let then = &self.then.decision;
        match (&then.ruling, &now.ruling) {
            _ if then == now => Change::Same,
            (Ruling::Proceed, Ruling::Proceed) => Change::Otherwise,
            (_, Ruling::Proceed) => Change::WouldAct,
            (Ruling::Proceed, Ruling::Refuse(_)) => Change::WouldRefuse,
            (Ruling::NeedsApproval(_), Ruling::Refuse(_)) => Change::WouldRefuse,
            (Ruling::Refuse(_) | Ruling::Proceed, Ruling::NeedsApproval(_)) => Change::WouldAsk,
            (Ruling::Refuse(_), Ruling::Refuse(_)) | (Ruling::NeedsApproval(_), Ruling::NeedsApproval(_)) => {
                Change::Otherwise
            }
        }
    }
}
