//! What comes next for an incident if nobody does anything.

use jiff::Timestamp;
use paramedic_domain::incident::{Incident, Policy};
use paramedic_domain::report::whom;

/// What the ladder of an incident does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// This step, counted from 1, notifies these at that time.
    Step { step: usize, at: Timestamp, whom: Vec<String> },
    /// It begins at the foot of the ladder, when an acknowledgement or a silence ends.
    Again { at: Timestamp },
    /// The channels have not answered yet.
    Awaiting,
    /// Nobody else is notified.
    Nobody,
}

impl Next {
    pub(super) fn of(incident: &Incident, policy: &Policy) -> Self {
        if let Some(at) = incident.silenced.as_ref().map(|silence| silence.until) {
            return Self::Again { at };
        }
        if let Some(at) = incident.ack.as_ref().map(|ack| ack.until) {
            return Self::Again { at };
        }
        let ladder = policy.ladder(incident);
        if let Some((height, at)) = incident.next_step(policy) {
            let channels = ladder.step(height).map(|step| policy.reach.channels(step, incident.severity, false));
            let whom = channels.unwrap_or_default().iter().map(whom).collect();
            return Self::Step { step: height.step + 1, at, whom };
        }
        match &incident.rung {
            Some(rung) if rung.answered_at.is_none() && ladder.above(rung.height).is_some() => Self::Awaiting,
            _ => Self::Nobody,
        }
    }

    pub(super) fn words(&self, told: impl Fn(Timestamp) -> String) -> String {
        match self {
            Self::Step { step, at, whom } => format!("step {step} at {}: {}", told(*at), whom.join(", ")),
            Self::Again { at } => format!("step 1 again at {}, unless it is over", told(*at)),
            Self::Awaiting => "the next step, once the channels have answered".to_owned(),
            Self::Nobody => "nobody else is notified".to_owned(),
        }
    }

    pub(super) fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Step { at, .. } | Self::Again { at } => Some(*at),
            Self::Awaiting | Self::Nobody => None,
        }
    }
}
