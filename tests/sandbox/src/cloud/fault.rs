//! Faults that a scenario injects into API calls.

use super::protocol::{self, ApiError};
use super::{ApiRequest, ApiResponse, journal};

/// Calls of one action that are to fail.
#[derive(Debug, Clone)]
pub struct ApiFault {
    /// The IAM action, `ecs:UpdateService`; a `*` at its end matches any rest.
    pub action: String,
    /// How they fail.
    pub kind: FaultKind,
    /// How many calls fail before the fault is spent.
    pub count: u32,
}

/// How a call fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The service's throttling error; nothing is done.
    Throttle,
    /// A 500; nothing is done.
    InternalError,
    /// The call takes effect, and the caller is told 500: the ambiguous failure.
    AnswerLost,
    /// The call is taken and never answered; nothing is done.
    Hang,
    /// A given error; nothing is done.
    Error {
        /// The error code, such as `AccessDeniedException`.
        code: String,
        /// The message.
        message: String,
        /// The HTTP status.
        status: u16,
    },
}

impl FaultKind {
    /// The error with which a call fails before anything is done; `None` when it is done all the same.
    pub(super) fn before(&self, service: &str) -> Option<ApiError> {
        match self {
            FaultKind::Throttle => Some(throttling(service)),
            FaultKind::InternalError | FaultKind::Hang => Some(internal_error(service)),
            FaultKind::AnswerLost => None,
            FaultKind::Error { code, message, status } => {
                Some(ApiError { status: *status, code: code.clone(), message: message.clone() })
            }
        }
    }
}

/// The throttling error, which the JSON services and the Query services call differently.
fn throttling(service: &str) -> ApiError {
    let code = match service {
        "elasticloadbalancing" | "monitoring" | "elasticache" => "Throttling",
        "sns" => "Throttled",
        _ => "ThrottlingException",
    };
    ApiError::sender(code, "Rate exceeded")
}

/// The service's own failure.
pub(crate) fn internal_error(service: &str) -> ApiError {
    let code = match service {
        "ecs" => "ServerException",
        "application-autoscaling" => "InternalServiceException",
        "monitoring" => "InternalServiceFault",
        "dynamodb" => "InternalServerError",
        "secretsmanager" => "InternalServiceError",
        _ => "InternalFailure",
    };
    ApiError { status: 500, ..ApiError::sender(code, "The sandbox injected this failure.") }
}

/// The action that a request names, as the journal has it.
pub(crate) fn named_call(request: &ApiRequest) -> String {
    journal::action(&request.service, &protocol::parse(request).operation)
}

/// The answer of a service that throttles this request.
pub(crate) fn throttled(request: &ApiRequest) -> ApiResponse {
    refused(request, throttling(&request.service))
}

/// The answer of a service that fails at this request.
pub(crate) fn failed(request: &ApiRequest) -> ApiResponse {
    refused(request, internal_error(&request.service))
}

fn refused(request: &ApiRequest, error: ApiError) -> ApiResponse {
    const ID: &str = "00000000-0000-0000-0000-000000000000";
    let parsed = protocol::parse(request);
    protocol::render(&parsed.wire, &request.service, &parsed.operation, &Err(error), ID)
}

impl ApiFault {
    fn matches(&self, action: &str) -> bool {
        self.count > 0
            && match self.action.strip_suffix('*') {
                Some(stem) => action.starts_with(stem),
                None => self.action == action,
            }
    }
}

/// Whether the first fault that matches an action is of this kind.
pub(super) fn is_next(faults: &[ApiFault], action: &str, kind: &FaultKind) -> bool {
    faults.iter().find(|fault| fault.matches(action)).is_some_and(|fault| fault.kind == *kind)
}

/// Takes the first fault that matches an action, and counts it down.
pub(super) fn take(faults: &mut Vec<ApiFault>, action: &str) -> Option<FaultKind> {
    let fault = faults.iter_mut().find(|fault| fault.matches(action))?;
    fault.count -= 1;
    let kind = fault.kind.clone();
    faults.retain(|fault| fault.count > 0);
    Some(kind)
}
