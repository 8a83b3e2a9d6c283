//! The telephones and mailboxes behind the topics of people: an HTTP endpoint that all of them deliver to.
//!
//! SNS posts a `SubscriptionConfirmation` first, then `Notification`s
//! (`docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html`).

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::observed::{Log, Observed, PeopleTopic};

/// What arrived at the endpoint.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrived {
    /// SNS asks whether the subscription is wanted: confirm with this token.
    Confirm {
        /// The topic's ARN.
        topic_arn: String,
        /// What `ConfirmSubscription` wants.
        token: String,
    },
    /// A notification, which was recorded.
    Noted,
    /// Something else, or a topic nobody told us of.
    Ignored,
}

/// Subscribers of the topics that reach people.
#[derive(Debug)]
pub struct Topics {
    log: Log,
    known: Mutex<Vec<(String, PeopleTopic)>>,
}

impl Topics {
    /// Nobody is subscribed yet.
    #[must_use]
    pub fn new(log: Log) -> Self {
        Self { log, known: Mutex::default() }
    }

    /// Says which topic an ARN is.
    pub fn know(&self, topic_arn: &str, topic: PeopleTopic) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).push((topic_arn.to_owned(), topic));
    }

    /// Takes what SNS posted.
    pub fn receive(&self, body: &[u8]) -> Arrived {
        let message: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let topic_arn = text("TopicArn");
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let topic = known.iter().find(|(arn, _)| *arn == topic_arn).map(|(_, topic)| *topic);
        match (text("Type").as_str(), topic) {
            ("SubscriptionConfirmation", _) => Arrived::Confirm { topic_arn, token: text("Token") },
            ("Notification", Some(topic)) => {
                let to = message.pointer("/MessageAttributes/to/Value").and_then(Value::as_str).map(str::to_owned);
                self.log.add(Observed::Topic { topic, to, subject: text("Subject"), text: text("Message") });
                Arrived::Noted
            }
            _ => Arrived::Ignored,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_notification_is_recorded_under_its_topic_and_a_confirmation_is_asked_for() {
        let log = Log::default();
        let topics = Topics::new(log.clone());
        topics.know("arn:pages", PeopleTopic::Pages);
        let body = |kind: &str, arn: &str| {
            json!({"Type": kind, "TopicArn": arn, "Message": "m", "Token": "t",
                "MessageAttributes": {"to": {"Type": "String", "Value": "ada"}}})
            .to_string()
        };
        let asked = topics.receive(body("SubscriptionConfirmation", "arn:pages").as_bytes());
        assert_eq!(asked, Arrived::Confirm { topic_arn: "arn:pages".to_owned(), token: "t".to_owned() });
        assert_eq!(topics.receive(body("Notification", "arn:other").as_bytes()), Arrived::Ignored);
        assert_eq!(topics.receive(body("Notification", "arn:pages").as_bytes()), Arrived::Noted);
        let seen = log.all();
        assert!(
            matches!(&seen.first().unwrap().what, Observed::Topic { topic: PeopleTopic::Pages, to: Some(to), text, .. }
                if text == "m" && to == "ada")
        );
        assert_eq!(seen.len(), 1);
    }
}
