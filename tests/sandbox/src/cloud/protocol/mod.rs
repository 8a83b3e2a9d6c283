//! The wire formats of the owned services. Operations take an [`Input`] and give a JSON value; this module turns the
//! one into the other for AWS JSON 1.0 and 1.1, the Query protocol and Smithy RPC v2 CBOR.

mod blob;
mod cbor;
mod input;
mod json;
mod query;

pub(crate) use blob::blob;
pub(crate) use input::Input;

use super::{ApiRequest, ApiResponse};
use serde_json::Value;

/// What an operation gives.
pub(crate) type Answer = Result<Value, ApiError>;

/// An error in AWS's shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl ApiError {
    /// The caller's mistake: status 400.
    pub(crate) fn sender(code: &str, message: impl Into<String>) -> ApiError {
        ApiError { status: 400, code: code.to_owned(), message: message.into() }
    }
}

/// How a request came in and its answer goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wire {
    /// AWS JSON, with the content type that names its version.
    Json(String),
    /// Form-encoded in, XML out.
    Query,
    /// CBOR both ways.
    Cbor,
}

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) wire: Wire,
    pub(crate) operation: String,
    pub(crate) input: Result<Input, ApiError>,
}

/// Takes a request apart. The protocol is recognised as AWS recognises it: by `smithy-protocol`, by `x-amz-target`, and
/// otherwise it is Query.
pub(crate) fn parse(request: &ApiRequest) -> Parsed {
    let header = |name: &str| request.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if header("smithy-protocol") == Some("rpc-v2-cbor") {
        let operation = super::names::last_part(&request.path).to_owned();
        return Parsed { wire: Wire::Cbor, operation, input: cbor::read(&request.body) };
    }
    if let Some(target) = header("x-amz-target") {
        let operation = target.rsplit('.').next().unwrap_or(target).to_owned();
        let content_type = header("content-type").unwrap_or("application/x-amz-json-1.1").to_owned();
        return Parsed { wire: Wire::Json(content_type), operation, input: json::read(&request.body) };
    }
    let input = query::read(&request.body);
    let operation = input.as_ref().ok().and_then(|input| input.text("Action")).unwrap_or_default();
    Parsed { wire: Wire::Query, operation, input }
}

/// Renders an answer.
pub(crate) fn render(wire: &Wire, service: &str, operation: &str, answer: &Answer, request_id: &str) -> ApiResponse {
    let mut response = match wire {
        Wire::Json(content_type) => json::write(content_type, answer),
        Wire::Query => query::write(service, operation, answer, request_id),
        Wire::Cbor => cbor::write(answer),
    };
    response.headers.push(("x-amzn-requestid".to_owned(), request_id.to_owned()));
    response
}
