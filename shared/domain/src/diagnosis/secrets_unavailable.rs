//! Tasks cannot start because a secret or the registry's credentials cannot be read.

use super::{Cause, Finding, start_failures};
use crate::evidence::Evidence;

pub(super) fn look(evidence: &Evidence) -> Option<Finding> {
    start_failures(evidence, Cause::SecretsUnavailable, |reason| {
        reason.contains("ResourceInitializationError") && reason.contains("secret")
    })
}
