//! Readings of AWS that fail, one operation at a time, for every call until [`mend`].
//!
//! Operations of services that MiniStack plays fail by service: see [`crate::overlay::Outage`].

use crate::cloud::{ApiFault, Cloud, FaultKind};

/// Nobody may call the action any more, such as `ecs:DescribeTasks`.
pub fn denied(cloud: &mut Cloud, action: &str) {
    let message = format!("User is not authorized to perform: {action} because no identity-based policy allows it");
    // The Query services say it in another way (Common errors of the API references).
    let is_json = action.starts_with("ecs:") || action.starts_with("application-autoscaling:");
    let code = if is_json { "AccessDeniedException" } else { "AccessDenied" };
    fail(cloud, action, FaultKind::Error { code: code.to_owned(), message, status: if is_json { 400 } else { 403 } });
}

/// The action is throttled.
pub fn throttled(cloud: &mut Cloud, action: &str) {
    fail(cloud, action, FaultKind::Throttle);
}

/// The action's service fails.
pub fn failing(cloud: &mut Cloud, action: &str) {
    fail(cloud, action, FaultKind::InternalError);
}

/// The action takes calls and does not answer.
pub fn hanging(cloud: &mut Cloud, action: &str) {
    fail(cloud, action, FaultKind::Hang);
}

/// Everything can be read again.
pub fn mend(cloud: &mut Cloud) {
    cloud.clear_faults();
}

fn fail(cloud: &mut Cloud, action: &str, kind: FaultKind) {
    cloud.inject(ApiFault { action: action.to_owned(), kind, count: u32::MAX });
}
