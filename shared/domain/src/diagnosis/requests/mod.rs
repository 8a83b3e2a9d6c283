//! What shows only in the answers to requests.

pub(super) mod app_errors_5xx;
pub(super) mod client_errors_4xx;
pub(super) mod slow_dependency;
