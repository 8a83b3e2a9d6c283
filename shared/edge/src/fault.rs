//! What went wrong with a call to AWS, told apart once for every caller.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use paramedic_domain::alarm::text;
use paramedic_domain::escalation::Failure;

/// The longest message of AWS that is kept, in characters.
const MESSAGE: usize = 300;

/// Error codes of AWS that say "not now": nothing was done ("Common Errors" of each API reference).
const THROTTLED: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "Throttled",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
];

/// Error codes of AWS that speak of its own failure, whatever their status.
const FAILED: &[&str] = &[
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "InternalFailure",
    "InternalError",
    "InternalServerError",
    "ServerException",
    "RequestTimeout",
    "RequestTimeoutException",
    "TransactionInProgressException",
];

/// One failed call.
#[derive(Debug)]
pub(crate) struct Fault {
    /// How the call ended.
    pub(crate) kind: FaultKind,
    /// In words, with AWS's own error code where there is one.
    pub(crate) why: String,
}

/// How a failed call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The request never left.
    NotSent,
    /// It may have left; no answer came.
    NoAnswer,
    /// AWS said that it failed by itself (5xx), or what it said made no sense.
    ServerError,
    /// AWS did nothing and asks to come back later.
    Throttled,
    /// AWS refused it.
    Refused,
}

impl Fault {
    /// Tells the error of an SDK call apart.
    pub(crate) fn of<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ConstructionFailure(_) => Self::new(FaultKind::NotSent, "the request could not be made", error),
            SdkError::TimeoutError(_) => Self { kind: FaultKind::NoAnswer, why: "timed out".to_owned() },
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Self { kind: FaultKind::NoAnswer, why: "timed out".to_owned() }
            }
            SdkError::DispatchFailure(failure) if failure.is_user() || never_connected(error) => {
                Self::new(FaultKind::NotSent, "could not connect", error)
            }
            SdkError::DispatchFailure(_) => Self::new(FaultKind::NoAnswer, "the connection broke", error),
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                let code = answer.err().code();
                let kind = match status {
                    _ if code.is_some_and(|code| FAILED.contains(&code)) => FaultKind::ServerError,
                    // Success that is none of AWS's answers: a proxy or a captive page in between.
                    500.. | ..400 => FaultKind::ServerError,
                    429 => FaultKind::Throttled,
                    _ if code.is_some_and(|code| THROTTLED.contains(&code)) => FaultKind::Throttled,
                    _ => FaultKind::Refused,
                };
                let code = code.map_or_else(|| format!("HTTP {status} without an error code"), str::to_owned);
                let message = answer.err().message().unwrap_or_default();
                let why = if message.is_empty() { code } else { format!("{code}: {message}") };
                Self { kind, why: text::escaped(&why, MESSAGE) }
            }
            _ => Self::new(FaultKind::ServerError, "the answer could not be read", error),
        }
    }

    fn new(kind: FaultKind, what: &str, error: &dyn Error) -> Self {
        // The innermost source says most: "connection refused" rather than "dispatch failure".
        let mut innermost = error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        Self { kind, why: text::escaped(&format!("{what}: {innermost}"), MESSAGE) }
    }

    /// Whether the same call may work later.
    pub(crate) fn is_transient(&self) -> bool {
        !matches!(self.kind, FaultKind::Refused)
    }
}

/// A failed call to a channel that AWS runs.
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        if fault.is_transient() {
            Self::Transient { why: fault.why, retry_after_s: None }
        } else {
            Self::Permanent { why: fault.why }
        }
    }
}

/// Whether the error says that no connection was made, so that nothing can have been sent.
fn never_connected(error: &dyn Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if error.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(|error| error.is_connect()) {
            return true;
        }
        source = error.source();
    }
    false
}
