//! The metrics of the last quarter of an hour, all in one call. "GetMetricData", Amazon CloudWatch API Reference.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Metrics, Point, Reading, Series};

use super::{Read, cache, why};
use crate::alarms::moment;

/// How far back.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Seconds of a point.
const PERIOD_S: i32 = 60;
/// Pages that are read. Eight series of fifteen points fit in the first.
const PAGES: usize = 3;

/// One series: the metric, its statistic and where it goes.
struct Wanted {
    id: &'static str,
    namespace: &'static str,
    name: &'static str,
    statistic: &'static str,
    dimensions: Vec<(&'static str, String)>,
    slot: fn(&mut Metrics) -> &mut Series,
}

pub(super) async fn read(client: &Client, service: &Service, now: Timestamp) -> Read<Metrics> {
    let wanted = wanted(service);
    let queries: Vec<MetricDataQuery> = wanted.iter().map(query).collect();
    let since = now.checked_sub(WINDOW).map_err(|error| error.to_string())?;
    let call = client
        .get_metric_data()
        .set_metric_data_queries(Some(queries))
        .start_time(DateTime::from_millis(since.as_millisecond()))
        .end_time(DateTime::from_millis(now.as_millisecond()))
        .scan_by(ScanBy::TimestampAscending);
    let mut results = Vec::new();
    let mut token = None;
    for _ in 0..PAGES {
        let answer = call.clone().set_next_token(token.take()).send().await.map_err(why)?;
        token = answer.next_token;
        results.extend(answer.metric_data_results.unwrap_or_default());
        if token.is_none() {
            break;
        }
    }
    if token.is_some() {
        return Err(format!("CloudWatch had more than {PAGES} pages"));
    }
    let mut metrics = Metrics::default();
    for wanted in &wanted {
        *(wanted.slot)(&mut metrics) = series(wanted.id, &results)?;
    }
    Ok(Reading::Read(metrics))
}

/// The points of one query. A metric that was never reported has a result without points; a result that is missing or
/// failed was not read.
fn series(id: &str, results: &[MetricDataResult]) -> Result<Series, String> {
    let mut points = Vec::new();
    let mut seen = false;
    for result in results.iter().filter(|result| result.id() == Some(id)) {
        if let Some(StatusCode::InternalError | StatusCode::Forbidden) = result.status_code() {
            let status = result.status_code().map_or("", StatusCode::as_str);
            return Err(format!("CloudWatch answered {status} for the series {id}"));
        }
        seen = true;
        let pairs = result.timestamps().iter().zip(result.values());
        points.extend(pairs.filter_map(|(at, value)| Some(Point { at: moment(at)?, value: *value })));
    }
    if seen { Ok(Series::new(points)) } else { Err(format!("CloudWatch left out the series {id}")) }
}

/// The series of a service, going by what is configured. Metrics of a target group also need its load balancer's name
/// ("CloudWatch metrics for your Application Load Balancer", Elastic Load Balancing User Guide).
fn wanted(service: &Service) -> Vec<Wanted> {
    let tasks = || vec![("ClusterName", service.cluster.to_string()), ("ServiceName", service.ecs_service.to_string())];
    let mut all = vec![
        Wanted {
            id: "cpu",
            namespace: "AWS/ECS",
            name: "CPUUtilization",
            statistic: "Average",
            dimensions: tasks(),
            slot: |m| &mut m.cpu,
        },
        Wanted {
            id: "memory",
            namespace: "AWS/ECS",
            name: "MemoryUtilization",
            statistic: "Average",
            dimensions: tasks(),
            slot: |m| &mut m.memory,
        },
    ];
    if let Some(balancer) = service.load_balancer_dimension() {
        const BALANCER: &str = "AWS/ApplicationELB";
        let balancer = ("LoadBalancer", balancer.to_owned());
        let group = || {
            let group = service.target_group_dimension().map(|group| ("TargetGroup", group.to_owned()));
            group.into_iter().chain([balancer.clone()]).collect()
        };
        all.extend([
            Wanted {
                id: "requests",
                namespace: BALANCER,
                name: "RequestCount",
                statistic: "Sum",
                dimensions: group(),
                slot: |m| &mut m.requests,
            },
            Wanted {
                id: "target_5xx",
                namespace: BALANCER,
                name: "HTTPCode_Target_5XX_Count",
                statistic: "Sum",
                dimensions: group(),
                slot: |m| &mut m.target_5xx,
            },
            // The balancer's own errors belong to no target group.
            Wanted {
                id: "elb_5xx",
                namespace: BALANCER,
                name: "HTTPCode_ELB_5XX_Count",
                statistic: "Sum",
                dimensions: vec![balancer.clone()],
                slot: |m| &mut m.elb_5xx,
            },
            Wanted {
                id: "latency_p95",
                namespace: BALANCER,
                name: "TargetResponseTime",
                statistic: "p95",
                dimensions: group(),
                slot: |m| &mut m.latency_p95,
            },
        ]);
    }
    if let Some(configured) = service.cache.as_deref() {
        const CACHE: &str = "AWS/ElastiCache";
        let member = || vec![("CacheClusterId", cache::member(configured))];
        all.extend([
            Wanted {
                id: "cache_connections",
                namespace: CACHE,
                name: "CurrConnections",
                statistic: "Average",
                dimensions: member(),
                slot: |m| &mut m.cache_connections,
            },
            Wanted {
                id: "cache_memory",
                namespace: CACHE,
                name: "DatabaseMemoryUsagePercentage",
                statistic: "Average",
                dimensions: member(),
                slot: |m| &mut m.cache_memory,
            },
        ]);
    }
    all
}

fn query(wanted: &Wanted) -> MetricDataQuery {
    let dimensions =
        wanted.dimensions.iter().map(|(name, value)| Dimension::builder().name(*name).value(value).build());
    let metric = Metric::builder()
        .namespace(wanted.namespace)
        .metric_name(wanted.name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder().metric(metric).period(PERIOD_S).stat(wanted.statistic).build();
    MetricDataQuery::builder().id(wanted.id).metric_stat(stat).return_data(true).build()
}
