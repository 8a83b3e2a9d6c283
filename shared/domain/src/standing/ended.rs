//! An end before the time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Somebody ended a silence or an override before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Who: data from outside.
    pub by: String,
    /// When.
    pub at: Timestamp,
}
