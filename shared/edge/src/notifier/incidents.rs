//! The incidents topic as a channel: the other functions are asked for what only they can do.

use futures::future::BoxFuture;
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::escalation::{Channel, Failure, Kind};
use paramedic_domain::incident::Incident;

use super::{Note, Notifier, Parts, Sent};
use crate::bus::Bus;
use crate::topic::Topic;

/// Asks the other functions.
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
        Box::pin(async move { self.0.publish(&bulletin(note)?).await.map(|()| None) })
    }
}

fn bulletin(note: &Note<'_>) -> Result<Bulletin, Failure> {
    let subject = note.incident.subject();
    match note.kind {
        Kind::Opened => Ok(Bulletin::Opened { subject }),
        Kind::Escalated => Ok(Bulletin::Escalated { subject }),
        Kind::Approved => approved(note.incident)
            .ok_or_else(|| Failure::Permanent { why: "nothing was approved that could be passed on".to_owned() }),
        Kind::Page | Kind::Post | Kind::Broadcast | Kind::Update | Kind::Acknowledge | Kind::Resolve => {
            Err(Failure::Permanent { why: "that is for people, not for the other functions".to_owned() })
        }
    }
}

/// The bulletin that a person approved the plan that is on the table.
fn approved(incident: &Incident) -> Option<Bulletin> {
    let (approval, explanation) = (incident.approval.as_ref()?, incident.explanation.as_ref()?);
    Some(Bulletin::Approved {
        subject: incident.subject(),
        diagnosis: explanation.diagnosis.clone(),
        plan: approval.plan.clone(),
        at: approval.at,
    })
}
