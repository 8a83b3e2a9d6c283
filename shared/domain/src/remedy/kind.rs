//! The kinds of remedies, as the configuration allows them one by one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kinds of remedies that change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyKind {
    /// Stop one sick task, so that ECS starts another.
    ReplaceTask,
    /// Replace all tasks by new ones of the same task definition, within the deployment's own bounds.
    ForceRedeploy,
    /// Go back to the last revision that completed.
    RollBack,
    /// Stop a deployment that is failing.
    StopDeployment,
    /// Add tasks, or let scaling add more.
    ScaleOut,
}

impl RemedyKind {
    /// Every remedy, least invasive first.
    pub const ALL: &[Self] =
        &[Self::ReplaceTask, Self::ScaleOut, Self::StopDeployment, Self::RollBack, Self::ForceRedeploy];

    /// As it is written in `paramedic.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReplaceTask => "replace_task",
            Self::ForceRedeploy => "force_redeploy",
            Self::RollBack => "roll_back",
            Self::StopDeployment => "stop_deployment",
            Self::ScaleOut => "scale_out",
        }
    }
}

impl fmt::Display for RemedyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
