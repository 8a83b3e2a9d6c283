//! Whose turn a periodic job is, where several invocations could do it at once.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use jiff::{SignedDuration, Timestamp};

use super::item::{self, number};
use super::{Store, StoreError};

impl Store {
    /// Whether the caller may do a periodic job now. Of all who ask within `every`, one may. If the answer is lost, nobody
    /// may, until the next time.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn take_turn(&self, what: &str, every: SignedDuration, now: Timestamp) -> Result<bool, StoreError> {
        let before = i128::from(now.as_millisecond()) - every.as_millis();
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(item::key("turn", what)))
            .update_expression("SET taken_at = :now")
            .condition_expression("attribute_not_exists(taken_at) OR taken_at <= :before")
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":before", number(before));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(answer)) if is_condition(answer.err()) => Ok(false),
            Err(error) => Err(StoreError::of("dynamodb:UpdateItem", &error)),
        }
    }
}

fn is_condition(error: &UpdateItemError) -> bool {
    matches!(error, UpdateItemError::ConditionalCheckFailedException(_))
}
