//! Tasks cannot start because their image cannot be pulled, or the registry refuses the login that pulling needs.

use super::start_failures;
use crate::diagnosis::{Cause, Finding};
use crate::evidence::Evidence;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    start_failures(evidence, Cause::ImagePullFailed, is_it)
}

/// `ResourceInitializationError` begins with "unable to pull secrets or registry auth" for both; which of the two it was
/// stands after that.
pub(super) fn is_it(reason: &str) -> bool {
    let login = ["ecr registry auth", "GetAuthorizationToken", "api.ecr", "ecr.api"];
    reason.contains("CannotPull") || login.iter().any(|sign| reason.contains(sign))
}
