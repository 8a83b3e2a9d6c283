//! Since when it goes on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::told;
use crate::config::Service;
use crate::diagnosis::ERRORS_MATTER_PERCENT;
use crate::evidence::{Evidence, Ringing, streak};

/// When it began, and what says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// When.
    pub at: Timestamp,
    /// What says so.
    pub by: Beginning,
}

/// What says when it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    /// The first of the periods in which requests fail without a break until now.
    Requests {
        /// Whether a good period lies before it; else it may have begun earlier than was read.
        seen_to_begin: bool,
    },
    /// The first alarm of the service that rings.
    Alarm {
        /// Its name.
        name: String,
    },
}

/// The beginning: that of the failing requests, else that of the first alarm.
pub(super) fn of(evidence: &Evidence, service: &Service) -> Option<Since> {
    let failing = evidence.metrics.read().and_then(|metrics| streak(&metrics.error_share(), ERRORS_MATTER_PERCENT));
    if let Some(failing) = failing {
        let by = Beginning::Requests { seen_to_begin: failing.seen_to_begin };
        return Some(Since { at: failing.since, by });
    }
    let first = ringing(evidence, service).into_iter().min_by_key(|alarm| alarm.since)?;
    Some(Since { at: first.since, by: Beginning::Alarm { name: told(&first.name) } })
}

/// The alarms of the service that ring.
pub(super) fn ringing<'a>(evidence: &'a Evidence, service: &Service) -> Vec<&'a Ringing> {
    let all = evidence.ringing.read().map_or(&[][..], Vec::as_slice);
    all.iter().filter(|alarm| alarm.service.as_ref() == Some(&service.name)).collect()
}
