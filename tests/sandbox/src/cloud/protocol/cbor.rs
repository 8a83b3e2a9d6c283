//! Smithy RPC v2 CBOR. Moments are tag 1 with seconds since the epoch (Smithy specification, "RPC v2 CBOR"). Errors also
//! carry `x-amzn-query-error`, since CloudWatch's model is compatible with the Query protocol it came from.

use super::{Answer, ApiError, ApiResponse, Input, blob};
use crate::cloud::clock::{Moment, TIME};
use ciborium::Value as Cbor;
use serde_json::{Map, Number, Value, json};

/// Reads a request's body; an empty one has no members.
pub(super) fn read(body: &[u8]) -> Result<Input, ApiError> {
    if body.is_empty() {
        return Ok(Input::default());
    }
    let value: Cbor = ciborium::from_reader(body)
        .map_err(|error| ApiError::sender("SerializationException", format!("the body is not CBOR: {error}")))?;
    Ok(Input(to_json(value)))
}

/// Writes an answer.
pub(super) fn write(answer: &Answer) -> ApiResponse {
    let mut headers = vec![("smithy-protocol".to_owned(), "rpc-v2-cbor".to_owned())];
    let (status, value) = match answer {
        Ok(value) => (200, to_cbor(value)),
        Err(error) => {
            let side = if error.status >= 500 { "Receiver" } else { "Sender" };
            headers.push(("x-amzn-query-error".to_owned(), format!("{};{side}", error.code)));
            (error.status, to_cbor(&json!({"__type": error.code, "message": error.message})))
        }
    };
    let mut body = Vec::new();
    // Writing to memory does not fail, and every value here has a CBOR form.
    let written = ciborium::into_writer(&value, &mut body);
    let status = if written.is_ok() { status } else { 500 };
    ApiResponse { status, content_type: "application/cbor".to_owned(), headers, body, hangs: false }
}

fn to_json(value: Cbor) -> Value {
    match value {
        Cbor::Integer(integer) => i64::try_from(integer).map(Value::from).unwrap_or(Value::Null),
        Cbor::Float(float) => Number::from_f64(float).map_or(Value::Null, Value::Number),
        Cbor::Text(text) => Value::String(text),
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Array(items) => Value::Array(items.into_iter().map(to_json).collect()),
        Cbor::Map(entries) => Value::Object(
            entries
                .into_iter()
                .filter_map(|(key, member)| Some((key.into_text().ok()?, to_json(member))))
                .collect::<Map<_, _>>(),
        ),
        Cbor::Tag(1, inner) => match *inner {
            Cbor::Integer(seconds) => {
                i64::try_from(seconds).map(|seconds| Moment::from_seconds(seconds as f64).value()).unwrap_or_default()
            }
            Cbor::Float(seconds) => Moment::from_seconds(seconds).value(),
            _ => Value::Null,
        },
        Cbor::Tag(_, inner) => to_json(*inner),
        _ => Value::Null,
    }
}

fn to_cbor(value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Cbor::Integer(integer.into()),
            (None, Some(float)) => Cbor::Float(float),
            (None, None) => Cbor::Null,
        },
        Value::Array(items) => Cbor::Array(items.iter().map(to_cbor).collect()),
        Value::Object(map) => match map.get(TIME).and_then(Value::as_i64) {
            Some(millis) => Cbor::Tag(1, Box::new(Cbor::Float(Moment::from_millis(millis).seconds()))),
            None => blob::bytes(value).map_or_else(
                || {
                    let members = map.iter().filter(|(_, member)| !member.is_null());
                    Cbor::Map(members.map(|(key, member)| (Cbor::Text(key.clone()), to_cbor(member))).collect())
                },
                Cbor::Bytes,
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let value = json!({
            "Threshold": 5.0, "Period": 60, "Name": "a", "On": true,
            "At": Moment::from_millis(1_795_392_725_250).value(), "List": [{"X": 1.5}, {}],
        });
        let response = write(&Ok(value.clone()));
        assert_eq!(response.status, 200);
        assert_eq!(read(&response.body).unwrap().0, value);
    }

    #[test]
    fn a_double_stays_a_double_even_when_it_is_whole() {
        let response = write(&Ok(json!({"Threshold": 5.0})));
        let value: Cbor = ciborium::from_reader(response.body.as_slice()).unwrap();
        assert_eq!(value, Cbor::Map(vec![(Cbor::Text("Threshold".to_owned()), Cbor::Float(5.0))]));
    }

    #[test]
    fn bytes_are_bytes() {
        let response = write(&Ok(json!({"Image": blob::blob(b"\x89PNG")})));
        let value: Cbor = ciborium::from_reader(response.body.as_slice()).unwrap();
        assert_eq!(value, Cbor::Map(vec![(Cbor::Text("Image".to_owned()), Cbor::Bytes(b"\x89PNG".to_vec()))]));
    }

    #[test]
    fn an_error_names_its_code_for_old_clients_too() {
        let response = write(&Err(ApiError::sender("Throttling", "Rate exceeded")));
        assert_eq!(response.status, 400);
        assert!(response.headers.contains(&("x-amzn-query-error".to_owned(), "Throttling;Sender".to_owned())));
    }

    #[test]
    fn a_body_that_is_not_cbor_is_refused() {
        assert_eq!(read(&[0xff, 0x00]).unwrap_err().code, "SerializationException");
    }
}
