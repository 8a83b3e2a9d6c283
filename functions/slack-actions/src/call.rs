//! One HTTP request, as a Function URL hands it to a function: payload format 2.0 ("Invoking Lambda function URLs, Request
//! payload format", AWS Lambda Developer Guide).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use paramedic_domain::inbound::MAX_BODY;
use serde::Deserialize;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    /// The body as it was sent, byte by byte: that is what was signed.
    pub body: Vec<u8>,
}

/// Where a request wants to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `POST /slack`: a click.
    Slack,
    /// `POST /pagerduty`: a webhook.
    PagerDuty,
}

/// Why an event is not taken for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACall {
    /// Something else than a Function URL invoked the function.
    #[error("it is no request of a Function URL")]
    NotHttp,
    /// The body is larger than anything that is meant for us.
    #[error("its body is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// The body says that it is Base64 and is not.
    #[error("its body is no Base64")]
    NotBase64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    raw_path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: Context,
}

#[derive(Deserialize)]
struct Context {
    http: Http,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

impl Call {
    /// Takes a request out of its event.
    ///
    /// # Errors
    ///
    /// See [`NotACall`].
    pub fn read(event: &[u8]) -> Result<Self, NotACall> {
        let event: Event = serde_json::from_slice(event).map_err(|_| NotACall::NotHttp)?;
        let text = event.body.unwrap_or_default();
        // Measured before it is decoded: four characters of Base64 are three bytes.
        let most = if event.is_base64_encoded { MAX_BODY.div_ceil(3) * 4 } else { MAX_BODY };
        if text.len() > most {
            return Err(NotACall::TooLarge);
        }
        let body = match event.is_base64_encoded {
            true => STANDARD.decode(text).map_err(|_| NotACall::NotBase64)?,
            false => text.into_bytes(),
        };
        if body.len() > MAX_BODY {
            return Err(NotACall::TooLarge);
        }
        Ok(Self { method: event.request_context.http.method, path: event.raw_path, headers: event.headers, body })
    }

    /// Where it wants to go; `None` if there is no such place.
    pub fn door(&self) -> Option<Door> {
        match (self.method.as_str(), self.path.as_str()) {
            ("POST", "/slack") => Some(Door::Slack),
            ("POST", "/pagerduty") => Some(Door::PagerDuty),
            _ => None,
        }
    }

    /// The header of that name, whatever its case. There is none if there are several: what one of two readers takes for the
    /// first is the other's last. (A Function URL joins them with a comma, which no signature and no time has either.)
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;

    fn event(method: &str, path: &str, body: Value, base64: bool) -> Vec<u8> {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
            "headers": { "X-Slack-Signature": "v0=1", "x-twice": "1", "X-Twice": "2" },
            "requestContext": { "accountId": "anonymous", "http": { "method": method, "path": path } },
            "body": body, "isBase64Encoded": base64,
        });
        event.to_string().into_bytes()
    }

    fn read(body: Value, base64: bool) -> Result<Vec<u8>, NotACall> {
        Call::read(&event("POST", "/slack", body, base64)).map(|call| call.body)
    }

    #[test]
    fn there_are_two_doors_and_no_others() {
        let door = |method: &str, path: &str| Call::read(&event(method, path, json!(""), false)).unwrap().door();
        assert_eq!(door("POST", "/slack"), Some(Door::Slack));
        assert_eq!(door("POST", "/pagerduty"), Some(Door::PagerDuty));
        for (method, path) in [
            ("GET", "/slack"),
            ("post", "/slack"),
            ("POST", "/"),
            ("POST", "/slack/"),
            ("POST", "/Slack"),
            ("POST", "//slack"),
        ] {
            assert_eq!(door(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn a_header_is_found_in_any_case_and_only_if_there_is_one() {
        let call = Call::read(&event("POST", "/slack", json!(""), false)).unwrap();
        assert_eq!(call.header("x-slack-signature"), Some("v0=1"));
        assert_eq!(call.header("x-twice"), None);
        assert_eq!(call.header("x-absent"), None);
    }

    #[test]
    fn the_body_is_what_was_sent_byte_by_byte() {
        assert_eq!(read(json!("payload=%7B\u{0}é"), false).unwrap(), "payload=%7B\u{0}é".as_bytes());
        assert_eq!(read(json!("/wA="), true).unwrap(), [0xff, 0x00]);
        assert_eq!(read(Value::Null, false).unwrap(), b"");
        for odd in ["/wA", "/w A=", "_wA=", "/wB=", "=", "é"] {
            assert_eq!(read(json!(odd), true), Err(NotACall::NotBase64), "{odd}");
        }
    }

    #[test]
    fn a_body_is_as_large_as_a_click_can_be_and_no_larger() {
        let coded = |bytes: usize| json!(STANDARD.encode(vec![0; bytes]));
        assert_eq!(read(json!("x".repeat(MAX_BODY)), false).unwrap().len(), MAX_BODY);
        assert_eq!(read(coded(MAX_BODY), true).unwrap().len(), MAX_BODY);
        assert_eq!(read(json!("x".repeat(MAX_BODY + 1)), false), Err(NotACall::TooLarge));
        for more in [1, 2, 3, 1000] {
            assert_eq!(read(coded(MAX_BODY + more), true), Err(NotACall::TooLarge));
        }
    }

    #[test]
    fn another_event_is_no_request() {
        let headers = r#"{"rawPath":"/slack","requestContext":{"http":{"method":"POST"}},"headers":{"a":["b"]}}"#;
        let deep = "[".repeat(100_000);
        for event in ["", "{}", "null", r#"{"source":"aws.events"}"#, r#"{"Records":[]}"#, headers, &deep] {
            assert_eq!(Call::read(event.as_bytes()), Err(NotACall::NotHttp), "{event:.60}");
        }
    }
}
