//! Tasks that do not start, and releases that are bad.

use serde_json::Value;

use crate::cloud::{Ailment, Whom};
use crate::faults::Scene;

/// A release names a tag that the registry does not have. The words are those of ECS Developer Guide, "CannotPullContainer
/// task errors".
pub fn image_pull_failed(scene: &mut Scene<'_>) {
    let image = tagged(scene, "2.0.0-missing");
    let why =
        format!("pull image manifest has been retried 1 time(s): failed to resolve ref {image}: {image}: not found");
    scene.release(&image, Some(Ailment::NoImage(why)));
}

/// The execution role may not pull any more, and tasks have to be started anew.
pub fn image_pull_denied(scene: &mut Scene<'_>) {
    let image = scene.image();
    let why = format!(
        "pull image manifest has been retried 1 time(s): failed to resolve ref {image}: pulling from host failed with \
         status code [manifests]: 403 Forbidden"
    );
    scene.afflict(Whom::All, Ailment::NoImage(why));
    scene.stop_all("rolled by hand");
}

/// The subnets have lost their way to the registry, and tasks have to be started anew.
pub fn image_pull_timed_out(scene: &mut Scene<'_>) {
    let image = scene.image();
    let why = format!(
        "ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: failed to do request: Get \
         {image}: dial tcp 198.51.100.7:443: i/o timeout"
    );
    scene.afflict(Whom::All, Ailment::NoImage(why));
    scene.stop_all("rolled by hand");
}

/// The execution role lost its permission to read a secret, and a release starts tasks. The words are those of ECS Developer
/// Guide, "ResourceInitializationError task errors".
pub fn secrets_denied(scene: &mut Scene<'_>) {
    let secret = secret(scene);
    let why = format!(
        "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {secret} from \
         secrets manager: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/execution/0a1b2c is not \
         authorized to perform: secretsmanager:GetSecretValue on resource: {secret} because no identity-based policy \
         allows the secretsmanager:GetSecretValue action"
    );
    starts_without_secrets(scene, why);
}

/// The secret was deleted, and a release starts tasks.
pub fn secrets_missing(scene: &mut Scene<'_>) {
    let secret = secret(scene);
    let why = format!(
        "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {secret} from \
         secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret."
    );
    starts_without_secrets(scene, why);
}

/// The subnets have lost their way to Secrets Manager, and tasks have to be started anew.
pub fn secrets_unreachable(scene: &mut Scene<'_>) {
    let secret = secret(scene);
    let why = format!(
        "unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager. Check \
         your task network configuration. failed to fetch secret {secret} from secrets manager: RequestCanceled: request \
         context canceled caused by: context deadline exceeded"
    );
    scene.afflict(Whom::All, Ailment::NoSecrets(why));
    scene.stop_all("rolled by hand");
}

fn starts_without_secrets(scene: &mut Scene<'_>, why: String) {
    // What was taken away is missed by whatever starts from now on.
    scene.afflict(Whom::All, Ailment::NoSecrets(why));
    scene.update(serde_json::json!({"forceNewDeployment": true}));
}

fn secret(scene: &mut Scene<'_>) -> String {
    let definition = scene.definition();
    let named = definition.pointer("/containerDefinitions/0/secrets/0/valueFrom").and_then(Value::as_str);
    named.unwrap_or("arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/token-AbCdEf").to_owned()
}

/// Fargate has no capacity in the zones of the service just as a task has to be replaced.
pub fn placement_failed(scene: &mut Scene<'_>) {
    let reason = "Capacity is unavailable at this time. Please try again later or in a different availability zone";
    without_room(scene, reason);
}

/// The account's quota of vCPUs is used up just as a task has to be replaced.
pub fn placement_failed_by_quota(scene: &mut Scene<'_>) {
    without_room(scene, "You've reached the limit on the number of vCPUs you can run concurrently");
}

fn without_room(scene: &mut Scene<'_>, reason: &str) {
    scene.cloud.refuse_placement(&scene.service, Some(reason), scene.now);
    scene.stop_all("moved by hand");
}

/// A release whose tasks answer their health check with 500, so that it never completes.
pub fn bad_deployment(scene: &mut Scene<'_>) {
    let image = tagged(scene, "2.1.0");
    scene.release(&image, Some(Ailment::AnswersHealthChecks(500)));
}

/// A release that passes its health check and fails two thirds of the requests: it completes all the same.
pub fn bad_deployment_fails_requests(scene: &mut Scene<'_>) {
    let image = tagged(scene, "2.2.0");
    scene.release(&image, Some(Ailment::Fails { share: 0.66 }));
}

/// The service's image with another tag.
pub(super) fn tagged(scene: &mut Scene<'_>, tag: &str) -> String {
    let image = scene.image();
    let stem = image.split('@').next().unwrap_or(&image);
    // A colon before the last slash is a registry's port.
    let name = match stem.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => stem,
    };
    format!("{name}:{tag}")
}
