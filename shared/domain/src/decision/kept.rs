//! A decision as it is kept: for whoever asks later why something was done, or was not.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Case, Decision};
use crate::bulletin::Subject;
use crate::evidence::Evidence;

/// A decision that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// About which incident.
    pub subject: Subject,
    /// When.
    pub at: Timestamp,
    /// The digest of the evidence it rests on.
    pub evidence: String,
    /// What was decided.
    pub decision: Decision,
    /// Everything it was decided by; absent if that was too much to be kept, or was written by another release.
    #[serde(skip)]
    pub case: Option<Box<Case>>,
}

impl Kept {
    /// What is kept of a decision. The case has to be the one that was decided on, redacted before.
    pub fn of(case: Case, decision: &Decision) -> Self {
        Self {
            subject: case.subject.clone(),
            at: case.now,
            evidence: digest(&case.evidence),
            decision: decision.bounded(),
            case: Some(Box::new(case)),
        }
    }
}

impl Decision {
    /// The same with as many and as long facts as are kept.
    #[must_use]
    pub fn bounded(&self) -> Self {
        Self { diagnosis: self.diagnosis.redacted(), ..self.clone() }
    }
}

/// Sixteen hexadecimal digits of the SHA-256 of the evidence's JSON, in which the names of all objects are in their order.
fn digest(evidence: &Evidence) -> String {
    let json = serde_json::to_value(evidence).map(|value| value.to_string()).unwrap_or_default();
    Sha256::digest(json.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
