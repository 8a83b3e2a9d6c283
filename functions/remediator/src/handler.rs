//! One invocation: each diagnosis of the batch is considered, and at every tick what was done is followed up.

use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Error;
use paramedic_domain::alarm::{Parsed, envelope, parse};
use paramedic_domain::bulletin::Bulletin;
use paramedic_domain::decision::Approval;
use paramedic_edge::batch;
use serde_json::Value;

use crate::{Desk, consider, follow_up};

/// Handles one event of any shape; `deadline` is when Lambda ends the invocation.
///
/// # Errors
///
/// Fails if something that came without a queue must be delivered again.
pub async fn handle(desk: &Desk, event: &[u8], deadline: SystemTime) -> Result<Value, Error> {
    let deadline = Timestamp::try_from(deadline).unwrap_or_else(|_| Timestamp::now() + SignedDuration::from_secs(30));
    let mut again = Vec::new();
    // One after the other: actions are rare, and each should see what the one before it did.
    for delivery in envelope::open(event) {
        let done = match read(&delivery.body) {
            Some(Wanted::Remedy(request)) => Box::pin(consider::consider(desk, &request, deadline)).await,
            Some(Wanted::FollowUp) => Box::pin(follow_up::follow_up(desk)).await?,
            None => false,
        };
        if !done {
            again.push(delivery.id);
        }
    }
    Ok(batch::answer(again)?)
}

enum Wanted {
    Remedy(Box<consider::Request>),
    FollowUp,
}

fn read(body: &str) -> Option<Wanted> {
    match parse(body) {
        Ok(Parsed::Tick) => Some(Wanted::FollowUp),
        Ok(Parsed::Bulletin(text)) => match serde_json::from_str(&text) {
            Ok(Bulletin::Diagnosed { subject, diagnosis, .. }) => {
                Some(Wanted::Remedy(Box::new(consider::Request { subject, told: diagnosis, approval: None })))
            }
            Ok(Bulletin::Approved { subject, diagnosis, plan, at }) => {
                let approval = Some(Approval { plan, at });
                Some(Wanted::Remedy(Box::new(consider::Request { subject, told: diagnosis, approval })))
            }
            _ => None,
        },
        _ => None,
    }
    .or_else(|| {
        // Only the enricher publishes here. What cannot be read goes to the dead letters, which page.
        tracing::error!("neither a diagnosis nor a tick");
        None
    })
}
