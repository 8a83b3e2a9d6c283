//! One invocation: sort what came, carry each service's share into its incident, quarantine the rest.

use futures::StreamExt;
use jiff::Timestamp;
use lambda_runtime::Error;
use paramedic_domain::alarm::envelope;
use serde_json::{Value, json};

use crate::{Desk, carry, intake, quarantine, tick};

/// How many services are worked on at the same time.
const AT_ONCE: usize = 16;

/// Handles one event of any shape. For a batch from a queue the answer names the messages that must come again; anything
/// else that cannot be finished is an error, so that whoever invoked the function tries again.
///
/// # Errors
///
/// Fails if something that came by itself, without a queue, must be delivered again.
pub async fn handle(desk: &Desk, event: &[u8]) -> Result<Value, Error> {
    let now = Timestamp::now();
    let intake = intake::sort(envelope::open(event), &desk.config);
    let mut again: Vec<Option<String>> = Vec::new();

    let shares = futures::stream::iter(&intake.shares).map(|(service, share)| async move {
        match carry::carry(desk, service, &share.events).await {
            Ok(()) => Vec::new(),
            Err(error) => {
                tracing::error!(%service, error = %error, "the incident could not be written; people were told without it");
                share.deliveries.clone()
            }
        }
    });
    again.extend(shares.buffer_unordered(AT_ONCE).concat().await);

    if !intake.refused.is_empty() {
        again.extend(quarantine::keep(desk, &intake.refused, now).await);
    }
    if intake.ticked {
        tick::tick(desk, now).await?;
    }
    answer(again)
}

/// Queues get the list of what must come again (`ReportBatchItemFailures`, "Using Lambda with Amazon SQS", AWS Lambda
/// Developer Guide).
fn answer(again: Vec<Option<String>>) -> Result<Value, Error> {
    if again.iter().any(Option::is_none) {
        return Err("a delivery could not be finished and must come again".into());
    }
    let failures: Vec<Value> = again.into_iter().flatten().map(|id| json!({ "itemIdentifier": id })).collect();
    Ok(json!({ "batchItemFailures": failures }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_what_failed_comes_again() {
        let answer = answer(vec![Some("m-2".to_owned())]).unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }] }));
    }

    #[test]
    fn what_came_without_a_queue_fails_as_a_whole() {
        assert!(answer(vec![Some("m-1".to_owned()), None]).is_err());
    }
}
