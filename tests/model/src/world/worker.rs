//! One invocation of the router, between two of its calls.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use paramedic_domain::incident::{Incident, Notification};

use crate::imprint;

/// One invocation of the router, between two of its calls.
#[derive(Clone, Debug)]
pub(super) enum Worker {
    Idle,
    /// It decided on the incident as it knows it, and is about to write.
    Writing {
        message: Option<usize>,
        work: Work,
        known: Option<Arc<Incident>>,
    },
    /// It wrote, and is about to send what it claimed.
    Sending {
        message: Option<usize>,
        written: Arc<Incident>,
        send: Arc<Vec<Notification>>,
    },
}

/// What a worker applies to the incident.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Work {
    Message(usize),
    Tick,
    /// Which notifications were sent, and whether their channels took them.
    Record(Vec<(u32, bool)>),
}

impl Worker {
    pub(super) fn is_idle(&self) -> bool {
        matches!(self, Self::Idle)
    }

    pub(super) fn message(&self) -> Option<usize> {
        match self {
            Self::Idle => None,
            Self::Writing { message, .. } | Self::Sending { message, .. } => *message,
        }
    }

    /// Whether it is about to send that notification, or to record that it did.
    pub(super) fn holds(&self, id: u32) -> bool {
        match self {
            Self::Sending { send, .. } => send.iter().any(|n| n.id == id),
            Self::Writing { work: Work::Record(sent), .. } => sent.iter().any(|(sent, _)| *sent == id),
            _ => false,
        }
    }

    /// Where it is, as one number; a copy of the incident matters only by whether it is the newest.
    pub(super) fn imprint(&self, row: Option<&Incident>) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        let newest = |known: Option<&Incident>| is_newest(known, row);
        match self {
            Self::Idle => 0_u8.hash(&mut hasher),
            Self::Writing { message, work, known } => {
                (1_u8, message, work, newest(known.as_deref())).hash(&mut hasher);
            }
            Self::Sending { message, written, send } => {
                (2_u8, message, newest(Some(written))).hash(&mut hasher);
                send.iter().for_each(|notification| imprint::notification(notification, &mut hasher));
            }
        }
        hasher.finish()
    }
}

/// Whether a copy of the incident is the stored one, for compare-and-set.
pub(super) fn is_newest(known: Option<&Incident>, row: Option<&Incident>) -> bool {
    known.map(|known| (&known.id, known.version)) == row.map(|row| (&row.id, row.version))
}
