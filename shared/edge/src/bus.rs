//! The incidents topic: what the functions tell each other.

use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::escalation::Failure;
use paramedic_domain::request::Petition;
use serde::Serialize;

use crate::topic::{Message, Topic};

/// The incidents topic.
#[derive(Clone, Debug)]
pub struct Bus {
    topic: Topic,
}

impl Bus {
    pub(crate) fn new(topic: Topic) -> Self {
        Self { topic }
    }

    /// Tells the other functions. The subscriptions filter by the message attribute `event`.
    ///
    /// # Errors
    ///
    /// SNS did not say that it has the message.
    pub async fn publish(&self, bulletin: &Bulletin) -> Result<(), Failure> {
        self.say(bulletin.event(), bulletin).await
    }

    /// Tells the router what somebody asks.
    ///
    /// # Errors
    ///
    /// SNS did not say that it has the message.
    pub async fn publish_petition(&self, petition: &Petition) -> Result<(), Failure> {
        self.say(Petition::EVENT, petition).await
    }

    async fn say(&self, event: &str, what: &impl Serialize) -> Result<(), Failure> {
        let body = serde_json::to_string(what)
            .map_err(|error| Failure::Permanent { why: format!("{event} could not be written: {error}") })?;
        let attributes = vec![("event", event.to_owned())];
        self.topic.publish(Message { body, attributes, ..Message::default() }).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::staged::{self, incident};
    use crate::stub::{Reply, Stub};

    async fn bus(reply: fn() -> Reply) -> (Stub, Bus) {
        let stub = Stub::start(move |_, _| reply()).await;
        let bus = Bus::new(Topic::new(staged::sns(&stub.url), &staged::environment().incidents_topic));
        (stub, bus)
    }

    fn opened() -> Bulletin {
        Bulletin::Opened { subject: incident().subject(), ringing: Vec::new() }
    }

    #[tokio::test]
    async fn a_bulletin_bears_its_name_where_the_subscriptions_filter() {
        let (stub, bus) = bus(Reply::published).await;
        bus.publish(&opened()).await.unwrap();
        let asked = &stub.asked()[0];
        let form = asked.form();
        assert!(form["TopicArn"].ends_with(":incidents"));
        assert_eq!(asked.message_attributes()["event"], "opened");
        assert_eq!(serde_json::from_str::<Bulletin>(&form["Message"]).unwrap(), opened());
    }

    #[tokio::test]
    async fn what_may_work_later_is_told_from_what_will_not() {
        let cases: [(fn() -> Reply, bool); 4] = [
            (|| Reply::xml(500, "<ErrorResponse><Error><Code>InternalFailure</Code></Error></ErrorResponse>"), true),
            (|| Reply::xml(400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"), true),
            (|| Reply::HangsUp, true),
            (
                || Reply::xml(403, "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>"),
                false,
            ),
        ];
        for (reply, later) in cases {
            let (_stub, bus) = bus(reply).await;
            let failure = bus.publish(&opened()).await.unwrap_err();
            assert_eq!(matches!(failure, Failure::Transient { .. }), later, "{failure:?}");
        }
    }
}
