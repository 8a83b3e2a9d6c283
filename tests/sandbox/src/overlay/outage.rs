//! A service of MiniStack that is down for the functions. The sandbox's own calls go past it.
//!
//! Errors as the API references of DynamoDB and Secrets Manager name them ("Common errors", "Errors").

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::Overlay;
use crate::cloud::fault::internal_error;

/// Longer than any client waits.
pub(super) const FOR_EVER: Duration = Duration::from_secs(120);

/// How a service fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// It answers every call with its internal error, status 500.
    InternalError,
    /// It throttles every call.
    Throttles,
    /// It takes calls and does not answer.
    Silent,
    /// It answers calls that name this with its internal error, and all others as ever.
    OfCallsNaming(&'static str),
}

impl Overlay {
    /// From now on a service, by its signing name such as `dynamodb` or `secretsmanager`, fails for the functions.
    pub fn break_service(&self, service: &str, outage: Outage) {
        self.outages().insert(service.to_owned(), outage);
    }

    /// From now on the service answers again.
    pub fn mend_service(&self, service: &str) {
        self.outages().remove(service);
    }

    /// What a call of a service is answered with while it is down; `None` while it is well.
    pub(super) async fn outage_answer(&self, service: &str, body: &[u8]) -> Option<Response> {
        let outage = *self.outages().get(service)?;
        let names = |what: &str| body.windows(what.len()).any(|part| part == what.as_bytes());
        let failure = internal_error(service).code;
        let (status, code) = match outage {
            Outage::OfCallsNaming(what) if !names(what) => return None,
            Outage::OfCallsNaming(_) | Outage::InternalError => (StatusCode::INTERNAL_SERVER_ERROR, failure),
            Outage::Throttles => (StatusCode::BAD_REQUEST, "ThrottlingException".to_owned()),
            Outage::Silent => {
                tokio::time::sleep(FOR_EVER).await;
                (StatusCode::GATEWAY_TIMEOUT, failure)
            }
        };
        Some(refusal(status, &code))
    }
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let body = json!({"__type": code, "message": "The sandbox staged this failure."});
    let mut response = (status, Body::from(body.to_string())).into_response();
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
    if let Ok(code) = HeaderValue::from_str(code) {
        headers.insert("x-amzn-errortype", code);
    }
    response
}
