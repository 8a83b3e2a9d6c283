//! The incidents topic as a channel: the enricher is asked for an explanation.

use futures::future::BoxFuture;
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::escalation::{Channel, Kind};

use super::{Note, Notifier, Parts, Sent};
use crate::bus::Bus;
use crate::topic::Topic;

/// Asks for explanations.
#[derive(Debug)]
struct Incidents(Bus);

pub(super) fn build(parts: &Parts<'_>) -> Option<Box<dyn Notifier>> {
    let topic = Topic::new(parts.sns.clone(), &parts.environment.incidents_topic);
    Some(Box::new(Incidents(Bus::new(topic))))
}

impl Notifier for Incidents {
    fn serves(&self, channel: &Channel) -> bool {
        *channel == Channel::Incidents
    }

    fn send<'a>(&'a self, note: &'a Note<'a>) -> BoxFuture<'a, Sent> {
        let subject = note.incident.subject();
        let bulletin = match note.kind {
            Kind::Opened => Bulletin::Opened { subject },
            _ => Bulletin::Escalated { subject },
        };
        Box::pin(async move { self.0.publish(&bulletin).await.map(|()| None) })
    }
}
