//! What a scenario, or a button of the page, does to the cloud. Each leaves a line in the log.

use jiff::Timestamp;
use serde_json::json;

use crate::cloud::ApiRequest;
use crate::observed::Observed;
use crate::overlay::{CallFailed, Overlay};

/// What is struck.
#[derive(Debug, Clone)]
pub struct Target {
    /// The service.
    pub service: String,
    /// The secret that its tasks read when they start.
    pub secret: String,
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

/// Disables the actions of every alarm of the service, as someone does who wants quiet during a deployment.
pub fn mute_alarms(overlay: &Overlay, target: &Target) {
    let mut cloud = overlay.cloud();
    let names: Vec<String> = cloud
        .alarms_view()
        .into_iter()
        .map(|alarm| alarm.name)
        .filter(|name| name.starts_with(&format!("{}-", target.service)))
        .collect();
    let mut body = Vec::new();
    // A map of one list of strings always encodes.
    let _encoded = ciborium::into_writer(&json!({"AlarmNames": names}), &mut body);
    let request = ApiRequest {
        service: "monitoring".to_owned(),
        caller: "operator".to_owned(),
        headers: vec![
            ("smithy-protocol".to_owned(), "rpc-v2-cbor".to_owned()),
            ("content-type".to_owned(), "application/cbor".to_owned()),
        ],
        path: "/service/GraniteServiceVersion20100801/operation/DisableAlarmActions".to_owned(),
        body,
    };
    let answer = cloud.call(&request, Timestamp::now());
    drop(cloud);
    let detail = if answer.status < 300 {
        format!("the actions of all {} alarms of the service are disabled", names.len())
    } else {
        format!("the alarms' actions could not be disabled: status {}", answer.status)
    };
    note(overlay, target, detail);
}

fn note(overlay: &Overlay, target: &Target, detail: String) {
    overlay.log.add(Observed::Fault { service: target.service.clone(), detail });
}
