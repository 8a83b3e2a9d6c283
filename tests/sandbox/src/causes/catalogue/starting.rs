//! Tasks that do not start.

use paramedic_domain::diagnosis::Cause::{ImagePullFailed, PlacementFailed, ScaledToZero, SecretsUnavailable};

use crate::causes::{Incident, incident};
use crate::cloud::{Ailment, Whom};
use crate::faults::causes;

pub(super) const INCIDENTS: &[Incident] = &[
    incident(
        "a release names a tag that the registry does not have",
        ImagePullFailed,
        causes::image_pull_failed,
        0.0,
        8.0,
    ),
    incident("the same, half an hour later", ImagePullFailed, causes::image_pull_failed, 0.0, 30.0),
    incident("the execution role may not pull any more", ImagePullFailed, causes::image_pull_denied, 0.0, 6.0),
    incident("the way to the registry is gone", ImagePullFailed, causes::image_pull_timed_out, 0.0, 6.0),
    incident(
        "Docker Hub limits pulls, and a task has to be replaced",
        ImagePullFailed,
        |scene| {
            let why = "pull image manifest has been retried 5 time(s): httpReadSeeker: failed open: unexpected status code \
                       https://registry-1.docker.io/v2/library/redis/manifests/7: 429 Too Many Requests - Server message: \
                       toomanyrequests: You have reached your unauthenticated pull rate limit.";
            scene.afflict(Whom::All, Ailment::NoImage(why.to_owned()));
            scene.stop_all("restarted by hand");
        },
        0.0,
        5.0,
    ),
    incident("the execution role may not read a secret any more", SecretsUnavailable, causes::secrets_denied, 0.0, 8.0),
    incident("a secret was deleted", SecretsUnavailable, causes::secrets_missing, 0.0, 6.0),
    incident("the way to Secrets Manager is gone", SecretsUnavailable, causes::secrets_unreachable, 0.0, 5.0),
    incident("the same, twenty minutes later", SecretsUnavailable, causes::secrets_unreachable, 0.0, 20.0),
    incident("Fargate has no capacity left", PlacementFailed, causes::placement_failed, 0.0, 6.0),
    incident("Fargate has had no capacity for half an hour", PlacementFailed, causes::placement_failed, 0.0, 30.0),
    incident("the quota of vCPUs is used up", PlacementFailed, causes::placement_failed_by_quota, 0.0, 6.0),
    incident("somebody set the desired count to zero", ScaledToZero, causes::scaled_to_zero, 0.0, 5.0),
    incident("it has been zero for forty minutes", ScaledToZero, causes::scaled_to_zero, 0.0, 40.0),
    incident(
        "a schedule for another service scaled it to zero",
        ScaledToZero,
        causes::scaled_to_zero_on_schedule,
        0.0,
        5.0,
    ),
];
