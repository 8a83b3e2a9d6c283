//! A diagnosis as it may be stored and shown.

use super::{Diagnosis, Finding};
use crate::alarm::text;
use crate::redaction::redacted;

/// The most facts that are kept of a finding, and the longest of them.
const FACTS: usize = 20;
const FACT: usize = 600;

impl Diagnosis {
    /// The same without secrets in its facts and within bounds.
    pub fn redacted(&self) -> Self {
        let told = |text: &String| text::bounded(&redacted(text), FACT);
        let finding = |finding: &Finding| Finding {
            facts: finding.facts.iter().take(FACTS).map(told).collect(),
            ..finding.clone()
        };
        Self {
            findings: self.findings.iter().map(finding).collect(),
            unread: self.unread.iter().map(|(source, why)| (*source, told(why))).collect(),
        }
    }
}
