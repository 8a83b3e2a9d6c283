//! Incidents that look like another one.

use std::collections::BTreeMap;

use super::super::staged::{cache_away, errors, sicken, stale};
use super::*;
use crate::evidence::{Record, Ringing, SecretChange, Typical};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = quiet();
    cases.extend(two_things());
    cases
}

/// What looks like trouble and is none, or does not decide.
fn quiet() -> Vec<Case> {
    let cause = Cause::Unknown;
    vec![
        case(cause, "nothing is wrong", |_| {}),
        case(cause, "a full cache that evicts as it always does", |e| {
            metrics(e, |m| {
                m.cache_memory = series(&[100.0; 75]);
                m.cache_evictions = series(&[400.0; 75]);
                m.cache_hits = series(&[900.0; 75]);
                m.cache_misses = series(&[100.0; 75]);
            });
        }),
        case(cause, "memory that is high and steady", |e| metrics(e, |m| m.memory = series(&[78.0; 75]))),
        case(cause, "many requests, as many as every week and an hour before", |e| {
            metrics(e, |m| m.requests = series(&[6000.0; 75]));
            e.week_before = Reading::Read(Typical { requests: Some(5900.0), ..Typical::default() });
        }),
        case(cause, "tasks were scaled in and obeyed", |e| {
            let reason = "Scaling activity initiated by (deployment ecs-svc/1000000000000000001)";
            e.stopped = Reading::Read(vec![asked("x1", 3, "ServiceSchedulerInitiated", reason, 0)]);
        }),
        case(cause, "an alarm of another service rings", |e| {
            e.ringing = Reading::Read(vec![Ringing {
                name: "shop-P0-alb-5xx".to_owned(),
                service: None,
                metric: Some("HTTPCode_Target_5XX_Count".to_owned()),
                since: minutes_ago(3),
                dimensions: BTreeMap::new(),
            }]);
        }),
        case(cause, "a deployment completed an hour ago and all is well", |e| deployed(e, 60, Rollout::Completed, 3)),
        case(cause, "a deployment is in flight and goes well", |e| deployed(e, 3, Rollout::InProgress, 1)),
        case(cause, "a task was killed for memory an hour ago and all is well since", |e| {
            e.stopped = Reading::Read(vec![out_of_memory("x1", 55, 137)]);
        }),
    ]
}

/// Two things happened, and one of them is why.
fn two_things() -> Vec<Case> {
    vec![
        case(Cause::StaleTasks, "a task was killed for memory an hour ago; now a secret was rotated", |e| {
            *e = stale();
            e.stopped = Reading::Read(vec![out_of_memory("x1", 55, 137)]);
        }),
        case(Cause::RedisUnreachable, "a task was killed for memory ten minutes ago; now the cache is away", |e| {
            *e = cache_away();
            e.stopped = Reading::Read(vec![out_of_memory("x1", 10, 137)]);
        }),
        case(Cause::AppErrors5xx, "a Spot task was replaced long ago; now the application fails", |e| {
            errors(e, 4);
            let spot = asked("x1", 40, "SpotInterruption", "Your Spot Task was interrupted.", 0);
            e.stopped = Reading::Read(vec![spot]);
            e.errors = Reading::Read(vec![logged("TypeError: cannot read properties of null", 200, 3)]);
        }),
        case(Cause::CpuSaturatedScalingBlocked, "scaling is suspended below the maximum", |e| {
            metrics(e, |m| m.cpu = turned(50.0, 91.0, 10));
            change(&mut e.scaling, |scaling| scaling.scale_out_suspended = true);
        }),
        case(Cause::AppErrors5xx, "requests fail hours after a deployment, which is not why", |e| {
            deployed(e, 240, Rollout::Completed, 3);
            errors(e, 6);
            e.errors = Reading::Read(vec![logged("TypeError: cannot read properties of null", 200, 3)]);
        }),
        case(Cause::AppErrors5xx, "tasks were redeployed without a change, then requests fail", |e| {
            deployed(e, 12, Rollout::Completed, 3);
            e.definition = Reading::Read(definition());
            e.previous = Reading::Read(definition());
            errors(e, 9);
            e.errors = Reading::Read(vec![logged("TypeError: cannot read properties of null", 200, 3)]);
        }),
        case(Cause::TrafficSurge, "many more requests right after a deployment", |e| {
            deployed(e, 12, Rollout::Completed, 3);
            metrics(e, |m| {
                m.requests = turned(600.0, 2600.0, 8);
                m.latency_p95 = turned(0.2, 0.9, 8);
            });
        }),
        case(Cause::BadDeployment, "a secret was rotated hours ago; requests fail since the deployment", |e| {
            deployed(e, 12, Rollout::Completed, 3);
            errors(e, 9);
            e.secrets =
                Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(200) }]);
        }),
        case(Cause::ImagePullFailed, "a pull failed just now; hours ago it was memory", |e| {
            let reason = "CannotPullContainerError: pull image manifest has been retried: not found";
            stops(e, vec![unstarted("x1", 1, reason)], 2, 1);
            e.record = Reading::Read(Record { stopped: vec![out_of_memory("x0", 200, 137)], ..Record::default() });
        }),
        case(Cause::OomKilled, "a pull failed once an hour ago; now it is memory", |e| {
            let reason = "CannotPullContainerError: pull image manifest has been retried: not found";
            stops(e, vec![out_of_memory("x2", 1, 137), unstarted("x1", 58, reason)], 2, 1);
        }),
        case(Cause::HealthCheckFailing, "sick tasks without a word of the cache, which is well", |e| {
            sicken(e, 2);
        }),
        case(Cause::CrashLoop, "killed by something else than ECS and not for memory", |e| {
            let killed = ["x1", "x2", "x3"].into_iter().zip([1, 4, 8]).map(|(id, minutes)| {
                let mut task = ended(id, minutes);
                task.containers[0].exit_code = Some(137);
                task
            });
            let killed = killed.collect();
            stops(e, killed, 2, 1);
        }),
    ]
}
