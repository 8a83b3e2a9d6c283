//! The alarms that ring at the same time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::ServiceName;

/// An alarm in ALARM, of this service or of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ringing {
    /// Its name.
    pub name: String,
    /// The configured service it belongs to, if it belongs to one.
    pub service: Option<ServiceName>,
    /// The metric it watches, if it watches one.
    pub metric: Option<String>,
    /// Since when.
    pub since: Timestamp,
}
