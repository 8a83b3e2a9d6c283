//! The mail topic: e-mail that wakes nobody.

use futures::future::BoxFuture;
use paramedic_domain::escalation::Channel;

use crate::notifier::{Note, Notifier, Parts, Sent, topics};
use crate::topic::Topic;

/// The mail topic.
#[derive(Debug)]
struct Mail(Topic);

pub(in crate::notifier) fn build(parts: &Parts<'_>) -> Option<Box<dyn Notifier>> {
    Some(Box::new(Mail(Topic::new(parts.sns.clone(), &parts.environment.mail_topic))))
}

impl Notifier for Mail {
    fn serves(&self, channel: &Channel) -> bool {
        *channel == Channel::Mail
    }

    fn send<'a>(&'a self, note: &'a Note<'a>) -> BoxFuture<'a, Sent> {
        Box::pin(async move { self.0.publish(topics::long(note)).await.map(|()| None) })
    }
}
