//! What people can press below an incident.

use serde::{Deserialize, Serialize};

use crate::config::Service;
use crate::id::{IncidentId, ServiceName};
use crate::incident::{Incident, RemedyRecord};
use crate::remedy::Plan;

/// Something to press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Asks something of this very incident.
    Ask {
        /// What.
        press: Press,
        /// Of which incident, and about which plan.
        binding: Binding,
    },
    /// Leads to the service's runbook.
    Runbook {
        /// Its address.
        url: String,
    },
}

/// What a button asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Somebody is at it.
    Ack,
    /// Carry out the plan that is shown.
    Approve,
    /// Do not.
    Refuse,
    /// Tell nobody of this service for an hour.
    Silence,
}

/// What a button is bound to, so that a press in an old message cannot mean another incident or another plan. It comes back
/// from outside and says nothing about who pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The incident.
    #[serde(rename = "i")]
    pub incident: IncidentId,
    /// Its service.
    #[serde(rename = "s")]
    pub service: ServiceName,
    /// The digest of the plan that approving or refusing is about ([`Plan::digest`]).
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

impl Button {
    /// What is pressed is known by this name (Slack's `action_id`).
    pub fn id(&self) -> &'static str {
        match self {
            Self::Ask { press, .. } => press.as_str(),
            Self::Runbook { .. } => "runbook",
        }
    }

    /// What stands on it.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Ask { press: Press::Ack, .. } => "Ack",
            Self::Ask { press: Press::Approve, .. } => "Approve",
            Self::Ask { press: Press::Refuse, .. } => "Refuse",
            Self::Ask { press: Press::Silence, .. } => "Silence 1 h",
            Self::Runbook { .. } => "Runbook",
        }
    }
}

impl Press {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ack, Self::Approve, Self::Refuse, Self::Silence];

    /// The name under which a press comes back.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Silence => "silence",
        }
    }

    /// What was pressed; `None` for a link and for what is none of our buttons.
    pub fn read(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|press| press.as_str() == id)
    }
}

impl Binding {
    /// As it travels with the button.
    pub fn value(&self) -> String {
        // Three texts are always JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what came back; `None` if it is none of ours.
    pub fn read(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }
}

/// What can be pressed as things stand.
pub(super) fn buttons(incident: &Incident, service: Option<&Service>) -> Vec<Button> {
    let ask = |press, plan: Option<&Plan>| Button::Ask {
        press,
        binding: Binding {
            incident: incident.id.clone(),
            service: incident.service.clone(),
            plan: plan.map(Plan::digest),
        },
    };
    let mut buttons = Vec::new();
    if incident.is_open() {
        if incident.ack.is_none() {
            buttons.push(ask(Press::Ack, None));
        }
        if let Some(plan) = incident.remedy.as_ref().and_then(RemedyRecord::wanted) {
            buttons.extend([ask(Press::Approve, Some(plan)), ask(Press::Refuse, Some(plan))]);
        }
        buttons.push(ask(Press::Silence, None));
    }
    let runbook = incident.route.runbook.as_ref().or(service.and_then(|service| service.runbook.as_ref()));
    buttons.extend(runbook.cloned().map(|url| Button::Runbook { url }));
    buttons
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_button_comes_back_as_it_was_sent() {
        let binding = Binding {
            incident: IncidentId::from("inc-1"),
            service: ServiceName::from("web"),
            plan: Some("0123".to_owned()),
        };
        assert_eq!(binding.value(), r#"{"i":"inc-1","s":"web","p":"0123"}"#);
        assert_eq!(Binding::read(&binding.value()), Some(binding));
        for press in Press::ALL {
            assert_eq!(Press::read(press.as_str()), Some(press));
        }
    }

    #[test]
    fn what_is_no_button_of_ours_is_not_read() {
        for value in ["", "null", "{}", r#"{"i":"inc-1"}"#, r#"{"i":"inc-1","s":"web","as":"root"}"#] {
            assert_eq!(Binding::read(value), None, "{value}");
        }
        assert_eq!(Press::read("runbook"), None);
    }

    #[test]
    fn what_a_button_is_bound_to_stays_within_slacks_2000_characters() {
        // The longest name that a made up service has, of characters that JSON writes with six each.
        let service = ServiceName::new("\u{1}".repeat(128));
        let binding = Binding { incident: IncidentId::from("inc-0123456789ab"), service, plan: Some("0".repeat(64)) };
        assert!(binding.value().chars().count() <= 2000);
    }
}
