//! Health checks, and zones.

use paramedic_domain::diagnosis::Cause::{AzImpaired, HealthCheckFailing, HealthCheckMisconfigured};

use crate::causes::{Incident, incident};
use crate::cloud::{Ailment, Whom};
use crate::faults::causes;

pub(super) const INCIDENTS: &[Incident] = &[
    incident(
        "every task answers its health check with 500",
        HealthCheckFailing,
        causes::health_check_failing,
        0.0,
        4.0,
    ),
    incident(
        "every task takes connections and answers none",
        HealthCheckFailing,
        causes::health_check_hanging,
        0.0,
        4.0,
    ),
    incident(
        "every task answers its health check with 503",
        HealthCheckFailing,
        |scene| scene.afflict(Whom::All, Ailment::AnswersHealthChecks(503)),
        0.0,
        12.0,
    ),
    incident(
        "containers fail a check of their own",
        HealthCheckFailing,
        causes::container_health_check_failing,
        10.0,
        6.0,
    ),
    incident(
        "the target group asks for a path that is not there",
        HealthCheckMisconfigured,
        causes::health_check_of_missing_path,
        0.0,
        5.0,
    ),
    incident(
        "it asks for a path that redirects",
        HealthCheckMisconfigured,
        causes::health_check_of_redirected_path,
        0.0,
        5.0,
    ),
    incident(
        "it wants another code than it gets",
        HealthCheckMisconfigured,
        causes::health_check_wants_other_code,
        0.0,
        5.0,
    ),
    incident(
        "it waits too short for a thorough check",
        HealthCheckMisconfigured,
        causes::health_check_too_hasty,
        0.0,
        5.0,
    ),
    incident(
        "a release brings a check whose command the image lacks",
        HealthCheckMisconfigured,
        causes::container_health_check_misconfigured,
        0.0,
        4.0,
    ),
    incident(
        "tasks in one zone are cut off",
        AzImpaired,
        |scene| with_four_tasks(scene, causes::az_impaired),
        10.0,
        3.0,
    ),
    incident(
        "they have been cut off for a few minutes",
        AzImpaired,
        |scene| with_four_tasks(scene, causes::az_impaired),
        10.0,
        6.0,
    ),
    incident(
        "they have been cut off for a while",
        AzImpaired,
        |scene| with_four_tasks(scene, causes::az_impaired),
        10.0,
        15.0,
    ),
];

/// With one task a zone, an impaired zone cannot be told from a sick task.
fn with_four_tasks(scene: &mut crate::faults::Scene<'_>, then: fn(&mut crate::faults::Scene<'_>)) {
    scene.update_scaling(serde_json::json!({"MinCapacity": 6, "MaxCapacity": 12}));
    scene.update(serde_json::json!({"desiredCount": 6}));
    scene.minutes(10.0);
    then(scene);
}
