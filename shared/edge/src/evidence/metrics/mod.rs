//! The metrics of the last hour and a quarter, all in one call, and what was usual a week before. "GetMetricData", Amazon
//! CloudWatch API Reference.

mod answer;
mod by_task;
mod wanted;
mod week_before;

use aws_sdk_cloudwatch::Client;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Metrics, Reading};

use self::answer::{Span, ask};
use self::wanted::wanted;
pub(super) use self::week_before::read as week_before;
use super::Read;

/// How far back: an hour to compare with, and a quarter in which something broke.
const WINDOW: SignedDuration = SignedDuration::from_mins(75);
/// Seconds of a point.
const PERIOD_S: i32 = 60;

pub(super) async fn read(client: &Client, service: &Service, now: Timestamp) -> Read<Metrics> {
    let wanted = wanted(service);
    let from = now.checked_sub(WINDOW).map_err(|error| error.to_string())?;
    let by_task = by_task::queries(service, PERIOD_S);
    let queries = wanted.iter().map(|wanted| wanted.query(PERIOD_S)).chain(by_task).collect();
    let results = ask(client, queries, Span { from, until: now }).await?;
    let mut metrics = Metrics::default();
    for wanted in &wanted {
        wanted.put(&mut metrics, answer::series(wanted.id, &results)?);
    }
    by_task::put(&mut metrics, &results);
    Ok(Reading::Read(metrics))
}
