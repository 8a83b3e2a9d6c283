//! The watchdog topic: for what is wrong with the pages themselves.

use aws_sdk_sns::Client;
use paramedic_domain::escalation::Failure;
use paramedic_domain::proof::Topic;

use super::Whereabouts;
use crate::fault::Fault;

/// The topic that is heard when everything else fails.
#[derive(Clone, Debug)]
pub struct Watchdog {
    client: Client,
    topic: String,
}

impl Watchdog {
    pub(crate) fn new(client: Client, place: &Whereabouts) -> Option<Self> {
        Some(Self { client, topic: place.topics.get(&Topic::Watchdog)?.clone() })
    }

    /// Speaks. The subject is printable ASCII of at most 99 characters.
    ///
    /// # Errors
    ///
    /// SNS did not say that it has the message.
    pub async fn speak(&self, subject: &str, body: &str) -> Result<(), Failure> {
        let message = self.client.publish().topic_arn(&self.topic).subject(subject).message(body);
        message.send().await.map(|_| ()).map_err(|error| Fault::of(&error).into())
    }
}
