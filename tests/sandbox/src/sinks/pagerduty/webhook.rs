//! The webhook that PagerDuty sends when an incident is acknowledged or resolved.
//!
//! `developer.pagerduty.com/docs/webhooks-overview` (V3) and `developer.pagerduty.com/docs/verifying-webhook-signatures`:
//! HMAC-SHA256 over the body, as `v1=` and hexadecimal digits.

use jiff::Timestamp;
use serde_json::json;

use super::incidents::Incident;
use crate::sinks::signed::hmac_hex;

/// A signed request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// `incident.acknowledged` and so on.
    pub event_type: String,
    /// The incident's deduplication key.
    pub dedup_key: String,
    /// Who did it.
    pub by: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: String,
}

/// The request for an incident that has just changed.
pub(super) fn webhook(incident: &Incident, number: usize, secret: &str, now: Timestamp) -> Webhook {
    let event_type = format!("incident.{}", incident.status.word());
    let id = format!("01SANDBOX{number:016}");
    let reference = |kind: &str, id: &str, summary: &str| json!({"id": id, "type": kind, "summary": summary, "self": null, "html_url": null});
    // What the integration did itself is told too, in its own name.
    let agent = match &incident.by {
        Some(who) => reference("user_reference", &format!("P{}", who.to_uppercase()), who),
        None => reference("inbound_integration_reference", "PSANDBOX0INT", "Events API V2"),
    };
    let body = json!({"event": {
        "id": id,
        "event_type": event_type,
        "resource_type": "incident",
        "occurred_at": now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "agent": agent,
        "client": null,
        "data": {
            "id": format!("QSANDBOX{:06}", incident.number),
            "type": "incident",
            "self": null,
            "html_url": null,
            "number": incident.number,
            "status": incident.status.word(),
            "incident_key": incident.dedup_key,
            "created_at": incident.opened_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "title": incident.summary,
            "service": reference("service_reference", "PSANDBOX0SVC", "sandbox"),
            "assignees": [],
            "escalation_policy": reference("escalation_policy_reference", "PSANDBOX0POL", "Default"),
            "teams": [],
            "priority": null,
            "urgency": "high",
            "conference_bridge": null,
            "resolve_reason": null,
        },
    }})
    .to_string();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("user-agent", "PagerDuty-Webhook/V3.0".to_owned()),
        ("x-pagerduty-signature", format!("v1={}", hmac_hex(secret, body.as_bytes()))),
        ("x-webhook-id", id),
        ("x-webhook-subscription", "PSANDBOX0SUB".to_owned()),
    ];
    Webhook {
        event_type,
        dedup_key: incident.dedup_key.clone(),
        by: incident.by.clone().unwrap_or_else(|| "integration".to_owned()),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        body,
    }
}
