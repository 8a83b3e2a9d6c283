//! What the tasks write into their log group.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Log lines of one shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorShape {
    /// The shape: one line with its numbers and ids taken out.
    pub shape: String,
    /// How often it was seen.
    pub count: u32,
    /// How many log streams, and therefore tasks, wrote it.
    pub streams: u32,
    /// How often the stream wrote it that wrote it most often.
    pub most_in_one: u32,
    /// That stream.
    pub busiest: String,
    /// When it was seen last.
    pub last_at: Timestamp,
}
