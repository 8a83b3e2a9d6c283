//! Writes under compare-and-set.

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

use super::item::{Item, number};
use super::{Store, StoreError};

const TRANSACTION: &str = "dynamodb:TransactWriteItems";

/// Cancellation reasons that mean that somebody was faster ("TransactionCanceledException", Amazon DynamoDB API Reference).
const OVERTAKEN: &[&str] = &["ConditionalCheckFailed", "TransactionConflict"];
/// Cancellation reasons that mean "not now".
const THROTTLED: &[&str] = &["ThrottlingError", "ProvisionedThroughputExceeded"];

/// What came of a conditional write.
pub(super) enum Written {
    Done,
    /// The condition did not hold; what is stored, if the table said it.
    Conflict(Option<Item>),
}

impl Store {
    /// Puts an item if nothing has its key (version 0), or if what has it is at `expected`.
    ///
    /// A write whose answer was lost is tried again by the SDK, and then meets itself. That is no conflict.
    pub(super) async fn put(&self, item: Item, expected: u64) -> Result<Written, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .set_item(Some(item.clone()));
        let put = match expected {
            0 => put.condition_expression("attribute_not_exists(pk)"),
            // `version` is no reserved word of DynamoDB today; the placeholder keeps it that way.
            version => put
                .condition_expression("#version = :read")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", number(version)),
        };
        match put.send().await {
            Ok(_) => Ok(Written::Done),
            Err(SdkError::ServiceError(answer)) if is_condition(answer.err()) => {
                let stored = condition(answer.into_err());
                let same = stored.as_ref().is_some_and(|stored| stored.get("body") == item.get("body"));
                Ok(if same { Written::Done } else { Written::Conflict(stored) })
            }
            Err(error) => Err(StoreError::of("dynamodb:PutItem", &error)),
        }
    }

    /// A put for a transaction: over anything, or under the same condition as [`Store::put`].
    pub(super) fn put_later(&self, item: Item, expected: Option<u64>) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = match expected {
            None => put,
            Some(0) => put.condition_expression("attribute_not_exists(pk)"),
            Some(version) => put
                .condition_expression("#version = :read")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", number(version)),
        };
        Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
    }

    /// A deletion for a transaction, of what is still at `expected`.
    pub(super) fn delete_later(&self, key: Item, expected: u64) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .condition_expression("#version = :read")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":read", number(expected));
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(incomplete)?).build())
    }

    /// Writes all or nothing; false if a condition does not hold. The SDK gives the transaction a token, so that trying it
    /// again after a lost answer does not do it twice.
    pub(super) async fn all_or_nothing(&self, writes: Vec<TransactWriteItem>) -> Result<bool, StoreError> {
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(answer)) if canceled_for(answer.err(), OVERTAKEN) => Ok(false),
            Err(SdkError::ServiceError(answer)) if canceled_for(answer.err(), THROTTLED) => {
                Err(StoreError::Unavailable { call: TRANSACTION, why: answer.err().to_string() })
            }
            Err(error) => Err(StoreError::of(TRANSACTION, &error)),
        }
    }
}

fn incomplete(error: BuildError) -> StoreError {
    StoreError::Refused { call: TRANSACTION, why: error.to_string() }
}

/// Whether a transaction was cancelled for one of these reasons.
fn canceled_for(error: &TransactWriteItemsError, codes: &[&str]) -> bool {
    match error {
        TransactWriteItemsError::TransactionCanceledException(canceled) => {
            canceled.cancellation_reasons().iter().any(|reason| reason.code().is_some_and(|code| codes.contains(&code)))
        }
        _ => false,
    }
}

/// Whether a put was refused because its condition did not hold.
pub(super) fn is_condition(error: &PutItemError) -> bool {
    matches!(error, PutItemError::ConditionalCheckFailedException(_))
}

/// What is stored instead, if the table said it.
pub(super) fn condition(error: PutItemError) -> Option<Item> {
    match error {
        PutItemError::ConditionalCheckFailedException(failed) => failed.item,
        _ => None,
    }
}
