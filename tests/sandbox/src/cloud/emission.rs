//! What the cloud sends of its own accord.

use jiff::Timestamp;
use serde_json::Value;

/// Something the model sends without having been asked; whoever drives it carries it to its receiver.
#[derive(Debug, Clone, PartialEq)]
pub enum Emission {
    /// An alarm action that names an SNS topic: to be published there by CloudWatch.
    AlarmToSns {
        /// The topic.
        topic_arn: String,
        /// The message's subject, such as `ALARM: "name" in EU (Ireland)`.
        subject: String,
        /// The message: JSON, as CloudWatch writes it.
        message: String,
    },
    /// An alarm action that names a function: to be invoked asynchronously.
    AlarmToLambda {
        /// The function, possibly qualified.
        function_arn: String,
        /// The event.
        payload: Value,
    },
    /// A whole event for the default bus, with `source`, `detail-type`, `resources`, `detail` and so on.
    EventBridge(Value),
    /// A line that a container wrote.
    Log {
        /// When.
        at: Timestamp,
        /// The log group's name.
        group: String,
        /// The log stream's name, `<prefix>/<container>/<task id>`.
        stream: String,
        /// One line.
        message: String,
    },
}
