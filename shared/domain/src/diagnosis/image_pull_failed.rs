//! Tasks cannot start because their image cannot be pulled.

use super::{Cause, Finding, start_failures};
use crate::evidence::Evidence;

pub(super) fn look(evidence: &Evidence) -> Option<Finding> {
    start_failures(evidence, Cause::ImagePullFailed, |reason| {
        reason.contains("CannotPullContainerError") || reason.contains("CannotPullImageManifestError")
    })
}
