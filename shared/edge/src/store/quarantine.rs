//! What came and was no alarm.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::{Delivery, NotAnAlarm};

use super::item::{self, number, text};
use super::{Store, StoreError};

/// How long a record is kept.
const KEEP: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Writes in flight at once: one event may hold thousands of records.
const AT_ONCE: usize = 8;

impl Store {
    /// Keeps what was no alarm, for thirty days: why, the digest of the whole body and its beginning. The same body on the
    /// same day is the same record, counted.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn quarantine(&self, refused: &[(Delivery, NotAnAlarm)], now: Timestamp) -> Result<(), StoreError> {
        let day = now.to_zoned(TimeZone::UTC).date();
        let writes = refused.iter().map(|(delivery, refused)| self.quarantine_one(delivery, refused, &day, now));
        stream::iter(writes).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn quarantine_one(
        &self,
        delivery: &Delivery,
        refused: &NotAnAlarm,
        day: &jiff::civil::Date,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(item::key(format!("quarantine#{day}"), refused.digest.as_str())))
            .update_expression(
                "SET why = :why, label = :label, excerpt = :excerpt, via = :via, last_at = :now, \
                 first_at = if_not_exists(first_at, :now), expires_at = :expires_at ADD seen :one",
            )
            .expression_attribute_values(":why", text(refused.why.to_string()))
            .expression_attribute_values(":label", text(refused.why.label()))
            .expression_attribute_values(":excerpt", text(refused.excerpt.as_str()))
            .expression_attribute_values(":via", text(format!("{:?}", delivery.via)))
            .expression_attribute_values(":now", text(now.to_string()))
            .expression_attribute_values(":expires_at", item::expiry(now, KEEP))
            .expression_attribute_values(":one", number(1));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(StoreError::of("dynamodb:UpdateItem", &error)),
        }
    }
}
