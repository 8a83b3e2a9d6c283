//! What people order.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{OverrideId, SilenceId};
use crate::oncall::Override;
use crate::silence::Silence;

/// What people change while it runs: what travels from them to the router, as JSON with `event` = `ordered` and with the
/// same word as the message attribute `event`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[expect(clippy::large_enum_variant, reason = "an order is rare and lives for one invocation")]
pub enum Order {
    /// Tell nobody of some alarms for a time.
    AddSilence(Silence),
    /// Tell people again.
    EndSilence {
        /// Which silence.
        id: SilenceId,
        /// Who ends it: data from outside.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// Put somebody on call for a time.
    AddOverride(Override),
    /// Leave it to whose turn it is.
    EndOverride {
        /// Which override.
        id: OverrideId,
        /// Who ends it: data from outside.
        by: String,
        /// When.
        at: Timestamp,
    },
}

impl Order {
    /// The value of the message attribute `event`.
    pub const EVENT: &'static str = "ordered";
}

/// The order beside the word under which it travels. `remote = "Self"` leaves the traits of [`Order`] to be implemented
/// by way of this, and gives it plain functions of the same names to call here.
#[derive(Serialize, Deserialize)]
#[serde(tag = "event", rename = "ordered")]
struct Wire {
    #[serde(with = "Order")]
    order: Order,
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire { order: self.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Wire::deserialize(deserializer).map(|wire| wire.order)
    }
}
