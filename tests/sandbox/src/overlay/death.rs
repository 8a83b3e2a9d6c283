//! The death of a function in the middle of a call: its process is killed right before or right after the call takes effect.
//!
//! Functions are children of MiniStack. Each is known by its environment, in which Lambda puts the function's name ("Defined
//! runtime environment variables", AWS Lambda Developer Guide), and by this overlay's address, which no other run has.

use std::path::Path;
use std::process::Command;
use std::sync::PoisonError;

use super::Overlay;

/// When the caller dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The call was sent and is not taken.
    Before,
    /// The call took effect and is not answered.
    After,
}

/// Whose death comes with which call.
#[derive(Debug, Clone)]
pub(super) struct Death {
    action: String,
    moment: Moment,
}

impl Overlay {
    /// Whoever makes the next call of this action, such as `ecs:UpdateService`, is killed in the middle of it.
    pub fn kill_caller(&self, action: &str, moment: Moment) {
        *self.death.lock().unwrap_or_else(PoisonError::into_inner) = Some(Death { action: action.to_owned(), moment });
    }

    /// The moment at which the caller of this action is to die; asked once.
    pub(super) fn death_at(&self, action: &str) -> Option<Moment> {
        let mut death = self.death.lock().unwrap_or_else(PoisonError::into_inner);
        death.take_if(|death| death.action == action).map(|death| death.moment)
    }

    /// Kills the processes of a function that belong to this run.
    pub(super) fn kill(&self, function: &str) {
        let wanted = [format!("AWS_LAMBDA_FUNCTION_NAME={function}"), format!("PARAMEDIC_OVERLAY_URL={}", self.url)];
        let processes = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let ours: Vec<String> = processes
            .filter(|process| has_all(&process.path(), &wanted))
            .filter_map(|process| process.file_name().into_string().ok())
            .collect();
        let killed = Command::new("kill").arg("-KILL").args(&ours).status();
        if ours.is_empty() || !killed.is_ok_and(|status| status.success()) {
            self.complain(format!("no process of {function} could be killed"));
        }
    }
}

fn has_all(process: &Path, wanted: &[String]) -> bool {
    let environment = std::fs::read(process.join("environ")).unwrap_or_default();
    let has = |entry: &String| environment.split(|byte| *byte == 0).any(|each| each == entry.as_bytes());
    !environment.is_empty() && wanted.iter().all(has)
}
