//! How a service says that the caller may not: "AccessDeniedException" of the JSON services, "AccessDenied" of the Query ones
//! ("Common errors" of their API references), each with IAM's own sentence ("Access denied error messages", IAM User Guide).

use super::evaluation::Verdict;
use super::request::Asked;
use crate::cloud::protocol::{self, ApiError, Wire};
use crate::cloud::{ApiRequest, ApiResponse};

/// IAM's sentence about what was refused.
pub(super) fn sentence(caller: &str, asked: &Asked, verdict: &Verdict) -> String {
    let Asked { action, resource, .. } = asked;
    let because = match verdict {
        Verdict::Denied(_) => "with an explicit deny in an identity-based policy".to_owned(),
        _ => format!("because no identity-based policy allows the {action} action"),
    };
    format!("User: {caller} is not authorized to perform: {action} on resource: {resource} {because}")
}

/// The answer to a refused call, as its service gives it.
pub(crate) fn refusal(request: &ApiRequest, message: String) -> ApiResponse {
    const ID: &str = "00000000-0000-0000-0000-000000000000";
    if request.service == "lambda" {
        let json = Wire::Json("application/json".to_owned());
        let error = ApiError { status: 403, code: "AccessDeniedException".to_owned(), message };
        return protocol::render(&json, &request.service, "", &Err(error), ID);
    }
    let parsed = protocol::parse(request);
    let (status, code) = match (&parsed.wire, request.service.as_str()) {
        (Wire::Query, "sns") => (403, "AuthorizationError"),
        (Wire::Query | Wire::Cbor, _) => (403, "AccessDenied"),
        (Wire::Json(_), _) => (400, "AccessDeniedException"),
    };
    let error = ApiError { status, code: code.to_owned(), message };
    protocol::render(&parsed.wire, &request.service, &parsed.operation, &Err(error), ID)
}
