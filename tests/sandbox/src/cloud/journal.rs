//! The record of the API calls that were served.

use jiff::Timestamp;
use serde::Serialize;

/// One API call.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// When it arrived.
    pub at: Timestamp,
    /// The access key id that signed it.
    pub caller: String,
    /// The IAM action, such as `ecs:UpdateService`.
    pub action: String,
    /// What it was about: an ARN or a name, empty when the call names nothing.
    pub target: String,
    /// `ok`, or the error code.
    pub outcome: String,
    /// Whether the action changes anything.
    pub is_write: bool,
}
