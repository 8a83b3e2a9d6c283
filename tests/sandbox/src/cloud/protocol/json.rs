//! AWS JSON 1.0 and 1.1. Moments are seconds since the epoch with a fraction (Smithy specification, "AWS JSON 1.1").

use super::{Answer, ApiError, ApiResponse, Input, blob};
use crate::cloud::clock::{Moment, TIME};
use serde_json::{Value, json};

/// Reads a request's body; an empty one has no members.
pub(super) fn read(body: &[u8]) -> Result<Input, ApiError> {
    if body.is_empty() {
        return Ok(Input::default());
    }
    serde_json::from_slice(body)
        .map(Input)
        .map_err(|error| ApiError::sender("SerializationException", format!("the body is not JSON: {error}")))
}

/// Writes an answer.
pub(super) fn write(content_type: &str, answer: &Answer) -> ApiResponse {
    let (status, body, headers) = match answer {
        Ok(value) => (200, rendered(value), Vec::new()),
        Err(error) => (
            error.status,
            json!({"__type": error.code, "message": error.message}),
            vec![("x-amzn-errortype".to_owned(), error.code.clone())],
        ),
    };
    let body = body.to_string().into_bytes();
    ApiResponse { status, content_type: content_type.to_owned(), headers, body, hangs: false }
}

fn rendered(value: &Value) -> Value {
    match value {
        Value::Object(_) if blob::text(value).is_some() => json!(blob::text(value)),
        Value::Object(map) => match map.get(TIME).and_then(Value::as_i64) {
            Some(millis) => json!(Moment::from_millis(millis).seconds()),
            None => Value::Object(
                map.iter()
                    .filter(|(_, member)| !member.is_null())
                    .map(|(key, member)| (key.clone(), rendered(member)))
                    .collect(),
            ),
        },
        Value::Array(items) => Value::Array(items.iter().map(rendered).collect()),
        other => other.clone(),
    }
}
