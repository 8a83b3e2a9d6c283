//! The people topic: SMS and e-mail of one person. A person subscribes with the filter policy `{"to": ["NAME"]}`, so that
//! neither configuration nor table holds a telephone number or an address.

use futures::future::BoxFuture;
use paramedic_domain::escalation::{Channel, Failure};

use crate::notifier::{Note, Notifier, Parts, Sent, topics};
use crate::topic::Topic;

/// The people topic.
#[derive(Debug)]
struct People(Topic);

pub(in crate::notifier) fn build(parts: &Parts<'_>) -> Option<Box<dyn Notifier>> {
    Some(Box::new(People(Topic::new(parts.sns.clone(), &parts.environment.people_topic))))
}

impl Notifier for People {
    fn serves(&self, channel: &Channel) -> bool {
        matches!(channel, Channel::Person(_))
    }

    fn send<'a>(&'a self, note: &'a Note<'a>) -> BoxFuture<'a, Sent> {
        Box::pin(async move {
            let Channel::Person(person) = note.channel else {
                return Err(Failure::Permanent { why: "no person is named".to_owned() });
            };
            let mut message = topics::short_and_long(note);
            message.attributes.push(("to", person.as_str().to_owned()));
            self.0.publish(message).await.map(|()| None)
        })
    }
}
