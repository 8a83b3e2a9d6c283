//! Something went wrong and is over, or goes on beside what matters.

use super::super::staged::{errors, stale};
use super::*;

const STEADY: &str = "(service web) has reached a steady state.";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = over();
    cases.extend(beside());
    cases
}

fn over() -> Vec<Case> {
    vec![
        case(Cause::AppErrors5xx, "ECS went back from a release, was steady again, and then requests fail", |e| {
            said(e, 40, "(service web) rolling back to (deployment ecs-svc/1000000000000000001).");
            said(e, 35, STEADY);
            errors(e, 5);
        }),
        case(Cause::BadDeployment, "ECS went back from a release, and what is wrong began before it was steady", |e| {
            said(e, 12, "(service web) rolling back to (deployment ecs-svc/1000000000000000001).");
            said(e, 4, STEADY);
            errors(e, 14);
        }),
        case(Cause::SlowDependency, "tasks were killed for memory and replaced, and then requests are slow", |e| {
            e.stopped = Reading::Read(vec![out_of_memory("x1", 12, 137), out_of_memory("x2", 14, 137)]);
            said(e, 10, STEADY);
            metrics(e, |m| m.latency_p95 = turned(0.2, 2.4, 6));
        }),
        case(Cause::AppErrors5xx, "tasks crashed and were replaced, and then requests fail", |e| {
            e.stopped = Reading::Read(vec![ended("x1", 9), ended("x2", 10), ended("x3", 12)]);
            said(e, 7, STEADY);
            errors(e, 4);
        }),
        case(Cause::Unknown, "tasks failed their check and were replaced, and all is well", |e| {
            let reason = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:…)";
            let failed = |id: &str, minutes| asked(id, minutes, "ServiceSchedulerInitiated", reason, 0);
            e.stopped = Reading::Read(vec![failed("x1", 6), failed("x2", 7), failed("x3", 8)]);
            said(e, 8, "(service web) (task x3) is unhealthy in (target-group …)");
            said(e, 5, STEADY);
        }),
    ]
}

fn beside() -> Vec<Case> {
    let maintained = |minutes| {
        let reason = "ECS is performing maintenance on the underlying infrastructure hosting the task";
        asked("x1", minutes, "ServiceSchedulerInitiated", reason, 0)
    };
    vec![
        case(Cause::ClientErrors4xx, "clients are refused, and later a host is retired", move |e| {
            metrics(e, |m| m.target_4xx = series(&[180.0; 10]));
            e.stopped = Reading::Read(vec![maintained(3)]);
        }),
        case(Cause::SlowDependency, "requests are slow, and later a host is retired", move |e| {
            metrics(e, |m| m.latency_p95 = turned(0.2, 2.4, 10));
            e.stopped = Reading::Read(vec![maintained(3)]);
        }),
        case(Cause::AppErrors5xx, "a host is retired, and the tasks that are there answer with errors", move |e| {
            e.stopped = Reading::Read(vec![maintained(4)]);
            errors(e, 3);
        }),
        Case {
            name: "memory grows slowly, and a secret was rotated",
            cause: Cause::StaleTasks,
            evidence: {
                let mut evidence = stale();
                metrics(&mut evidence, |m| m.memory = growing(50.0, 80.0));
                evidence
            },
        },
        case(Cause::BadDeployment, "a release refuses most requests", |e| {
            deployed(e, 12, Rollout::Completed, 3);
            metrics(e, |m| m.target_4xx = series(&[360.0; 10]));
        }),
        case(Cause::BadDeployment, "somebody goes back from a release with which requests began to fail", |e| {
            deployed(e, 2, Rollout::InProgress, 1);
            service(e, |s| s.deployments[1].created_at = minutes_ago(14));
            errors(e, 12);
        }),
    ]
}
