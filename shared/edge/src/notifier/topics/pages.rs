//! The pages topic: SMS and e-mail of everybody on call.

use futures::future::BoxFuture;
use paramedic_domain::escalation::Channel;

use crate::notifier::{Note, Notifier, Parts, Sent, topics};
use crate::topic::Topic;

/// The pages topic.
#[derive(Debug)]
struct Pages(Topic);

pub(in crate::notifier) fn build(parts: &Parts<'_>) -> Option<Box<dyn Notifier>> {
    Some(Box::new(Pages(Topic::new(parts.sns.clone(), &parts.environment.pages_topic))))
}

impl Notifier for Pages {
    fn serves(&self, channel: &Channel) -> bool {
        *channel == Channel::Pages
    }

    fn send<'a>(&'a self, note: &'a Note<'a>) -> BoxFuture<'a, Sent> {
        Box::pin(async move { self.0.publish(topics::short_and_long(note)).await.map(|()| None) })
    }
}
