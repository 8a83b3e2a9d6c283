//! Tasks cannot start because a secret cannot be read.

use super::{image_pull_failed, start_failures};
use crate::diagnosis::{Cause, Finding};
use crate::evidence::Evidence;

pub(in crate::diagnosis) fn look(evidence: &Evidence) -> Option<Finding> {
    start_failures(evidence, Cause::SecretsUnavailable, |reason| {
        let lower = reason.to_ascii_lowercase();
        let at_start = ["resourceinitializationerror", "fetching secret", "retrieve secret", "unable to pull secrets"];
        let about = ["secret", "ssm", "getparameter", "parameter store"];
        !image_pull_failed::is_it(reason)
            && at_start.iter().any(|sign| lower.contains(sign))
            && about.iter().any(|sign| lower.contains(sign))
    })
}
