//! Lines of the service's log that speak of errors, grouped by shape. "FilterLogEvents", Amazon CloudWatch Logs API
//! Reference.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use jiff::{SignedDuration, Timestamp};
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{ErrorShape, Reading};

use super::{Read, shape, why};

/// How far back.
const WINDOW: SignedDuration = SignedDuration::from_mins(5);
/// What an error line has in it; one word is enough ("Filter pattern syntax", Amazon CloudWatch Logs User Guide).
const PATTERN: &str = "?ERROR ?Error ?error ?FATAL ?Exception";
/// Lines of the one page that is read.
const LINES: i32 = 500;
/// Shapes that are kept, the most frequent ones.
const SHAPES: usize = 8;
/// The longest name of a stream ("CreateLogStream", Amazon CloudWatch Logs API Reference).
const STREAM: usize = 512;

/// The newest lines come first, so that in a busy log the page holds what happens now.
pub(super) async fn read(client: &Client, service: &Service, now: Timestamp) -> Read<Vec<ErrorShape>> {
    let Some(group) = service.log_group.as_deref() else { return Ok(Reading::NotConfigured) };
    let since = now.checked_sub(WINDOW).map_err(|error| error.to_string())?;
    let call = client
        .filter_log_events()
        .log_group_name(group)
        .filter_pattern(PATTERN)
        .start_time(since.as_millisecond())
        .end_time(now.as_millisecond())
        .start_from_head(false)
        .limit(LINES);
    let answer = call.send().await.map_err(why)?;
    if answer.events().is_empty() && answer.next_token().is_some() {
        return Err("CloudWatch Logs was still searching when it answered".to_owned());
    }
    Ok(Reading::Read(group_by_shape(answer.events())))
}

fn group_by_shape(events: &[FilteredLogEvent]) -> Vec<ErrorShape> {
    let mut seen: HashMap<String, Seen<'_>> = HashMap::new();
    for event in events {
        let (Some(line), Some(at)) = (event.message(), event.timestamp()) else { continue };
        let Ok(at) = Timestamp::from_millisecond(at) else { continue };
        let seen = seen.entry(shape::of(line)).or_insert_with(|| Seen { last_at: at, by_stream: BTreeMap::new() });
        seen.last_at = seen.last_at.max(at);
        *seen.by_stream.entry(event.log_stream_name().unwrap_or_default()).or_default() += 1;
    }
    let mut shapes: Vec<ErrorShape> = seen.into_iter().map(|(shape, seen)| seen.told(shape)).collect();
    shapes.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.shape.cmp(&other.shape)));
    shapes.truncate(SHAPES);
    shapes
}

/// What is counted of one shape.
struct Seen<'a> {
    last_at: Timestamp,
    by_stream: BTreeMap<&'a str, u32>,
}

impl Seen<'_> {
    fn told(&self, shape: String) -> ErrorShape {
        let busiest = self.by_stream.iter().max_by_key(|(_, lines)| **lines);
        ErrorShape {
            shape,
            count: self.by_stream.values().sum(),
            streams: u32::try_from(self.by_stream.len()).unwrap_or(u32::MAX),
            most_in_one: busiest.map_or(0, |(_, lines)| *lines),
            busiest: busiest.map_or_else(String::new, |(stream, _)| text::escaped(stream, STREAM)),
            last_at: self.last_at,
        }
    }
}
