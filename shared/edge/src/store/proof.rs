//! What the doctor finds in the table: the newest heartbeat, and when a periodic job was last done.

use jiff::Timestamp;
use paramedic_domain::proof::heartbeat::Beat;

use super::item::{self, number};
use super::{Store, StoreError};

impl Store {
    /// Keeps a heartbeat that came back, unless a newer one is there: SNS delivers out of order. Says whether it was kept.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn keep_beat(&self, beat: &Beat) -> Result<bool, StoreError> {
        let sent_at = number(beat.sent_at.as_millisecond());
        let mut item = item::with_body(item::key("proof", "heartbeat"), beat, 1)?;
        item.insert("sent_at".to_owned(), sent_at.clone());
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR sent_at <= :sent_at")
            .expression_attribute_values(":sent_at", sent_at);
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(StoreError::of("dynamodb:PutItem", &error)),
        }
    }

    /// The newest heartbeat that came back.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn beat(&self) -> Result<Option<Beat>, StoreError> {
        self.get(item::key("proof", "heartbeat")).await?.map(|item| item::body(&item)).transpose()
    }

    /// When somebody last took the turn for a periodic job.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn turn_taken_at(&self, what: &str) -> Result<Option<Timestamp>, StoreError> {
        let taken = self.get(item::key("turn", what)).await?;
        let millis = taken.as_ref().and_then(|item| item.get("taken_at")?.as_n().ok()?.parse().ok());
        Ok(millis.and_then(|millis| Timestamp::from_millisecond(millis).ok()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::staged::now;
    use crate::stub::{Asked, Reply, Stub, patient};

    async fn store(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> (Stub, Store) {
        let stub = Stub::start(script).await;
        let store = Store::new(aws_sdk_dynamodb::Client::new(&patient(&stub.url)), "table");
        (stub, store)
    }

    fn beat() -> Beat {
        Beat { sent_at: now(), arrived_at: now() + SignedDuration::from_millis(700), outside: None }
    }

    #[tokio::test]
    async fn a_beat_that_was_kept_is_found_again() {
        let (stub, store) = store(|_, _| Reply::json(200, &json!({}))).await;
        assert_eq!(store.keep_beat(&beat()).await, Ok(true));
        let written = stub.asked()[0].json()["Item"].clone();
        let (_stub, store) = self::store(move |_, _| Reply::json(200, &json!({ "Item": written }))).await;
        assert_eq!(store.beat().await, Ok(Some(beat())));
    }

    #[tokio::test]
    async fn an_older_beat_does_not_replace_a_newer_one() {
        let (stub, store) =
            store(|_, _| Reply::refusal(400, "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "no"))
                .await;
        assert_eq!(store.keep_beat(&beat()).await, Ok(false));
        let asked = stub.asked()[0].json();
        assert_eq!(asked["ConditionExpression"], "attribute_not_exists(pk) OR sent_at <= :sent_at");
        assert_eq!(asked["ExpressionAttributeValues"][":sent_at"]["N"], now().as_millisecond().to_string());
    }

    #[tokio::test]
    async fn a_turn_says_when_it_was_taken_and_whether_ever() {
        let taken = now().as_millisecond().to_string();
        let (stub, store) = store(move |_, before| match before {
            0 => Reply::json(200, &json!({ "Item": { "taken_at": { "N": taken } } })),
            _ => Reply::json(200, &json!({})),
        })
        .await;
        assert_eq!(store.turn_taken_at("reconciliation").await, Ok(Some(now())));
        assert_eq!(store.turn_taken_at("reconciliation").await, Ok(None));
        assert_eq!(stub.asked()[0].json()["Key"]["sk"]["S"], "reconciliation");
    }
}
