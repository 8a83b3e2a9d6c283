use super::super::staged::{errors, stale};
use super::*;
use crate::evidence::SecretChange;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = deployments();
    cases.extend(rotations());
    cases
}

fn deployments() -> Vec<Case> {
    let cause = Cause::BadDeployment;
    vec![
        case(cause, "requests fail right after a deployment that completed", |e| {
            deployed(e, 12, Rollout::Completed, 3);
            errors(e, 9);
            e.errors = Reading::Read(vec![logged("TypeError: undefined is not a function", 300, 3)]);
        }),
        case(cause, "requests are slow right after a deployment that completed", |e| {
            deployed(e, 14, Rollout::Completed, 3);
            metrics(e, |m| m.latency_p95 = turned(0.2, 1.9, 10));
        }),
        case(cause, "the new revision burns the CPU", |e| {
            deployed(e, 15, Rollout::Completed, 3);
            metrics(e, |m| m.cpu = turned(35.0, 95.0, 11));
        }),
        case(cause, "the circuit breaker gave the deployment up", |e| {
            deployed(e, 20, Rollout::Failed, 0);
            service(e, |s| {
                s.deployments[0].failed_tasks = 3;
                s.deployments[0].reason = Some("ECS deployment circuit breaker: tasks failed to start.".to_owned());
            });
        }),
        case(cause, "ECS rolls back", |e| {
            said(
                e,
                4,
                "(service web) (deployment ecs-svc/2000000000000000002) deployment failed: tasks failed to start.",
            );
            said(e, 4, "(service web) rolling back to (deployment ecs-svc/1000000000000000001).");
        }),
        case(cause, "the new tasks fail their health check and the old ones do not", |e| {
            deployed(e, 9, Rollout::InProgress, 1);
            change(&mut e.targets, |targets| targets[2].health = crate::evidence::TargetHealth::Unhealthy);
            let reason = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:…)";
            e.stopped = Reading::Read(vec![of_new(asked("x1", 2, "ServiceSchedulerInitiated", reason, 0))]);
            service(e, |s| s.deployments[0].failed_tasks = 1);
        }),
    ]
}

fn rotations() -> Vec<Case> {
    let cause = Cause::StaleTasks;
    vec![
        Case { name: "a secret was rotated and the tasks hold the old one", cause, evidence: stale() },
        case(cause, "a deployment came and went well, and then a secret was rotated", |e| {
            deployed(e, 11, Rollout::Completed, 3);
            e.secrets = Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(5) }]);
            errors(e, 4);
        }),
        case(cause, "the old secret expired ten minutes after the rotation", |e| {
            e.secrets = Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(16) }]);
            errors(e, 6);
            e.errors = Reading::Read(vec![logged("JsonWebTokenError: invalid signature", 120, 3)]);
        }),
        case(cause, "one of two secrets was rotated", |e| {
            let changes = [("web/token", 900), ("web/api-key", 7)];
            let of =
                |(name, minutes): (&str, i64)| SecretChange { name: name.to_owned(), changed_at: minutes_ago(minutes) };
            e.secrets = Reading::Read(changes.map(of).to_vec());
            errors(e, 6);
        }),
        case(cause, "rotated, without a cache to think of", |e| {
            *e = stale();
            e.cache = Reading::NotConfigured;
            e.cache_events = Reading::NotConfigured;
        }),
    ]
}
