//! How bad it is, and therefore whom it may wake.

use std::fmt;

use serde::{Deserialize, Serialize};

/// P0 pages the on-call engineer, P1 goes to Slack, P2 to e-mail. Ordered by urgency: `P0 > P1 > P2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// A warning: somebody should know by tomorrow.
    P2,
    /// Degraded: the team should know now. What claims no severity has this one: somebody should look, nobody is woken.
    #[default]
    P1,
    /// Down: somebody must act now.
    P0,
}

impl Severity {
    /// `P0`, `P1` or `P2`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P0 => "P0",
            Self::P1 => "P1",
            Self::P2 => "P2",
        }
    }

    /// Reads `P0`, `p1` and so on.
    pub fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "P0" | "p0" => Some(Self::P0),
            "P1" | "p1" => Some(Self::P1),
            "P2" | "p2" => Some(Self::P2),
            _ => None,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Severity::{P0, P1, P2};

    #[test]
    fn the_more_urgent_is_the_greater() {
        assert!(P0 > P1 && P1 > P2);
    }
}
