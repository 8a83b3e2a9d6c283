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

use crate::cloud::{Ailment, Whom};
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

/// Wedges one task: it fails most of its requests from now on and passes its health check.
pub fn wedge_task(overlay: &Overlay, target: &Target) {
    let task = {
        let mut cloud = overlay.cloud();
        let mut scene = Scene::now(&mut cloud, &target.service, Timestamp::now());
        let task = scene.running_task();
        if let Some(task) = &task {
            scene.afflict(Whom::Task(task.clone()), Ailment::Fails { share: 0.9 });
        }
        task
    };
    let detail = match task {
        Some(task) => format!("task {task} fails most of its requests from now on, and passes its health check"),
        None => "no task was running that could be wedged".to_owned(),
    };
    note(overlay, target, detail);
}

/// Deploys a release of another image, named by digest, whose tasks pass their health check and fail this share of their
/// requests.
pub fn bad_release(overlay: &Overlay, target: &Target, share: f64) {
    strike(overlay, target, "a release is deployed whose tasks fail requests", |scene| {
        let image = scene.image();
        let name = image.split(['@']).next().unwrap_or_default();
        let release = format!("{name}@sha256:{}", "5".repeat(64));
        scene.release(&release, Some(Ailment::Fails { share }));
    });
}

/// Switches ECS's circuit breaker off and deploys a release of another image, named by digest, whose tasks fail their health
/// check: nobody but a person or Paramedic ends that.
pub fn failing_release(overlay: &Overlay, target: &Target) {
    strike(
        overlay,
        target,
        "a release is deployed whose tasks fail their health check, without a circuit breaker",
        |scene| {
            let breaker = json!({"enable": false, "rollback": false});
            scene.update(json!({"deploymentConfiguration": {"deploymentCircuitBreaker": breaker}}));
            let image = scene.image();
            let name = image.split(['@']).next().unwrap_or_default();
            let release = format!("{name}@sha256:{}", "6".repeat(64));
            scene.release(&release, Some(Ailment::AnswersHealthChecks(500)));
        },
    );
}

/// A request costs so many times the CPU it used to, and scaling is at work.
pub fn busier(overlay: &Overlay, target: &Target, times: f64) {
    strike(overlay, target, &format!("a request costs {times} times the CPU it used to"), |scene| {
        scene.cloud.let_policies_act(true);
        scene.afflict(Whom::All, Ailment::Works { times });
    });
}

/// Nothing is wrong with the tasks any more.
pub fn cured(overlay: &Overlay, target: &Target) {
    note(overlay, target, "the tasks are as they were".to_owned());
    overlay.cloud().cure(&target.service, Timestamp::now());
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
