//! When what the tasks read at their start last changed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// When a secret last changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretChange {
    /// The secret's name.
    pub name: String,
    /// When its value last changed; never, for one that was only made.
    pub changed_at: Timestamp,
}
