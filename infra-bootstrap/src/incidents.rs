//! The incidents as people ask for them: those that go on, those that are over, one with all that happened, a month.

mod lists;
mod next;
mod one;

use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Config;
use paramedic_domain::id::{IncidentId, ServiceName};
use paramedic_domain::incident::{Incident, Policy};
use paramedic_edge::store::Store;

pub use self::lists::{closed_json, closed_text, open_json, open_text};
pub use self::one::{incident_markup, incident_text};
use crate::deployed::{TableError, table};

/// Which incident somebody means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// The one of this id.
    Incident(IncidentId),
    /// The present one of this service, or the last.
    Service(ServiceName),
}

impl Meant {
    /// Reads what somebody wrote: `inc-` and twelve hexadecimal digits are an id, all else is a service.
    pub fn read(text: &str) -> Self {
        let is_id = text
            .strip_prefix("inc-")
            .is_some_and(|digits| digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if is_id { Self::Incident(IncidentId::from(text)) } else { Self::Service(ServiceName::from(text)) }
    }

    /// What they wrote.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Incident(id) => id.as_str(),
            Self::Service(name) => name.as_str(),
        }
    }

    /// The incident, the present one first.
    pub(crate) async fn find(&self, store: &Store) -> Result<Option<Incident>, TableError> {
        Ok(match self {
            Self::Incident(id) => store.incident(id).await?,
            Self::Service(service) => store.newest_incident(service).await?,
        })
    }
}

/// The incidents that go on, the worst and then the oldest first.
#[derive(Debug, Clone)]
pub struct OpenIncidents {
    /// The incidents.
    pub incidents: Vec<Incident>,
    /// What the router goes by, as far as the configuration is at hand: it tells what comes next.
    pub policy: Option<Policy>,
    /// When that was read.
    pub now: Timestamp,
}

/// Reads the incidents that go on.
///
/// # Errors
/// See [`TableError`].
pub async fn open_incidents(
    sdk: &SdkConfig,
    stack: &str,
    config: Option<&Config>,
    now: Timestamp,
) -> Result<OpenIncidents, TableError> {
    let store = table(sdk, stack).await?;
    let mut incidents = store.present_incidents().await?;
    incidents.retain(Incident::is_open);
    incidents.sort_by_key(|incident| (std::cmp::Reverse(incident.severity), incident.opened_at));
    let policy = match config {
        Some(config) => Some(Policy::of(config, &store.standing_unhurried().await?, now)),
        None => None,
    };
    Ok(OpenIncidents { incidents, policy, now })
}

/// Reads the incidents that were over within that time, newest first.
///
/// # Errors
/// See [`TableError`].
pub async fn closed_incidents(
    sdk: &SdkConfig,
    stack: &str,
    within: SignedDuration,
    now: Timestamp,
) -> Result<Vec<Incident>, TableError> {
    let since = now.checked_sub(within).unwrap_or(Timestamp::MIN);
    Ok(table(sdk, stack).await?.closed_incidents(since).await?)
}

/// All incidents there are on record, for a report of a month. They are kept for 400 days.
///
/// # Errors
/// See [`TableError`].
pub async fn all_incidents(sdk: &SdkConfig, stack: &str) -> Result<Vec<Incident>, TableError> {
    let store = table(sdk, stack).await?;
    // In this order one that ends meanwhile is read twice, and not missed.
    let mut incidents = store.present_incidents().await?;
    incidents.extend(store.closed_incidents(Timestamp::MIN).await?);
    incidents.sort_by(|one, other| one.opened_at.cmp(&other.opened_at).then_with(|| one.id.cmp(&other.id)));
    incidents.dedup_by(|one, other| one.id == other.id);
    Ok(incidents)
}

/// Reads one incident.
///
/// # Errors
/// See [`TableError`]; `None` if there is no such incident.
pub async fn incident(sdk: &SdkConfig, stack: &str, meant: &Meant) -> Result<Option<Incident>, TableError> {
    meant.find(&table(sdk, stack).await?).await
}

#[cfg(test)]
pub(crate) mod tests;
