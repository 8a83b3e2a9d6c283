//! One invocation: each incident of the batch is explained once.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::Timestamp;
use lambda_runtime::Error;
use paramedic_domain::alarm::{Parsed, envelope, parse};
use paramedic_domain::bulletin::{Bulletin, Subject};
use paramedic_domain::config::Service;
use paramedic_domain::diagnosis::diagnose;
use paramedic_domain::escalation::Failure;
use paramedic_domain::evidence::{Evidence, Reading, Ringing};
use paramedic_domain::id::IncidentId;
use paramedic_domain::picture::{Place, draw};
use paramedic_edge::batch;
use serde_json::Value;

use crate::Desk;

/// Why a service that nobody configured is explained in part, or not at all.
const NOT_LISTED: &str = "the service is not in paramedic.toml, which would name what to look at";

/// Handles one event of any shape; the answer names the messages that must come again.
///
/// # Errors
///
/// Fails if something that came without a queue must be delivered again.
pub async fn handle(desk: &Desk, event: &[u8]) -> Result<Value, Error> {
    let mut wanted: BTreeMap<IncidentId, (Asked, Vec<Option<String>>)> = BTreeMap::new();
    let mut again = Vec::new();
    for delivery in envelope::open(event) {
        match asked(&delivery.body) {
            Some(asked) => {
                let entry = wanted.entry(asked.subject.incident_id.clone()).or_insert_with(|| (asked, Vec::new()));
                entry.1.push(delivery.id);
            }
            None => {
                // Only the router publishes here. What cannot be read goes to the dead letters, which page.
                tracing::error!(via = ?delivery.via, "not a bulletin that asks for an explanation");
                again.push(delivery.id);
            }
        }
    }
    let explained = wanted.into_values().map(|(asked, deliveries)| async move {
        match explain(desk, asked).await {
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

/// What an explanation is wanted of.
struct Asked {
    subject: Subject,
    /// The incident's alarms, which it need not be asked for.
    ringing: Vec<Ringing>,
}

fn asked(body: &str) -> Option<Asked> {
    let Ok(Parsed::Bulletin(text)) = parse(body) else { return None };
    match serde_json::from_str(&text) {
        Ok(Bulletin::Opened { subject, ringing } | Bulletin::Escalated { subject, ringing }) => {
            Some(Asked { subject, ringing })
        }
        _ => None,
    }
}

async fn explain(desk: &Desk, Asked { subject, ringing }: Asked) -> Result<(), Failure> {
    let now = Timestamp::now();
    let listed = desk.config.service(&subject.service).cloned();
    let is_listed = listed.is_some();
    let service = listed.or_else(|| Service::watched_by(&subject.service, &ringing));
    let ringing = Reading::Read(ringing);
    let evidence = match &service {
        Some(service) => {
            let deadline = desk.config.timing.evidence_deadline;
            let evidence = Box::pin(desk.reader.gather(service, ringing, deadline, now)).await;
            if is_listed { evidence } else { evidence.of_unlisted(NOT_LISTED) }
        }
        None => Evidence { ringing, ..Evidence::nothing(now, NOT_LISTED) },
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
    let place = Place::new(subject.account.clone(), subject.region.clone());
    let picture = service.map(|service| Box::new(draw(&evidence, &diagnosis, &service, &place)));
    desk.bus.publish(&Bulletin::Diagnosed { subject, gathered_at: evidence.gathered_at, diagnosis, picture }).await
}
