//! What a function answers after a batch: which messages must come again.

use serde_json::{Value, json};

/// Something that came by itself could not be finished. Whoever invoked the function has to try again as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was delivered without a queue could not be finished and must come again")]
pub struct Unfinished;

/// The answer of a function that could not finish these deliveries, each known by its message's id where it came from a
/// queue. Queues keep what the answer names and delete the rest (`ReportBatchItemFailures`, "Using Lambda with Amazon
/// SQS", AWS Lambda Developer Guide).
///
/// # Errors
///
/// One of them came without a queue: nothing but an error brings that again.
pub fn answer(again: Vec<Option<String>>) -> Result<Value, Unfinished> {
    let named: Option<Vec<Value>> = again.into_iter().map(|id| id.map(|id| json!({ "itemIdentifier": id }))).collect();
    Ok(json!({ "batchItemFailures": named.ok_or(Unfinished)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_failed_comes_again() {
        assert_eq!(answer(vec![]), Ok(json!({ "batchItemFailures": [] })));
        let one = answer(vec![Some("m-2".to_owned())]);
        assert_eq!(one, Ok(json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }] })));
    }

    #[test]
    fn what_came_without_a_queue_fails_as_a_whole() {
        assert_eq!(answer(vec![Some("m-1".to_owned()), None]), Err(Unfinished));
    }
}
