//! What was heard from outside before: each request once, whichever sandbox of a function it reaches.

use std::time::Duration;

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::inbound::seen::{Heard, Mark};

use super::item::{self, Item, attribute, text};
use super::write::{condition, is_condition};
use super::{Store, StoreError};

/// Somebody waits for an answer, and Slack gives up after three seconds.
const ATTEMPT: Duration = Duration::from_millis(600);
const OPERATION: Duration = Duration::from_millis(1000);

impl Store {
    /// Remembers a request for so long, and says whether it came before; in one call.
    ///
    /// # Errors
    ///
    /// See [`StoreError`]. Nobody can say then whether the request came before.
    pub async fn hear(&self, mark: &Mark, keep: SignedDuration, now: Timestamp) -> Result<Heard, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(seen(mark, keep, now)))
            .condition_expression("attribute_not_exists(pk) OR #released = :true")
            .expression_attribute_names("#released", "released")
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .customize()
            .config_override(hurried());
        match put.send().await {
            Ok(_) => Ok(Heard::First),
            Err(SdkError::ServiceError(answer)) if is_condition(answer.err()) => {
                // A put whose answer was lost is tried again by the SDK and meets itself, known by its time to the
                // nanosecond.
                let stored = condition(answer.into_err());
                let same = stored.as_ref().and_then(|stored| attribute(stored, "heard_at")) == Some(&now.to_string());
                Ok(if same { Heard::First } else { Heard::Again })
            }
            Err(error) => Err(StoreError::of("dynamodb:PutItem", &error)),
        }
    }

    /// Lets a request come again that was heard and could not be passed on.
    ///
    /// # Errors
    ///
    /// See [`StoreError`]. The request stays remembered then.
    pub async fn unhear(&self, mark: &Mark, now: Timestamp) -> Result<(), StoreError> {
        // A put, not a deletion: the one that listens to the outside may put such items and do nothing else to the table.
        let mut item = seen(mark, SignedDuration::ZERO, now);
        item.insert("released".to_owned(), AttributeValue::Bool(true));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        match put.customize().config_override(hurried()).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(StoreError::of("dynamodb:PutItem", &error)),
        }
    }
}

fn seen(mark: &Mark, keep: SignedDuration, now: Timestamp) -> Item {
    let mut item = item::key(format!("seen#{mark}"), "seen");
    item.insert("heard_at".to_owned(), text(now.to_string()));
    item.insert("expires_at".to_owned(), item::expiry(now, keep));
    item
}

fn hurried() -> Builder {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .connect_timeout(ATTEMPT);
    Builder::new().timeout_config(timeouts.build())
}
