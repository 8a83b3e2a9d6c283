//! What a caller sees while a stack changes.

use std::time::Duration;

/// One thing that happened while deploying or removing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressEvent {
    /// The stack (or `dist` for packaging and uploads) it belongs to.
    pub stack: String,
    /// Logical id of the resource, or the function an artefact is for.
    pub resource: String,
    /// CloudFormation's own status (`CREATE_IN_PROGRESS`…), or `PACKAGED`, `UPLOADED`, `UNCHANGED` for artefacts.
    pub status: String,
    /// Time since the operation began on our side.
    pub elapsed: Duration,
    /// CloudFormation's reason, where it gives one.
    pub reason: Option<String>,
}

/// Receives events as they happen.
pub trait Progress: Send {
    /// Called once for each event, in the order CloudFormation recorded them.
    fn event(&mut self, event: ProgressEvent);
}

/// Progress for a caller that only wants the result.
#[derive(Debug, Default, Clone, Copy)]
pub struct Quiet;

impl Progress for Quiet {
    fn event(&mut self, _event: ProgressEvent) {}
}
