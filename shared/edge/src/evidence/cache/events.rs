//! What ElastiCache said about the cache lately. "DescribeEvents", Amazon ElastiCache API Reference.

use aws_sdk_elasticache::Client;
use aws_sdk_elasticache::types::Event;
use paramedic_domain::alarm::text;
use paramedic_domain::config::Service;
use paramedic_domain::evidence::{CacheEvent, Reading};

use super::member;
use crate::alarms::moment;
use crate::evidence::{Read, why};

/// How far back, in minutes.
const WINDOW_MIN: i32 = 360;
/// Events of one page, the most that the call gives.
const PAGE: i32 = 100;
/// Events that are kept, the newest ones.
const EVENTS: usize = 10;
/// The longest of them.
const MESSAGE: usize = 300;

/// Events are filed under the group and under each of its members, and one call asks for one name or for all of them. So
/// it asks for all, and keeps what belongs to the cache.
pub(in crate::evidence) async fn read(client: &Client, service: &Service) -> Read<Vec<CacheEvent>> {
    let Some(configured) = service.cache.as_deref() else { return Ok(Reading::NotConfigured) };
    let answer = client.describe_events().duration(WINDOW_MIN).max_records(PAGE).send().await.map_err(why)?;
    if answer.marker().is_some_and(|marker| !marker.is_empty()) {
        return Err(format!("the account's caches had more than {PAGE} events in {} hours", WINDOW_MIN / 60));
    }
    let ours = answer
        .events()
        .iter()
        .filter(|event| event.source_identifier().is_some_and(|named| member::belongs(named, configured)));
    let mut events: Vec<CacheEvent> = ours.filter_map(event).collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(EVENTS);
    Ok(Reading::Read(events))
}

fn event(described: &Event) -> Option<CacheEvent> {
    Some(CacheEvent {
        at: moment(described.date()?)?,
        about: described.source_identifier()?.to_owned(),
        message: text::escaped(described.message()?, MESSAGE),
    })
}
