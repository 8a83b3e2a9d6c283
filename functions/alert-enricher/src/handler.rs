//! One invocation: each incident of the batch is explained once.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::Timestamp;
use lambda_runtime::Error;
use paramedic_domain::alarm::{Parsed, envelope, parse};
use paramedic_domain::bulletin::{Bulletin, Subject};
use paramedic_domain::diagnosis::diagnose;
use paramedic_domain::escalation::Failure;
use paramedic_domain::evidence::{Evidence, Reading};
use paramedic_domain::id::IncidentId;
use paramedic_edge::batch;
use serde_json::Value;

use crate::Desk;

/// Handles one event of any shape; the answer names the messages that must come again.
///
/// # Errors
///
/// Fails if something that came without a queue must be delivered again.
pub async fn handle(desk: &Desk, event: &[u8]) -> Result<Value, Error> {
    let mut wanted: BTreeMap<IncidentId, (Subject, Vec<Option<String>>)> = BTreeMap::new();
    let mut again = Vec::new();
    for delivery in envelope::open(event) {
        match subject(&delivery.body) {
            Some(subject) => {
                let entry = wanted.entry(subject.incident_id.clone()).or_insert_with(|| (subject, Vec::new()));
                entry.1.push(delivery.id);
            }
            None => {
                // Only the router publishes here. What cannot be read goes to the dead letters, which page.
                tracing::error!(via = ?delivery.via, "not a bulletin that asks for an explanation");
                again.push(delivery.id);
            }
        }
    }
    let explained = wanted.into_values().map(|(subject, deliveries)| async move {
        match explain(desk, subject).await {
            Ok(()) => Vec::new(),
            Err(failure) => {
                tracing::error!(why = failure.why(), "the explanation could not be published");
                deliveries
            }
        }
    });
    again.extend(join_all(explained).await.into_iter().flatten());
    Ok(batch::answer(again)?)
}

fn subject(body: &str) -> Option<Subject> {
    let Ok(Parsed::Bulletin(text)) = parse(body) else { return None };
    match serde_json::from_str(&text) {
        Ok(Bulletin::Opened { subject } | Bulletin::Escalated { subject }) => Some(subject),
        _ => None,
    }
}

async fn explain(desk: &Desk, subject: Subject) -> Result<(), Failure> {
    let now = Timestamp::now();
    let evidence = match desk.config.service(&subject.service) {
        Some(service) => {
            let deadline = desk.config.timing.evidence_deadline;
            Box::pin(desk.reader.gather(service, Reading::NotConfigured, deadline, now)).await
        }
        None => Evidence::nothing(now, "the service is not in paramedic.toml"),
    };
    let diagnosis = diagnose(&evidence);
    let top = diagnosis.top();
    tracing::info!(
        service = %subject.service,
        incident = %subject.incident_id,
        cause = %top.cause,
        confidence = %top.confidence,
        unread = diagnosis.unread.len(),
        "diagnosed"
    );
    desk.bus.publish(&Bulletin::Diagnosed { subject, gathered_at: evidence.gathered_at, diagnosis }).await
}
