//! Faults that a scenario injects into API calls.

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
