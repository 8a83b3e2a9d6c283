//! One question to CloudWatch and the points of its answer.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{MetricDataQuery, MetricDataResult, ScanBy, StatusCode};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use paramedic_domain::evidence::{Point, Series};

use crate::alarms::moment;
use crate::evidence::why;

/// Pages that are read. One holds 100,800 points, and a service with a hundred tasks has a sixth of that.
const PAGES: usize = 3;

/// From when until when.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

/// Asks, and turns the pages of the answer.
pub(super) async fn ask(
    client: &Client,
    queries: Vec<MetricDataQuery>,
    span: Span,
) -> Result<Vec<MetricDataResult>, String> {
    let call = client
        .get_metric_data()
        .set_metric_data_queries(Some(queries))
        .start_time(DateTime::from_millis(span.from.as_millisecond()))
        .end_time(DateTime::from_millis(span.until.as_millisecond()))
        .scan_by(ScanBy::TimestampAscending);
    let mut results = Vec::new();
    let mut token = None;
    for _ in 0..PAGES {
        let answer = call.clone().set_next_token(token.take()).send().await.map_err(why)?;
        token = answer.next_token;
        results.extend(answer.metric_data_results.unwrap_or_default());
        if token.is_none() {
            return Ok(results);
        }
    }
    Err(format!("CloudWatch had more than {PAGES} pages"))
}

/// The points of one query. A metric that was never reported has a result without points; a result that is missing or
/// failed was not read.
pub(super) fn series(id: &str, results: &[MetricDataResult]) -> Result<Series, String> {
    let mut found = Vec::new();
    let mut seen = false;
    for result in results.iter().filter(|result| result.id() == Some(id)) {
        if let Some(StatusCode::InternalError | StatusCode::Forbidden) = result.status_code() {
            let status = result.status_code().map_or("", StatusCode::as_str);
            return Err(format!("CloudWatch answered {status} for the series {id}"));
        }
        seen = true;
        found.extend(points(result));
    }
    if seen { Ok(Series::new(found)) } else { Err(format!("CloudWatch left out the series {id}")) }
}

/// The points of one result.
pub(super) fn points(result: &MetricDataResult) -> impl Iterator<Item = Point> {
    let pairs = result.timestamps().iter().zip(result.values());
    pairs.filter_map(|(at, value)| Some(Point { at: moment(at)?, value: *value }))
}
