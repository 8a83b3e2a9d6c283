//! Whether CloudWatch can publish to the topics it has to.

use jiff::Timestamp;

use super::super::finding::Says;
use super::super::policy::{Admission, admits_cloudwatch};
use super::super::readings::{Topic, TopicFacts};
use super::super::{Expected, Readings};
use crate::alarm::text;
use crate::evidence::Reading;

/// AWS's own key for SNS. Its policy cannot be changed, and does not admit CloudWatch ("Encryption at rest", Amazon Simple
/// Notification Service Developer Guide: "Enable compatibility between event sources from AWS services and encrypted
/// topics").
const AWS_OWN_KEY: &str = "alias/aws/sns";

/// No topic that CloudWatch publishes to is encrypted under a key it cannot use.
pub(super) fn encryption(_expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let (topics, mut unread) = for_alarms(readings);
    let mut problems = Vec::new();
    for (topic, facts) in &topics {
        match facts.key.as_deref() {
            None => {}
            Some(key) if key.ends_with(AWS_OWN_KEY) => {
                problems
                    .push(format!("{} is encrypted under {AWS_OWN_KEY}, which CloudWatch cannot use", topic.words()));
            }
            Some(key) => unread.push(format!(
                "{} is encrypted under {}: whether its policy admits cloudwatch.amazonaws.com is not known",
                topic.words(),
                text::escaped(key, 100)
            )),
        }
    }
    let hint = "use no key, or a customer key whose policy admits cloudwatch.amazonaws.com (kms:Decrypt, kms:GenerateDataKey*)";
    let says = Says::all(problems, unread, "CloudWatch can encrypt for the topics it publishes to".to_owned(), hint);
    Says { hint: says.hint.map(|_| hint.to_owned()), ..says }
}

/// The policy of each topic that CloudWatch publishes to lets it.
pub(super) fn policy(expected: &Expected, readings: &Readings, _now: Timestamp) -> Says {
    let (topics, mut unread) = for_alarms(readings);
    let mut problems = Vec::new();
    for (topic, facts) in &topics {
        let Some(policy) = &facts.policy else {
            problems.push(format!("{} has no policy", topic.words()));
            continue;
        };
        match admits_cloudwatch(policy, &facts.arn, &expected.account) {
            Admission::Yes => {}
            Admission::No(why) => problems.push(format!("{} does not admit CloudWatch: {why}", topic.words())),
            Admission::Unknown(why) => unread.push(format!("{}: {}", topic.words(), text::escaped(&why, 200))),
        }
    }
    let hint = "deploy the ops stack again; its topic policies admit cloudwatch.amazonaws.com for this account";
    Says::all(problems, unread, "the policies let CloudWatch publish alarms of this account".to_owned(), hint)
}

/// The topics that CloudWatch publishes to, and what could not be read of them.
fn for_alarms(readings: &Readings) -> (Vec<(Topic, &TopicFacts)>, Vec<String>) {
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    for (topic, facts) in readings.topics.iter().filter(|(topic, _)| topic.takes_alarms()) {
        match facts {
            Reading::Read(facts) => read.push((*topic, facts)),
            Reading::NotConfigured => {}
            Reading::Unread { why } => unread.push(format!("{} could not be read: {why}", topic.words())),
        }
    }
    (read, unread)
}
