//! What was usual at the same hour a week before.

use aws_sdk_cloudwatch::Client;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{Metrics, Point, Reading, Series, Typical};

use super::answer::{self, Span, ask};
use super::wanted::usual;
use crate::evidence::Read;

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Seconds of a point. Five minutes: CloudWatch keeps those for 63 days, and single minutes for 15 ("Metrics retention",
/// Amazon CloudWatch User Guide).
const PERIOD_S: i32 = 300;

/// The averages of the hour that ended a week before `now`.
pub(in crate::evidence) async fn read(client: &Client, service: &Service, now: Timestamp) -> Read<Typical> {
    let until = now.checked_sub(WEEK).map_err(|error| error.to_string())?;
    let from = until.checked_sub(HOUR).map_err(|error| error.to_string())?;
    let wanted = usual(service);
    let queries = wanted.iter().map(|wanted| wanted.query(PERIOD_S)).collect();
    let results = ask(client, queries, Span { from, until }).await?;
    let mut metrics = Metrics::default();
    for wanted in &wanted {
        let series = answer::series(wanted.id, &results)?;
        wanted.put(&mut metrics, if wanted.is_sum() { a_minute(&series) } else { series });
    }
    // CloudWatch begins the first period where a period begins, which may be before the hour.
    let first = from.checked_sub(SignedDuration::from_secs(i64::from(PERIOD_S))).unwrap_or(from);
    Ok(Reading::Read(metrics.typical(first, until)))
}

/// Sums of five minutes as sums of one.
fn a_minute(series: &Series) -> Series {
    let minutes = f64::from(PERIOD_S) / 60.0;
    Series::new(series.points().iter().map(|point| Point { at: point.at, value: point.value / minutes }).collect())
}
