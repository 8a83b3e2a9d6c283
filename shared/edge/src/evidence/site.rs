//! Where is read.

use paramedic_domain::id::Arn;

use crate::place::Environment;

/// The account and region that are read, and where their flight recorder writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The ARN of any resource there that names its account and region.
    pub landmark: Arn,
    /// The log group of the flight recorder; none where there is none.
    pub recorder: Option<String>,
}

impl Site {
    /// Where a function of the ops stack is.
    pub fn of(environment: &Environment) -> Self {
        Self { landmark: Arn::new(environment.alarms_topic.as_str()), recorder: environment.recorder.clone() }
    }
}
