//! The alarms that ring at the same time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::ServiceName;

/// An alarm in ALARM, of this service or of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ringing {
    /// Its name.
    pub name: String,
    /// The service whose incident it is part of, as far as that is known.
    pub service: Option<ServiceName>,
    /// The metric it watches, if it watches one.
    pub metric: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// What it watches, by the names of its metrics' dimensions; only of a service that is not in the configuration, which is
    /// known by nothing else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
}
