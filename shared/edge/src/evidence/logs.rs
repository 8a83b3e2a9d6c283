//! Lines of the service's log that speak of errors, grouped by shape. "FilterLogEvents", Amazon CloudWatch Logs API
//! Reference.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{ErrorShape, Reading};

use super::{Read, shape, why};

/// How far back. FilterLogEvents answers oldest first, so in a busy log a longer window would hide what happens now.
const WINDOW: SignedDuration = SignedDuration::from_mins(2);
/// What an error line has in it; one word is enough ("Filter pattern syntax", Amazon CloudWatch Logs User Guide).
const PATTERN: &str = "?ERROR ?Error ?error ?FATAL ?Exception";
/// Lines of one page.
const LINES: i32 = 500;
/// Pages that are read. A page may be empty while CloudWatch still searches.
const PAGES: usize = 2;
/// Shapes that are kept, the most frequent ones.
const SHAPES: usize = 8;

pub(super) async fn read(client: &Client, service: &Service, now: Timestamp) -> Read<Vec<ErrorShape>> {
    let Some(group) = service.log_group.as_deref() else { return Ok(Reading::NotConfigured) };
    let since = now.checked_sub(WINDOW).map_err(|error| error.to_string())?;
    let call = client
        .filter_log_events()
        .log_group_name(group)
        .filter_pattern(PATTERN)
        .start_time(since.as_millisecond())
        .end_time(now.as_millisecond())
        .limit(LINES);
    let mut events = Vec::new();
    let mut token = None;
    for _ in 0..PAGES {
        let answer = call.clone().set_next_token(token).send().await.map_err(why)?;
        events.extend(answer.events.unwrap_or_default());
        token = answer.next_token;
        if token.is_none() {
            break;
        }
    }
    Ok(Reading::Read(group_by_shape(&events)))
}

fn group_by_shape(events: &[FilteredLogEvent]) -> Vec<ErrorShape> {
    let mut shapes: HashMap<String, (ErrorShape, BTreeSet<&str>)> = HashMap::new();
    for event in events {
        let (Some(line), Some(at)) = (event.message(), event.timestamp()) else { continue };
        let Ok(at) = Timestamp::from_millisecond(at) else { continue };
        let shape = shape::of(line);
        let (known, streams) = shapes
            .entry(shape.clone())
            .or_insert_with(|| (ErrorShape { shape, count: 0, streams: 0, last_at: at }, BTreeSet::new()));
        known.count = known.count.saturating_add(1);
        known.last_at = known.last_at.max(at);
        streams.extend(event.log_stream_name());
    }
    let mut shapes: Vec<ErrorShape> = shapes
        .into_values()
        .map(|(shape, streams)| ErrorShape { streams: u32::try_from(streams.len()).unwrap_or(u32::MAX), ..shape })
        .collect();
    shapes.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.shape.cmp(&other.shape)));
    shapes.truncate(SHAPES);
    shapes
}
