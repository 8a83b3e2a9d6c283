//! The series that are asked for, going by what is configured.

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Metrics, Series};

use crate::evidence::cache;

/// The namespace of each source.
const ECS: &str = "AWS/ECS";
const BALANCER: &str = "AWS/ApplicationELB";
const CACHE: &str = "AWS/ElastiCache";

/// One series: what it is called in the question, the metric, its statistic and where it goes.
#[derive(Clone, Copy)]
struct Line {
    id: &'static str,
    name: &'static str,
    statistic: &'static str,
    slot: fn(&mut Metrics) -> &mut Series,
}

/// A line of the tables below.
const fn line(
    id: &'static str,
    name: &'static str,
    statistic: &'static str,
    slot: fn(&mut Metrics) -> &mut Series,
) -> Line {
    Line { id, name, statistic, slot }
}

/// "Amazon ECS CloudWatch metrics", Amazon ECS Developer Guide.
const OF_TASKS: &[Line] = &[
    line("cpu", "CPUUtilization", "Average", |m| &mut m.cpu),
    line("memory", "MemoryUtilization", "Average", |m| &mut m.memory),
];

/// "CloudWatch metrics for your Application Load Balancer", Elastic Load Balancing User Guide.
const OF_TARGETS: &[Line] = &[
    line("requests", "RequestCount", "Sum", |m| &mut m.requests),
    line("target_5xx", "HTTPCode_Target_5XX_Count", "Sum", |m| &mut m.target_5xx),
    line("target_4xx", "HTTPCode_Target_4XX_Count", "Sum", |m| &mut m.target_4xx),
    line("latency_p50", "TargetResponseTime", "p50", |m| &mut m.latency_p50),
    line("latency_p95", "TargetResponseTime", "p95", |m| &mut m.latency_p95),
    line("latency_p99", "TargetResponseTime", "p99", |m| &mut m.latency_p99),
];

/// The balancer's own answers, which belong to no target group.
const OF_BALANCER: &[Line] = &[
    line("elb_5xx", "HTTPCode_ELB_5XX_Count", "Sum", |m| &mut m.elb_5xx),
    line("elb_4xx", "HTTPCode_ELB_4XX_Count", "Sum", |m| &mut m.elb_4xx),
];

/// "Metrics for Valkey and Redis OSS" and "Host-level metrics", Amazon ElastiCache User Guide.
const OF_CACHE: &[Line] = &[
    line("cache_connections", "CurrConnections", "Average", |m| &mut m.cache_connections),
    line("cache_memory", "DatabaseMemoryUsagePercentage", "Average", |m| &mut m.cache_memory),
    line("cache_cpu", "CPUUtilization", "Average", |m| &mut m.cache_cpu),
    line("cache_engine_cpu", "EngineCPUUtilization", "Average", |m| &mut m.cache_engine_cpu),
    line("cache_evictions", "Evictions", "Sum", |m| &mut m.cache_evictions),
    line("cache_hits", "CacheHits", "Sum", |m| &mut m.cache_hits),
    line("cache_misses", "CacheMisses", "Sum", |m| &mut m.cache_misses),
];

/// Only a node that is a replica reports it, and which of the two is one changes with a failover.
const LAG_OF_FIRST: &[Line] = &[line("cache_lag_1", "ReplicationLag", "Maximum", |m| &mut m.cache_lag)];
const LAG_OF_SECOND: &[Line] = &[line("cache_lag_2", "ReplicationLag", "Maximum", |m| &mut m.cache_lag)];

/// One series of a service.
pub(super) struct Wanted {
    pub(super) id: &'static str,
    namespace: &'static str,
    line: Line,
    dimensions: Vec<(&'static str, String)>,
}

/// Every series of a service.
pub(super) fn wanted(service: &Service) -> Vec<Wanted> {
    let mut all = usual(service);
    if let Some(configured) = service.cache.as_deref() {
        let member = |name| vec![("CacheClusterId", name)];
        let (first, second) = (member(cache::first(configured)), member(cache::second(configured)));
        all.extend(of(CACHE, OF_CACHE, &first));
        all.extend(of(CACHE, LAG_OF_FIRST, &first));
        if first != second {
            all.extend(of(CACHE, LAG_OF_SECOND, &second));
        }
    }
    all
}

/// The series that show what is usual: those of the tasks and of the load balancer. Metrics of a target group also need
/// its load balancer's name.
pub(super) fn usual(service: &Service) -> Vec<Wanted> {
    let tasks = [("ClusterName", service.cluster.to_string()), ("ServiceName", service.ecs_service.to_string())];
    let mut all: Vec<Wanted> = of(ECS, OF_TASKS, &tasks).collect();
    if let Some(balancer) = service.load_balancer_dimension() {
        let balancer = ("LoadBalancer", balancer.to_owned());
        let group = service.target_group_dimension().map(|group| ("TargetGroup", group.to_owned()));
        let targets: Vec<_> = group.into_iter().chain([balancer.clone()]).collect();
        all.extend(of(BALANCER, OF_TARGETS, &targets));
        all.extend(of(BALANCER, OF_BALANCER, &[balancer]));
    }
    all
}

fn of(
    namespace: &'static str,
    lines: &'static [Line],
    dimensions: &[(&'static str, String)],
) -> impl Iterator<Item = Wanted> {
    lines.iter().map(move |line| Wanted { id: line.id, namespace, line: *line, dimensions: dimensions.to_vec() })
}

impl Wanted {
    pub(super) fn query(&self, period_s: i32) -> MetricDataQuery {
        let dimensions =
            self.dimensions.iter().map(|(name, value)| Dimension::builder().name(*name).value(value).build());
        let metric = Metric::builder()
            .namespace(self.namespace)
            .metric_name(self.line.name)
            .set_dimensions(Some(dimensions.collect()))
            .build();
        let stat = MetricStat::builder().metric(metric).period(period_s).stat(self.line.statistic).build();
        MetricDataQuery::builder().id(self.id).metric_stat(stat).return_data(true).build()
    }

    /// Whether its value grows with the length of a period.
    pub(super) fn is_sum(&self) -> bool {
        self.line.statistic == "Sum"
    }

    /// Puts the series where it belongs. Of two for one place the one with points counts.
    pub(super) fn put(&self, metrics: &mut Metrics, series: Series) {
        let slot = (self.line.slot)(metrics);
        if !series.points().is_empty() {
            *slot = series;
        }
    }
}
