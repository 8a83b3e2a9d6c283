//! What somebody changed.

use paramedic_domain::diagnosis::Cause::{BadDeployment, StaleTasks};

use crate::causes::{Incident, incident};
use crate::cloud::Ailment;
use crate::faults::{causes, confusers};

pub(super) const INCIDENTS: &[Incident] = &[
    incident("a release's tasks fail their health check", BadDeployment, causes::bad_deployment, 0.0, 9.0),
    incident("the circuit breaker has given a release up", BadDeployment, causes::bad_deployment, 0.0, 30.0),
    incident("a release completes and fails requests", BadDeployment, causes::bad_deployment_fails_requests, 0.0, 9.0),
    incident(
        "a release completes and fails requests, a while ago",
        BadDeployment,
        causes::bad_deployment_fails_requests,
        0.0,
        20.0,
    ),
    incident(
        "a release completes and refuses most requests",
        BadDeployment,
        |scene| {
            let image = scene.image();
            let stem = image.split(['@', ':']).next().unwrap_or(&image);
            scene.release(&format!("{stem}:3.1.0"), Some(Ailment::Refuses { share: 0.6 }));
        },
        0.0,
        10.0,
    ),
    incident(
        "requests fail right after a completed deployment",
        BadDeployment,
        confusers::failure_right_after_a_completed_deployment,
        9.0,
        5.0,
    ),
    incident(
        "ECS went back from a release whose containers fail their check",
        BadDeployment,
        causes::container_health_check_misconfigured,
        0.0,
        14.0,
    ),
    incident("the credential of the running tasks was rotated", StaleTasks, causes::stale_tasks, 0.0, 4.0),
    incident("it was rotated ten minutes ago", StaleTasks, causes::stale_tasks, 0.0, 10.0),
    incident("it was rotated half an hour ago", StaleTasks, causes::stale_tasks, 0.0, 30.0),
    incident(
        "it was rotated well after a release that went well",
        StaleTasks,
        |scene| {
            let image = scene.image();
            scene.release(&image, None);
            scene.minutes(15.0);
            causes::stale_tasks(scene);
        },
        15.0,
        5.0,
    ),
];
