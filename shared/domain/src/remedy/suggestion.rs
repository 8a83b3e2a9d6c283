//! What a person can do where none of the remedies fits.

use crate::config::Service;
use crate::diagnosis::Cause;
use crate::picture::quoted;

pub(super) fn suggestion(cause: Cause, service: &Service) -> String {
    let describe = format!(
        "aws ecs describe-services --cluster {} --services {}",
        quoted(service.cluster.as_str()),
        quoted(service.ecs_service.as_str())
    );
    match cause {
        Cause::RedisUnreachable => format!(
            "look at the cache first: aws elasticache describe-events --duration 60 --source-type replication-group \
             --source-identifier {}",
            quoted(service.cache.as_deref().unwrap_or("CACHE"))
        ),
        Cause::ImagePullFailed => {
            format!("check that the image exists and that the execution role may pull it: {describe}")
        }
        Cause::SecretsUnavailable => {
            format!("check that the secrets exist and that the execution role may read them: {describe}")
        }
        Cause::OomKilled => format!("give the task more memory, or find what leaks: {describe}"),
        Cause::BadDeployment
        | Cause::PlacementFailed
        | Cause::HealthCheckMisconfigured
        | Cause::AzImpaired
        | Cause::StopTimeoutKill
        | Cause::TaskRetirement
        | Cause::SpotInterruption
        | Cause::ScaledToZero => format!("look at the service, its deployments and its events: {describe}"),
        Cause::CpuSaturatedAtMaxCapacity | Cause::CpuSaturatedScalingBlocked | Cause::TrafficSurge => format!(
            "look at what scaling does: aws application-autoscaling describe-scaling-activities --service-namespace ecs \
             --resource-id {} --include-not-scaled-activities",
            quoted(&format!("service/{}/{}", service.cluster, service.ecs_service))
        ),
        Cause::RedisMemoryFull | Cause::RedisCpuSaturated => format!(
            "look at the cache: aws elasticache describe-replication-groups --replication-group-id {}",
            quoted(service.cache.as_deref().unwrap_or("CACHE"))
        ),
        Cause::EcsIsRepairing
        | Cause::StaleTasks
        | Cause::HealthCheckFailing
        | Cause::AppErrors5xx
        | Cause::CrashLoop
        | Cause::MemoryLeak
        | Cause::ClientErrors4xx
        | Cause::SlowDependency
        | Cause::Unknown => match &service.log_group {
            Some(group) => format!("read what the tasks log: aws logs tail {} --since 15m", quoted(group)),
            None => format!("look at the service: {describe}"),
        },
    }
}
