//! What the functions tell each other about an incident, over the incidents topic.
//!
//! Each bulletin travels as JSON with its name in the field `event`, and with the same name as the message attribute
//! `event`, by which the subscriptions filter.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::diagnosis::Diagnosis;
use crate::evidence::Ringing;
use crate::guardrail::Objection;
use crate::id::{AccountId, IncidentId, Region, ServiceName};
use crate::picture::Picture;
use crate::remedy::{Plan, Proposal};
use crate::severity::Severity;
use crate::verification::Outcome;

/// The incident a bulletin is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its id.
    pub incident_id: IncidentId,
    /// Its service.
    pub service: ServiceName,
    /// How bad it is.
    pub severity: Severity,
    /// Its account.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
}

/// One message between the functions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Bulletin {
    /// The router opened an incident: it wants an explanation.
    Opened {
        /// Of which incident.
        #[serde(flatten)]
        subject: Subject,
        /// The alarms of it that ring, the most severe first and then the newest.
        #[serde(default)]
        ringing: Vec<Ringing>,
    },
    /// It became worse, or goes on without a certain explanation: look again.
    Escalated {
        /// Of which incident.
        #[serde(flatten)]
        subject: Subject,
        /// The alarms of it that ring, the most severe first and then the newest.
        #[serde(default)]
        ringing: Vec<Ringing>,
    },
    /// The enricher explains it.
    Diagnosed {
        /// Which incident.
        #[serde(flatten)]
        subject: Subject,
        /// When its reading began.
        gathered_at: Timestamp,
        /// The explanation.
        diagnosis: Diagnosis,
        /// What there is to know besides; absent from whoever explains without drawing one.
        #[serde(default)]
        picture: Option<Box<Picture>>,
    },
    /// A person approved a plan.
    Approved {
        /// For which incident.
        #[serde(flatten)]
        subject: Subject,
        /// What the plan was made for.
        diagnosis: Diagnosis,
        /// The plan's digest.
        plan: String,
        /// When, by the router's clock.
        at: Timestamp,
    },
    /// The remediator carried out a plan.
    Acted {
        /// For which incident.
        #[serde(flatten)]
        subject: Subject,
        /// The plan.
        plan: Plan,
        /// When.
        at: Timestamp,
    },
    /// The remediator touched nothing, and says why and what it would have done.
    Refused {
        /// For which incident.
        #[serde(flatten)]
        subject: Subject,
        /// What could be done.
        proposal: Proposal,
        /// What speaks against it; none for a mere suggestion.
        objections: Vec<Objection>,
        /// When.
        at: Timestamp,
    },
    /// The remediator knows what came of its action, or that nobody knows.
    Verified {
        /// Of which incident.
        #[serde(flatten)]
        subject: Subject,
        /// The plan.
        plan: Plan,
        /// What came of it.
        outcome: Outcome,
        /// When that was found.
        at: Timestamp,
    },
    /// What the remediator raised for the time being is as before, or is left to people.
    SetBack {
        /// Of which incident.
        #[serde(flatten)]
        subject: Subject,
        /// The maximum of scaling before.
        from: u32,
        /// The maximum for the time being.
        to: u32,
        /// Why it is left as it is; none if it was set back.
        left: Option<String>,
        /// When.
        at: Timestamp,
    },
}

impl Bulletin {
    /// The value of the message attribute `event`.
    pub fn event(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Escalated { .. } => "escalated",
            Self::Diagnosed { .. } => "diagnosed",
            Self::Approved { .. } => "approved",
            Self::Acted { .. } => "acted",
            Self::Refused { .. } => "refused",
            Self::Verified { .. } => "verified",
            Self::SetBack { .. } => "set_back",
        }
    }

    /// The incident it is about.
    pub fn subject(&self) -> &Subject {
        match self {
            Self::Opened { subject, .. }
            | Self::Escalated { subject, .. }
            | Self::Diagnosed { subject, .. }
            | Self::Approved { subject, .. }
            | Self::Acted { subject, .. }
            | Self::Refused { subject, .. }
            | Self::Verified { subject, .. }
            | Self::SetBack { subject, .. } => subject,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::config::Service;
    use crate::diagnosis::diagnose;
    use crate::diagnosis::staged::{now, stale};
    use crate::picture::{Place, draw};

    fn subject() -> Subject {
        Subject {
            incident_id: IncidentId::from("inc-1"),
            service: ServiceName::from("web"),
            severity: Severity::P0,
            account: AccountId::from("123456789012"),
            region: Region::from("eu-west-1"),
        }
    }

    fn diagnosed() -> Bulletin {
        let (evidence, diagnosis, subject) = (stale(), diagnose(&stale()), subject());
        let place = Place::new(subject.account.clone(), subject.region.clone());
        let picture = Some(Box::new(draw(&evidence, &diagnosis, &Service::new("web", "main"), &place)));
        Bulletin::Diagnosed { subject, gathered_at: now(), diagnosis, picture }
    }

    fn opened() -> Bulletin {
        let metric = Some("HTTPCode_Target_5XX_Count".to_owned());
        let service = Some(ServiceName::from("web"));
        let alarm =
            Ringing { name: "web-P0-alb-5xx".to_owned(), service, metric, since: now(), dimensions: BTreeMap::new() };
        Bulletin::Opened { subject: subject(), ringing: vec![alarm] }
    }

    #[test]
    fn a_bulletin_survives_the_wire_and_bears_its_name_and_incident() {
        for sent in [diagnosed(), opened()] {
            let json = serde_json::to_value(&sent).unwrap();
            assert_eq!(json.get("event").unwrap(), sent.event());
            assert_eq!(json.get("incident_id").unwrap(), "inc-1");
            assert_eq!(serde_json::from_value::<Bulletin>(json).unwrap(), sent);
        }
    }

    #[test]
    fn a_bulletin_from_before_there_were_pictures_is_still_understood() {
        let without = |sent: &Bulletin, field: &str| -> Bulletin {
            let mut json = serde_json::to_value(sent).unwrap();
            json.as_object_mut().unwrap().retain(|name: &String, _: &mut Value| name != field);
            serde_json::from_value(json).unwrap()
        };
        assert!(matches!(without(&diagnosed(), "picture"), Bulletin::Diagnosed { picture: None, .. }));
        assert!(matches!(without(&opened(), "ringing"), Bulletin::Opened { ringing, .. } if ringing.is_empty()));
    }
}
