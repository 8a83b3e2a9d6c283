//! CPU and memory of each task, where the cluster has Container Insights with enhanced observability.
//!
//! "Amazon ECS Container Insights with enhanced observability metrics", Amazon CloudWatch User Guide: `TaskCpuUtilization`
//! and `TaskMemoryUtilization` in `ECS/ContainerInsights` with the dimensions ClusterName, ServiceName and TaskId. Which
//! tasks there are is not known beforehand, so CloudWatch searches ("CloudWatch search expression syntax"), and labels each
//! series by its task ("Use dynamic labels"). Without Container Insights it finds nothing, which is no error.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{MetricDataQuery, MetricDataResult};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Metrics, Point, Series};
use paramedic_domain::id::TaskId;

use super::answer::points;

const CPU: &str = "cpu_by_task";
const MEMORY: &str = "memory_by_task";
/// Makes CloudWatch write each series' task into its label.
const LABEL: &str = "${PROP('Dim.TaskId')}";

/// The searches; none for names that ECS would not have, since they end up between quotation marks.
pub(super) fn queries(service: &Service, period_s: i32) -> Vec<MetricDataQuery> {
    let (cluster, name) = (service.cluster.as_str(), service.ecs_service.as_str());
    if ![cluster, name].into_iter().all(is_plain) {
        return Vec::new();
    }
    let search = |id: &str, metric: &str| {
        let expression = format!(
            "SEARCH('{{ECS/ContainerInsights,ClusterName,ServiceName,TaskId}} MetricName=\"{metric}\" \
             ClusterName=\"{cluster}\" ServiceName=\"{name}\"', 'Average', {period_s})"
        );
        MetricDataQuery::builder().id(id).expression(expression).label(LABEL).return_data(true).build()
    };
    vec![search(CPU, "TaskCpuUtilization"), search(MEMORY, "TaskMemoryUtilization")]
}

/// Letters, digits, hyphens and underscores, as ECS has them ("CreateService", Amazon ECS API Reference).
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Puts what was found into its places.
pub(super) fn put(metrics: &mut Metrics, results: &[MetricDataResult]) {
    metrics.cpu_by_task = found(CPU, results);
    metrics.memory_by_task = found(MEMORY, results);
}

fn found(id: &str, results: &[MetricDataResult]) -> BTreeMap<TaskId, Series> {
    let mut by_task: BTreeMap<TaskId, Vec<Point>> = BTreeMap::new();
    for result in results.iter().filter(|result| result.id() == Some(id)) {
        let Some(task) = result.label().filter(|label| !label.is_empty() && is_plain(label)) else { continue };
        // A page may end within a series.
        by_task.entry(TaskId::from(task)).or_default().extend(points(result));
    }
    let series = by_task.into_iter().filter(|(_, points)| !points.is_empty());
    series.map(|(task, points)| (task, Series::new(points))).collect()
}
