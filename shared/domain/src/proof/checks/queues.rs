//! Whether what fails for good is kept, and somebody is told.

use jiff::Timestamp;

use super::super::finding::Says;
use super::super::readings::{Topic, queue_name};
use super::super::{Expected, Readings};
use crate::evidence::Reading;

/// Every queue has a dead-letter queue, and an alarm watches that and tells a topic on which people listen.
pub(super) fn dead_letters(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let queues = match &readings.queues {
        Reading::Read(queues) => queues,
        Reading::NotConfigured => return Says::skip("no function takes from a queue"),
        Reading::Unread { why } => return Says::unread("the queues", why),
    };
    let alarms = match &readings.alarms {
        Reading::Read(alarms) => alarms,
        Reading::NotConfigured => return Says::skip("there are no alarms to look at"),
        Reading::Unread { why } => return Says::unread("the alarms", why),
    };
    let topics = [Topic::Watchdog, Topic::Pages].map(|topic| readings.topics.get(&topic).and_then(Reading::read));
    let heard: Vec<&str> = topics.into_iter().flatten().map(|topic| topic.arn.as_str()).collect();
    let watched = |name: &str| {
        alarms.iter().any(|alarm| {
            alarm.watches.iter().any(|(namespace, metric, dimensions)| {
                namespace == "AWS/SQS"
                    && metric == "ApproximateNumberOfMessagesVisible"
                    && dimensions.get("QueueName").is_some_and(|queue| queue == name)
            }) && heard.iter().any(|topic| alarm.tells(topic))
        })
    };
    let mut problems = Vec::new();
    for queue in queues {
        match &queue.dead_letters {
            None => problems.push(format!("{} has no dead-letter queue", queue_name(&queue.arn))),
            Some(letters) if !watched(queue_name(letters)) => {
                problems.push(format!("no alarm that people hear watches {}", queue_name(letters)));
            }
            Some(_) => {}
        }
    }
    let hint = "deploy the ops stack again; it has an alarm for every dead-letter queue, on the watchdog topic";
    Says::all(problems, Vec::new(), format!("{} queues, each with watched dead letters", queues.len()), hint)
}
