//! One invocation: sort what came, carry each service's share into its incident, quarantine the rest.

use futures::StreamExt;
use futures::future::join_all;
use jiff::Timestamp;
use lambda_runtime::Error;
use paramedic_domain::alarm::envelope;
use paramedic_edge::batch;
use serde_json::{Value, json};

use crate::intake::Wanted;
use crate::orders::{self, NotDone};
use crate::{Desk, carry, heartbeat, intake, quarantine, storm, tick};

/// How many services are worked on at the same time.
const AT_ONCE: usize = 16;

/// Handles one event of any shape. For a batch from a queue the answer names the messages that must come again; anything
/// else that cannot be finished is an error, so that whoever invoked the function tries again.
///
/// # Errors
///
/// Fails if something that came by itself, without a queue, must be delivered again.
pub async fn handle(desk: &Desk, event: &[u8]) -> Result<Value, Error> {
    let now = Timestamp::now();
    let intake = intake::sort(envelope::open(event), &desk.config, |alarm| heartbeat::is(desk, alarm));
    let mut again: Vec<Option<String>> = Vec::new();

    let shares = futures::stream::iter(&intake.shares).map(|(service, share)| async move {
        match Box::pin(carry::carry(desk, service, &share.events)).await {
            Ok(reasons) => (storm::may_have_begun(&reasons), Vec::new()),
            Err(error) => {
                tracing::error!(%service, error = %error, "the incident could not be written; people were told without it");
                (false, share.deliveries.clone())
            }
        }
    });
    let shares: Vec<(bool, Vec<Option<String>>)> = shares.buffer_unordered(AT_ONCE).collect().await;
    let may_be_storm = shares.iter().any(|(began, _)| *began);
    again.extend(shares.into_iter().flat_map(|(_, again)| again));
    if may_be_storm && let Err(error) = Box::pin(storm::watch(desk, now)).await {
        tracing::warn!(%error, "whether it is a storm is not known; the tick looks again");
    }
    let (outcomes, unheeded) = Box::pin(heed(desk, &intake.wanted)).await;
    again.extend(unheeded);

    join_all(intake.beats.iter().map(|alarm| heartbeat::arrived(desk, alarm, now))).await;
    if !intake.refused.is_empty() {
        again.extend(quarantine::keep(desk, &intake.refused, now).await);
    }
    if intake.ticked {
        // Boxed, as the others here: so many calls in flight make a future too deep for the compiler.
        Box::pin(tick::tick(desk, now)).await?;
    }
    answer(again, outcomes)
}

/// Does what people want, one after the other as they wanted it. Returns what came of it and what must come again.
async fn heed(desk: &Desk, wanted: &[(Option<String>, Wanted)]) -> (Vec<Value>, Vec<Option<String>>) {
    let (mut outcomes, mut again) = (Vec::new(), Vec::new());
    for (delivery, wanted) in wanted {
        let done = match wanted {
            Wanted::Petition(petition) => orders::heed(desk, petition).await,
            Wanted::Order(order) => orders::carry_out(desk, order).await,
        };
        match done {
            Ok(outcome) => outcomes.push(json!({ "outcome": outcome })),
            Err(NotDone::Refused(why)) => {
                tracing::warn!(why, "what somebody wants cannot be had");
                outcomes.push(json!({ "refused": why }));
            }
            Err(NotDone::Table(error)) => {
                tracing::error!(%error, "what somebody wants could not be done");
                again.push(delivery.clone());
            }
        }
    }
    (outcomes, again)
}

/// Queues get the list of what must come again. Whoever called by themselves also hears what came of what they want.
fn answer(again: Vec<Option<String>>, outcomes: Vec<Value>) -> Result<Value, Error> {
    let mut answer = batch::answer(again)?;
    if let (Some(answer), false) = (answer.as_object_mut(), outcomes.is_empty()) {
        answer.insert("outcomes".to_owned(), Value::Array(outcomes));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn whoever_asked_hears_what_came_of_it_and_a_queue_hears_of_nothing_else() {
        assert_eq!(answer(vec![], vec![]).unwrap(), json!({ "batchItemFailures": [] }));
        let answer = answer(vec![], vec![json!({ "outcome": "acked" })]).unwrap();
        assert_eq!(answer["outcomes"], json!([{ "outcome": "acked" }]));
    }
}
