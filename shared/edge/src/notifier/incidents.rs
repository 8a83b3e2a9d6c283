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
        Kind::Opened => Ok(Bulletin::Opened { subject, ringing: note.incident.ringing() }),
        Kind::Escalated => Ok(Bulletin::Escalated { subject, ringing: note.incident.ringing() }),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use paramedic_domain::diagnosis::diagnose;
    use paramedic_domain::evidence::Evidence;
    use paramedic_domain::incident::{Approval, Explanation};
    use paramedic_domain::report::story;
    use paramedic_domain::request::{Actor, Via};

    use super::*;
    use crate::staged;

    fn asked(incident: &Incident, kind: Kind) -> Result<Bulletin, Failure> {
        let (story, severity) = (story(incident, None), incident.severity);
        let channel = &Channel::Incidents;
        bulletin(&Note { incident, story: &story, channel, kind, severity, page: 1, number: 1 })
    }

    #[test]
    fn an_approval_names_the_plan_and_the_diagnosis_it_was_given_for() {
        let (mut incident, now) = (staged::incident(), staged::now());
        let diagnosis = diagnose(&Evidence::nothing(now, "not read"));
        let by = Actor { name: "ada".to_owned(), via: Via::Slack };
        incident.explanation = Some(Explanation { diagnosis: diagnosis.clone(), gathered_at: now, picture: None });
        incident.approval = Some(Approval { plan: staged::plan().digest(), by, at: now });
        let approved =
            Bulletin::Approved { subject: incident.subject(), diagnosis, plan: staged::plan().digest(), at: now };
        assert_eq!(asked(&incident, Kind::Approved).unwrap(), approved);
    }

    #[test]
    fn what_was_not_approved_and_what_is_for_people_is_not_passed_on() {
        for kind in [Kind::Approved, Kind::Page, Kind::Resolve] {
            assert!(matches!(asked(&staged::incident(), kind), Err(Failure::Permanent { .. })), "{kind:?}");
        }
    }
}
