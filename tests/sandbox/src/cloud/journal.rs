//! The record of the API calls that were served.

use super::protocol::Input;
use jiff::Timestamp;
use serde::Serialize;

/// One API call.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// When it arrived.
    pub at: Timestamp,
    /// The access key id that signed it.
    pub caller: String,
    /// The IAM action, such as `ecs:UpdateService`.
    pub action: String,
    /// What it was about: an ARN or a name, empty when the call names nothing.
    pub target: String,
    /// `ok`, or the error code.
    pub outcome: String,
    /// Whether the action changes anything.
    pub is_write: bool,
}

/// The IAM action of an operation: IAM names CloudWatch by another prefix than its signature does.
pub(super) fn action(service: &str, operation: &str) -> String {
    let prefix = if service == "monitoring" { "cloudwatch" } else { service };
    format!("{prefix}:{operation}")
}

/// Whether an action changes anything, which its verb tells. A datapoint changes nothing that runs.
pub(super) fn is_write(action: &str) -> bool {
    let operation = action.split(':').next_back().unwrap_or(action);
    if operation == "PutMetricData" {
        return false;
    }
    !["Describe", "List", "Get"].iter().any(|verb| operation.starts_with(verb))
}

/// What a call is about: the first member that names something.
pub(super) fn target(input: &Input) -> String {
    const NAMING: [&str; 23] = [
        "task",
        "tasks",
        "service",
        "services",
        "serviceName",
        "taskDefinition",
        "serviceDeploymentArn",
        "cluster",
        "clusters",
        "resourceArn",
        "TargetGroupArn",
        "TargetGroupArns",
        "LoadBalancerArns",
        "AlarmName",
        "AlarmNames",
        "ResourceARN",
        "ResourceId",
        "ResourceIds",
        "ReplicationGroupId",
        "CacheClusterId",
        "SourceIdentifier",
        "Namespace",
        "Names",
    ];
    NAMING
        .iter()
        .map(|name| input.texts(name))
        .find(|texts| !texts.is_empty())
        .map(|texts| texts.join(","))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_named_as_iam_names_them_and_writes_are_told_from_reads() {
        assert_eq!(action("monitoring", "DescribeAlarms"), "cloudwatch:DescribeAlarms");
        assert!(!is_write("cloudwatch:DescribeAlarms") && !is_write("ecs:ListTasks"));
        assert!(!is_write("cloudwatch:PutMetricData"));
        assert!(is_write("ecs:UpdateService") && is_write("cloudwatch:SetAlarmState"));
    }
}
