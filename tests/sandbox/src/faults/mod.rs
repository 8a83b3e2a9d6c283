//! What a scenario, or a button of the page, does to the cloud.
//!
//! Those of this module strike a running stage at once and leave a line in the log. Those of [`causes`] and [`confusers`]
//! stage one cause each on a [`Scene`], which may be of the past; [`strike`] plays one on a running stage.

mod alarms;
pub mod causes;
pub mod confusers;
mod operator;
pub mod readings;
mod scene;

use jiff::Timestamp;
use serde_json::json;

use crate::observed::Observed;
use crate::overlay::{CallFailed, Overlay};

pub use alarms::{calm, delete_alarm, enable_actions, mute_alarms, mute_rule, put_alarm, set_alarm_state, set_off};
pub use scene::Scene;

/// What is struck.
#[derive(Debug, Clone)]
pub struct Target {
    /// The service.
    pub service: String,
    /// The secret that its tasks read when they start.
    pub secret: String,
    /// The topic that alarms act on.
    pub alarms_topic: String,
}

/// Rotates the credential that the tasks hold: the secret changes, and what the running tasks have is worth nothing.
///
/// # Errors
/// When the secret cannot be written.
pub async fn rotate_credential(overlay: &Overlay, target: &Target) -> Result<(), CallFailed> {
    let value = format!("rotated at {}", Timestamp::now());
    let body = json!({"SecretId": target.secret, "SecretString": value});
    overlay.calls.json("secretsmanager", "secretsmanager.PutSecretValue", &body).await?;
    let detail = format!("the secret {} is rotated; running tasks still hold the old value", target.secret);
    note(overlay, target, detail);
    overlay.cloud().rotate_credential(&target.service, Timestamp::now());
    Ok(())
}

/// Breaks one task: it fails its health check from now on.
pub fn break_task(overlay: &Overlay, target: &Target) {
    let broken = overlay.cloud().break_task(&target.service, Timestamp::now());
    let detail = match broken {
        Some(task) => format!("task {task} fails its health check from now on"),
        None => "no task was running that could be broken".to_owned(),
    };
    note(overlay, target, detail);
}

/// Takes the cache away.
pub fn cache_down(overlay: &Overlay, target: &Target) {
    note(overlay, target, "the cache is gone".to_owned());
    overlay.cloud().cache_down(&target.service, Timestamp::now());
}

/// Gives the cache back.
pub fn cache_up(overlay: &Overlay, target: &Target) {
    note(overlay, target, "the cache is back".to_owned());
    overlay.cloud().cache_up(&target.service, Timestamp::now());
}

/// Plays a cause or a confuser on a running stage, from now on. Those that let time pass are for the past: here the clock
/// is real, so that what they do after a while would come too early.
pub fn strike(overlay: &Overlay, target: &Target, what: &str, fault: impl FnOnce(&mut Scene<'_>)) {
    note(overlay, target, what.to_owned());
    let mut cloud = overlay.cloud();
    fault(&mut Scene::now(&mut cloud, &target.service, Timestamp::now()));
}

fn note(overlay: &Overlay, target: &Target, detail: String) {
    overlay.log.add(Observed::Fault { service: target.service.clone(), detail });
}
