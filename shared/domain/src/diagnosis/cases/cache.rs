use super::super::staged::{cache_away, errors, sicken};
use super::*;
use crate::evidence::{CacheEvent, SecretChange};

const REFUSED: &str = "Error: connect ECONNREFUSED web-redis.abc.cache.amazonaws.com:6379";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = away();
    cases.extend(full());
    cases.extend(busy());
    cases
}

fn away() -> Vec<Case> {
    let cause = Cause::RedisUnreachable;
    vec![
        Case { name: "the cache reboots and every target is sick", cause, evidence: cache_away() },
        case(cause, "a security group was changed: the cache is there and nobody reaches it", |e| {
            sicken(e, 3);
            errors(e, 4);
            e.errors = Reading::Read(vec![logged("redis: connect ETIMEDOUT 10.0.9.4:6379", 90, 3)]);
            metrics(e, |m| m.cache_connections = turned(30.0, 0.0, 5));
        }),
        case(cause, "the primary failed over and a shallow health check does not see it", |e| {
            errors(e, 3);
            e.errors = Reading::Read(vec![logged(REFUSED, 60, 3)]);
            e.cache_events = Reading::Read(vec![CacheEvent {
                at: minutes_ago(4),
                about: "web-redis".to_owned(),
                message: "Failover to replica node web-redis-002 completed".to_owned(),
            }]);
        }),
        case(cause, "the cache is away and the tasks crash for it", |e| {
            stops(e, vec![ended("x1", 1), ended("x2", 2), ended("x3", 4)], 1, 1);
            sicken(e, 1);
            change(&mut e.cache, |cache| cache.status = "deleting".to_owned());
            e.errors = Reading::Read(vec![logged(REFUSED, 30, 3)]);
        }),
        case(cause, "the cache is away while a secret was rotated", |e| {
            *e = cache_away();
            e.secrets = Reading::Read(vec![SecretChange { name: "web/token".to_owned(), changed_at: minutes_ago(4) }]);
        }),
        case(cause, "all unhealthy for the cache, and ECS stops some for their health check", |e| {
            *e = cache_away();
            let reason = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:…)";
            e.stopped = Reading::Read(vec![asked("x1", 2, "ServiceSchedulerInitiated", reason, 137)]);
        }),
    ]
}

fn full() -> Vec<Case> {
    let cause = Cause::RedisMemoryFull;
    vec![
        case(cause, "evictions, misses and slow answers", |e| {
            metrics(e, |m| {
                m.cache_memory = turned(70.0, 100.0, 20);
                m.cache_evictions = turned(0.0, 900.0, 8);
                m.cache_hits = turned(1000.0, 400.0, 8);
                m.cache_misses = turned(50.0, 600.0, 8);
                m.latency_p95 = turned(0.2, 1.4, 7);
            });
        }),
        case(cause, "evictions and misses before anybody notices", |e| {
            metrics(e, |m| {
                m.cache_memory = turned(80.0, 99.0, 20);
                m.cache_evictions = turned(5.0, 500.0, 8);
                m.cache_hits = turned(1000.0, 600.0, 8);
                m.cache_misses = turned(50.0, 400.0, 8);
            });
        }),
        case(cause, "a cache without eviction refuses writes", |e| {
            errors(e, 5);
            metrics(e, |m| m.cache_memory = turned(90.0, 100.0, 6));
            let line = "ReplyError: OOM command not allowed when used memory > 'maxmemory'.";
            e.errors = Reading::Read(vec![logged(line, 200, 3)]);
        }),
    ]
}

fn busy() -> Vec<Case> {
    let cause = Cause::RedisCpuSaturated;
    vec![
        case(cause, "an expensive command keeps the engine busy", |e| {
            metrics(e, |m| {
                m.cache_engine_cpu = turned(10.0, 99.0, 8);
                m.cache_cpu = turned(8.0, 52.0, 8);
                m.latency_p95 = turned(0.2, 2.0, 8);
            });
        }),
        case(cause, "a small node's CPU is used up", |e| {
            metrics(e, |m| {
                m.cache_cpu = turned(20.0, 97.0, 10);
                m.cache_engine_cpu = turned(15.0, 60.0, 10);
                m.target_5xx = series(&[40.0; 6]);
            });
        }),
        case(cause, "so busy that clients give up waiting", |e| {
            metrics(e, |m| {
                m.cache_engine_cpu = turned(12.0, 98.0, 8);
                m.latency_p95 = turned(0.2, 3.0, 8);
                m.target_5xx = series(&[50.0; 6]);
            });
            e.errors = Reading::Read(vec![logged("Redis command timed out after <n> ms", 80, 3)]);
        }),
        case(cause, "used up before anybody notices", |e| {
            metrics(e, |m| m.cache_engine_cpu = turned(12.0, 95.0, 6));
        }),
    ]
}
